"""Plans become tasks: takes in what other services said, a batch in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, TypeVar
from uuid import UUID

from care_chassis.clock import Clock
from care_chassis.consumption import Delivery
from care_chassis.events import OutgoingEvent
from care_chassis.logs import get_logger
from care_contracts.notifications import NotificationSnapshot
from care_contracts.reminders import Reminder, ReminderEventType
from care_contracts.tasks import TaskEventType
from care_contracts.transitions import EncounterSnapshot, StepState, TransitionSnapshot
from care_contracts.transitions import Step as PlannedStep
from worklist.announcements import announcement
from worklist.domain.order import rank
from worklist.domain.plan import PLAN_CHANGED, Plan, PlanEffect, Replanned, replan
from worklist.domain.tasks import Step, Task, TaskId, TransitionId
from worklist.ports import News, PlanningStore, ReminderNews, TransitionNews

Told: TypeAlias = TransitionSnapshot | EncounterSnapshot | Reminder | NotificationSnapshot

_log = get_logger("worklist.plan_tasks")

_EVENT_TYPES: Mapping[PlanEffect, TaskEventType] = {
    PlanEffect.CREATED: TaskEventType.CREATED,
    PlanEffect.REPLANNED: TaskEventType.REPLANNED,
    PlanEffect.REOPENED: TaskEventType.REPLANNED,
    PlanEffect.CANCELLED: TaskEventType.CANCELLED,
}


class PlanTasks:
    """Follows the plans of transitions, and keeps what is shown around them."""

    def __init__(self, store: PlanningStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, deliveries: Sequence[Delivery[Told]]) -> None:
        """Take in a batch; raises TransientError where the database is away."""
        now = self._clock.now()
        async with self._store.unit() as unit:
            fresh = await unit.unseen([delivery.event.event_id for delivery in deliveries], now)
            news = _news([one for one in deliveries if one.event.event_id in fresh])
            taken = await unit.keep(news)
            told = [one for one in news.transitions if one.snapshot.transition_id in taken]
            plans = [_plan(one) for one in told]
            standing = await unit.tasks_of([plan.transition_id for plan in plans])
            changes = _replan(plans, standing, now)
            await unit.write(changes, {_id(one): one.rank for one in told})
            await unit.announce(_announcements(changes, told))
        _log.info("plans_followed", batch=len(deliveries), count=len(changes))


def _replan(plans: Iterable[Plan], standing: Sequence[Task], at: datetime) -> list[Replanned]:
    tasks = {task.task_id: task for task in standing}
    return [change for plan in plans for change in replan(plan, tasks, at)]


def _announcements(
    changes: Iterable[Replanned], told: Iterable[TransitionNews]
) -> list[OutgoingEvent]:
    traces = {_id(one): one.traceparent for one in told}
    return [
        announcement(_EVENT_TYPES[change.effect], change.task, traces[change.task.transition_id])
        for change in changes
    ]


def _id(news: TransitionNews) -> TransitionId:
    return TransitionId(news.snapshot.transition_id)


def _news(deliveries: Sequence[Delivery[Told]]) -> News:
    """Of every thing its newest state; what lies between is of no consequence."""
    transitions = [
        TransitionNews(
            snapshot=one.body,
            correlation_id=one.event.correlation_id,
            traceparent=one.event.traceparent,
            rank=_rank(one.body),
        )
        for one in deliveries
        if isinstance(one.body, TransitionSnapshot)
    ]
    encounters = [one.body for one in deliveries if isinstance(one.body, EncounterSnapshot)]
    notices = [one.body for one in deliveries if isinstance(one.body, NotificationSnapshot)]
    reminders = [
        ReminderNews(ReminderEventType(one.event.type), one.body)
        for one in deliveries
        if isinstance(one.body, Reminder)
    ]
    return News(
        transitions=_newest(
            (one.snapshot.transition_id, one.snapshot.version, one) for one in transitions
        ),
        encounters=_newest((one.encounter_id, one.version, one) for one in encounters),
        reminders=_newest((one.reminder.reminder_id, 0, one) for one in reminders),
        notifications=_newest((one.notification_id, one.version, one) for one in notices),
    )


T = TypeVar("T")


def _newest(versions: Iterable[tuple[UUID, int, T]]) -> tuple[T, ...]:
    newest: dict[UUID, tuple[int, T]] = {}
    for key, version, thing in versions:
        if key not in newest or version > newest[key][0]:
            newest[key] = (version, thing)
    return tuple(thing for _, thing in newest.values())


def _rank(snapshot: TransitionSnapshot) -> int:
    lace = snapshot.risk.lace
    return rank(ama="ama" in snapshot.flags, lace=lace.score if lace else None)


def _plan(news: TransitionNews) -> Plan:
    snapshot = news.snapshot
    return Plan(
        transition_id=_id(news),
        site=snapshot.site,
        patient_key=snapshot.patient.patient_key,
        correlation_id=news.correlation_id,
        reason=snapshot.reason,
        steps=tuple(_step(step, snapshot.reason) for step in snapshot.steps),
    )


def _step(step: PlannedStep, reason: str | None) -> Step:
    withdrawn = step.state is StepState.WITHDRAWN
    return Step(
        task_id=TaskId(step.task_id),
        code=step.code,
        title=step.title,
        role=step.role,
        due_at=step.due_at,
        window_opens_at=step.window_opens_at,
        best_before_at=step.best_before_at,
        rule=step.rule,
        checklist=tuple(dict.fromkeys(step.checklist)),
        withdrawn_for=(reason or PLAN_CHANGED) if withdrawn else None,
    )
