"""Fires the timers whose instant has come: each once, and said in the same transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from prometheus_client import Counter, Histogram

from care_chassis.clock import Clock
from care_chassis.events import OutgoingEvent
from care_chassis.logs import get_logger
from care_contracts import topics
from care_contracts.reminders import Reminder, ReminderEventType
from reminders.domain.timers import TimerKind, TimerState, fate_of
from reminders.ports import DueTimer, Firing

_log = get_logger("reminders.fire_timers")
_SOURCE = "reminders"
_AT_ONCE = 500
_SHORTEST_REST = 0.05
_LONGEST_REST = 1.0
"""Real seconds; the next timer may be nearer than it seems, where another process arms one."""
_TYPES = {
    TimerKind.DUE_SOON: ReminderEventType.DUE_SOON,
    TimerKind.OVERDUE: ReminderEventType.OVERDUE,
    TimerKind.ESCALATION: ReminderEventType.ESCALATION,
}
_SETTLED = Counter("care_reminders_timers_total", "Timers settled.", ["kind", "state"])
_LATENESS = Histogram(
    "care_reminders_lateness_seconds",
    "How long after its instant a timer was settled, on the care clock.",
    buckets=(1, 5, 15, 60, 300, 1800, 7200, 86400),
)


class FireTimers:
    """Settles what is due and tells how long to rest until there is more."""

    def __init__(self, *, firing: Firing, clock: Clock) -> None:
        self._firing = firing
        self._clock = clock

    async def fire_due(self) -> float:
        """Settle a batch of due timers; the real seconds to rest, 0 if there may be more."""
        now = self._clock.now()
        async with self._firing.firing() as work:
            due = await work.claim(now, _AT_ONCE)
            fates = [(item, fate_of(item.timer, now)) for item in due]
            fired = [item for item, fate in fates if fate is TimerState.FIRED]
            await work.settle([(item.timer, fate) for item, fate in fates], now)
            await work.announce([_event(item, now) for item in fired])
            next_at = None if due else await work.next_instant()
        _measure(fates, now)
        if due:
            return 0.0
        return self._rest_until(next_at)

    def _rest_until(self, next_at: datetime | None) -> float:
        if next_at is None:
            return _LONGEST_REST
        ahead = max(timedelta(0), next_at - self._clock.now())
        return min(max(self._clock.real_seconds(ahead), _SHORTEST_REST), _LONGEST_REST)


def _event(item: DueTimer, now: datetime) -> OutgoingEvent:
    timer, step = item.timer, item.step
    kind = _TYPES[timer.kind]
    body = Reminder(
        reminder_id=timer.reminder_id,
        task_id=timer.task_id,
        transition_id=item.transition_id,
        site=step.site,
        patient_key=step.patient_key,
        code=step.code,
        role=step.role,
        due_at=timer.due_at,
        remind_at=timer.remind_at,
        escalates_to=_told_to(item),
    )
    return OutgoingEvent(
        topic=topics.REMINDERS,
        key=step.patient_key,
        event_id=f"{kind}:{timer.reminder_id}:1",
        type=kind,
        source=_SOURCE,
        subject=str(timer.task_id),
        time=now,
        data=body.to_json(),
        correlation_id=step.origin.correlation_id,
        traceparent=step.origin.traceparent,
    )


def _told_to(item: DueTimer) -> str | None:
    escalation = item.step.escalation
    return escalation.to if escalation and item.timer.kind is TimerKind.ESCALATION else None


def _measure(fates: Sequence[tuple[DueTimer, TimerState]], now: datetime) -> None:
    for item, fate in fates:
        _SETTLED.labels(item.timer.kind, fate).inc()
        _LATENESS.observe((now - item.timer.remind_at).total_seconds())
    if fates:
        fired = sum(fate is TimerState.FIRED for _, fate in fates)
        _log.info("timers_fired", count=fired)
