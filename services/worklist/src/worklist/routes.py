"""What the worklist reads from Kafka, and which body goes with which event."""

from care_chassis.consumption import Reaction
from care_chassis.errors import PermanentError
from care_chassis.events import Event
from care_contracts import topics
from care_contracts.notifications import NotificationEventType, NotificationSnapshot
from care_contracts.reminders import Reminder, ReminderEventType
from care_contracts.transitions import (
    EncounterSnapshot,
    TransitionEventType,
    TransitionSnapshot,
)
from worklist.plan_tasks import PlanTasks, Told

_REMINDERS = frozenset(ReminderEventType)
_NOTIFICATIONS = frozenset(NotificationEventType)
_TRANSITIONS = frozenset(TransitionEventType) - {TransitionEventType.ENCOUNTER_FOLLOWED}


def reaction(plan_tasks: PlanTasks) -> Reaction[Told]:
    """How plans, reminders and notices come in: one batch, one transaction."""
    return Reaction(
        group="worklist",
        topics=(topics.TRANSITIONS, topics.REMINDERS, topics.NOTIFICATIONS),
        read=read_body,
        handle=plan_tasks,
    )


def read_body(event: Event) -> Told:
    """The body of an event. Raises PermanentError, or ValidationError for a broken body."""
    if event.type in _TRANSITIONS:
        return TransitionSnapshot.model_validate_json(event.data)
    if event.type == TransitionEventType.ENCOUNTER_FOLLOWED:
        return EncounterSnapshot.model_validate_json(event.data)
    if event.type in _REMINDERS:
        return Reminder.model_validate_json(event.data)
    if event.type in _NOTIFICATIONS:
        return NotificationSnapshot.model_validate_json(event.data)
    raise PermanentError("the type of the event is unknown", "ce_type")
