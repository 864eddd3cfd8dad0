"""What people may do with a task. Doing again what already stands changes nothing.

WorkRefused
├── AnothersTask      somebody else has made it theirs
├── TaskIsClosed      it is done, or the plan withdrew it
├── TaskHasChanged    it is no longer as the asker saw it
└── NotOnTheList      its checklist has no such line
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from worklist.domain.evidence import Attempt, Evidence
from worklist.domain.outcomes import Ending
from worklist.domain.people import Person
from worklist.domain.tasks import NOTHING_DONE, Task, TaskState, Tick, Work


class WorkRefused(Exception):  # noqa: N818 - a refusal that people read, not a fault
    """The task cannot be worked that way as it stands; `task` is how it stands."""

    def __init__(self, task: Task, words: str) -> None:
        super().__init__(words)
        self.task = task


class AnothersTask(WorkRefused):
    """Somebody else has made it theirs."""

    def __init__(self, task: Task) -> None:
        super().__init__(task, f"{task.work.owner_name or task.work.owner} has this task.")


class TaskIsClosed(WorkRefused):
    """It is done, or the plan withdrew it."""

    def __init__(self, task: Task) -> None:
        done = task.state is TaskState.COMPLETED
        super().__init__(task, f"The task is {'already completed' if done else 'withdrawn'}.")


class TaskHasChanged(WorkRefused):
    """It is no longer as the asker saw it."""

    def __init__(self, task: Task) -> None:
        super().__init__(task, "The task has changed since you last saw it.")


class NotOnTheList(WorkRefused):
    """Its checklist has no such line."""

    def __init__(self, task: Task) -> None:
        super().__init__(task, "The task has no such line on its checklist.")


class Deed(StrEnum):
    """What someone does with a task."""

    CLAIMED = "claimed"
    RELEASED = "released"
    STARTED = "started"
    ATTEMPTED = "attempted"
    TICKED = "ticked"
    UNTICKED = "unticked"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone wants done with a task; `seen` is the version they saw, None for any."""

    deed: Deed
    person: Person
    seen: int | None = None
    ending: Ending | None = None
    evidence: Evidence | None = None
    attempt: Attempt | None = None
    note: str = ""
    """Of an attempt; an ending has its own."""
    item: str = ""
    """A line of the checklist."""


def perform(wish: Wish, task: Task, at: datetime) -> Task:
    """The task after the deed; the very same task where the wish is already fulfilled.

    Raises WorkRefused. A repeated wish is answered before its version is looked at, so that a
    client whose first answer was lost gets it again.
    """
    if _fulfilled(wish, task):
        return task
    if wish.seen is not None and wish.seen != task.version:
        raise TaskHasChanged(task)
    if not task.state.is_open:
        raise TaskIsClosed(task)
    if task.work.owner is not None and task.work.owner != wish.person.subject:
        raise AnothersTask(task)
    return task.worked(_work_after(wish, task, at), at)


def _fulfilled(wish: Wish, task: Task) -> bool:
    mine = task.work.owner == wish.person.subject
    match wish.deed:
        case Deed.CLAIMED:
            done = mine and task.state.is_open
        case Deed.RELEASED:
            done = task.state is TaskState.REQUESTED
        case Deed.STARTED:
            done = mine and task.state is TaskState.IN_PROGRESS
        case Deed.ATTEMPTED:
            done = any(_is_same(wish.attempt, known) for known in task.work.attempts)
        case Deed.TICKED | Deed.UNTICKED:
            ticked = any(tick.item == wish.item for tick in task.work.ticks)
            done = ticked == (wish.deed is Deed.TICKED)
        case Deed.COMPLETED:
            same = wish.ending is not None and task.work.outcome == wish.ending.outcome
            done = mine and same and task.state is TaskState.COMPLETED
    return done


def _work_after(wish: Wish, task: Task, at: datetime) -> Work:
    attempts, ticks = task.work.attempts, task.work.ticks
    owned = replace(task.work, owner=wish.person.subject, owner_name=wish.person.name)
    match wish.deed:
        case Deed.CLAIMED:
            after = owned
        case Deed.RELEASED:
            after = replace(NOTHING_DONE, attempts=attempts, ticks=ticks)
        case Deed.STARTED:
            after = replace(owned, started_at=at)
        case Deed.ATTEMPTED:
            after = replace(task.work, attempts=_with(attempts, wish.attempt))
        case Deed.TICKED:
            after = replace(task.work, ticks=(*ticks, _tick(wish, task, at)))
        case Deed.UNTICKED:
            after = replace(task.work, ticks=tuple(one for one in ticks if one.item != wish.item))
        case Deed.COMPLETED:
            outcome = wish.ending.outcome if wish.ending else None
            after = replace(owned, completed_at=at, outcome=outcome, evidence=wish.evidence)
    return after


def _tick(wish: Wish, task: Task, at: datetime) -> Tick:
    if wish.item not in task.step.checklist:
        raise NotOnTheList(task)
    return Tick(item=wish.item, at=at, by=wish.person.subject, name=wish.person.name)


def _is_same(one: Attempt | None, other: Attempt) -> bool:
    return one is not None and (one.at, one.by, one.channel) == (other.at, other.by, other.channel)


def _with(known: tuple[Attempt, ...], attempt: Attempt | None) -> tuple[Attempt, ...]:
    return tuple(sorted((*known, *([attempt] if attempt else [])), key=lambda one: one.at))
