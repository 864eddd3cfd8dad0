"""Timers: when a task's clocks run down, and what to do with one that has."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from reminders.domain.watches import TaskId, Watch

_NAMESPACE = UUID("6d2c5a0e-58d4-5a3f-9a0b-3c1f0f6f1b7a")
_AFTER_DUE = timedelta(seconds=1)
"""A due instant is the last second in time (`23:59:59` of a local day); one later is too late."""


class TimerKind(StrEnum):
    """Which clock it is."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


class TimerState(StrEnum):
    """What has become of a timer. Fired and skipped are final."""

    ARMED = "armed"
    FIRED = "fired"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class LeadRule:
    """How long before the due instant a task is due soon.

    `at_most` before it, or the `share` of its window if that is shorter: of a window of eight hours
    the last two, not the last four.
    """

    at_most: timedelta = timedelta(hours=4)
    share: float = 0.25

    def lead(self, opens_at: datetime | None, due_at: datetime) -> timedelta:
        """The lead of a task; never negative, even where a window opens after it is due."""
        if opens_at is None:
            return self.at_most
        return max(timedelta(0), min(self.at_most, (due_at - opens_at) * self.share))


@dataclass(frozen=True, slots=True)
class Timer:
    """One clock of a task for one due instant: with another due instant it is another timer."""

    task_id: TaskId
    kind: TimerKind
    due_at: datetime
    remind_at: datetime

    @property
    def reminder_id(self) -> UUID:
        """The same for the same task, kind and due instant, so that none is ever said twice."""
        due = self.due_at.astimezone(UTC).isoformat()
        return uuid5(_NAMESPACE, f"{self.task_id}/{self.kind}/{due}")


def timers_of(watch: Watch, rule: LeadRule) -> tuple[Timer, ...]:
    """The timers a task should have. What time it is plays no part, so any order gives the same."""
    step = watch.step
    if step is None or not watch.is_running:
        return ()
    lead = rule.lead(step.window_opens_at, step.due_at)
    instants = {
        TimerKind.DUE_SOON: step.due_at - lead,
        TimerKind.OVERDUE: step.due_at + _AFTER_DUE,
    }
    if step.escalation:
        instants[TimerKind.ESCALATION] = step.escalation.at
    return tuple(Timer(watch.task_id, kind, step.due_at, at) for kind, at in instants.items())


def fate_of(timer: Timer, now: datetime) -> TimerState:
    """What becomes of a timer whose instant has come.

    One that comes to be known or looked at late is fired late, but nobody is told that something is
    due soon when it is overdue already.
    """
    if timer.kind is TimerKind.DUE_SOON and now > timer.due_at:
        return TimerState.SKIPPED
    return TimerState.FIRED
