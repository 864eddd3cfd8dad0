"""Whether work was done early, in time or late, and what a correction changed about that.

A plan's times may move after the work: what was done keeps the times it was done under, and is
judged by those that hold now (rulebook section 6, updates after the discharge).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from worklist.domain.outcomes import is_work_done
from worklist.domain.tasks import Task


class Timing(StrEnum):
    """When work was done, seen from its window and its deadline."""

    EARLY = "early"
    IN_TIME = "in_time"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when work counts: aware instants, both of them still in time.

    A home visit's is T0+48 h to T0+72 h, a contact's ends with the last second of a local day
    (rulebook sections 1 and 4). Without the first there is no too early.
    """

    opens_at: datetime | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """How work stands; `corrected` and `before` are None where no correction says otherwise."""

    done_at: datetime
    timing: Timing
    corrected: Span | None = None
    """By which it is judged, where it was done under another one."""
    before: Timing | None = None
    """What it was by the times it was done under, where that is not what it is."""


def timing_of(done_at: datetime, span: Span) -> Timing:
    """Early before the window opens, late after the deadline; either instant itself is in time."""
    if span.opens_at is not None and done_at < span.opens_at:
        return Timing.EARLY
    return Timing.LATE if done_at > span.due_at else Timing.IN_TIME


def judged(task: Task, now: Span) -> Judgement | None:
    """How the work on a task stands by the times that hold now; None where none was done."""
    done_at = task.work.done_at
    if done_at is None or not is_work_done(task.work.outcome):
        return None
    then = Span(task.step.window_opens_at, task.step.due_at)
    before, after = timing_of(done_at, then), timing_of(done_at, now)
    return Judgement(
        done_at,
        after,
        corrected=now if now != then else None,
        before=before if before is not after else None,
    )
