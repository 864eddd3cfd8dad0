"""Where events come in: `transitions.v1` and `tasks.v1`, turned into what the domain knows."""

from care_chassis.consumption import Reaction
from care_chassis.errors import PermanentError
from care_chassis.events import Event
from care_contracts import topics
from care_contracts.tasks import TaskSnapshot
from care_contracts.transitions import (
    Step,
    StepState,
    TransitionEventType,
    TransitionSnapshot,
)
from reminders.arm_timers import ArmTimers, News
from reminders.domain.watches import (
    Escalation,
    Origin,
    Plan,
    PlannedStep,
    TaskId,
    TaskReport,
    TransitionId,
)


def follow_plans_and_tasks(arm_timers: ArmTimers) -> Reaction[News]:
    """The one thing this service reads."""
    return Reaction(
        group="reminders",
        topics=(topics.TRANSITIONS, topics.TASKS),
        read=read_news,
        handle=arm_timers.follow,
    )


def read_news(event: Event) -> News:
    """What an event says of tasks; None for one that is about something else."""
    if event.type.startswith("task."):
        return _report(TaskSnapshot.model_validate_json(event.data))
    if event.type == TransitionEventType.ENCOUNTER_FOLLOWED:
        return None
    if event.type.startswith("transition."):
        return _plan(TransitionSnapshot.model_validate_json(event.data), event)
    raise PermanentError("the type of the event is not one of this topic", "ce_type")


def _report(snapshot: TaskSnapshot) -> TaskReport:
    return TaskReport(
        task_id=TaskId(snapshot.task_id),
        transition_id=TransitionId(snapshot.transition_id),
        version=snapshot.version,
        is_open=snapshot.state.is_open,
    )


def _plan(snapshot: TransitionSnapshot, event: Event) -> Plan:
    origin = Origin(event.correlation_id, event.traceparent)
    return Plan(
        transition_id=TransitionId(snapshot.transition_id),
        version=snapshot.version,
        steps=tuple(
            (TaskId(step.task_id), _step(step, snapshot, origin)) for step in snapshot.steps
        ),
    )


def _step(step: Step, snapshot: TransitionSnapshot, origin: Origin) -> PlannedStep:
    return PlannedStep(
        site=snapshot.site,
        patient_key=snapshot.patient.patient_key,
        code=step.code,
        role=step.role,
        planned=step.state is StepState.PLANNED,
        due_at=step.due_at,
        window_opens_at=step.window_opens_at,
        escalation=_escalation(step),
        origin=origin,
    )


def _escalation(step: Step) -> Escalation | None:
    if step.escalates_at is None or step.escalates_to is None:
        return None
    return Escalation(step.escalates_at, step.escalates_to)
