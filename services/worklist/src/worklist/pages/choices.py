"""What a person may do with a task as it stands, and what its forms ask for."""

from dataclasses import dataclass
from typing import Any

from worklist import words
from worklist.domain.outcomes import ATTEMPTS, may_be_tried, outcomes_for
from worklist.domain.people import Person
from worklist.domain.tasks import Task, TaskState

_ASK_WHO = ("follow_up_visit", "home_visit", "medication_reconciliation")


@dataclass(frozen=True, slots=True)
class Choices:
    """What this person may do with the task as it stands."""

    claim: bool = False
    start: bool = False
    release: bool = False
    complete: bool = False
    outcomes: tuple[tuple[str, str], ...] = ()
    attempts: tuple[tuple[str, str], ...] = ()
    """How an attempt may end, for a task that is about reaching somebody."""
    channels: tuple[tuple[str, str], ...] = ()
    credentials: tuple[tuple[str, str], ...] = ()
    """Asked of work whose evidence depends on who did it."""
    asks_complexity: bool = False


def choices_for(person: Person, task: Task) -> Choices:
    """What this person may do with the task; nothing with another's or a closed one."""
    mine = task.work.owner == person.subject
    free = task.work.owner is None
    if not (person.may_work and task.state.is_open and (mine or free)):
        return Choices()
    return Choices(
        claim=free,
        start=mine and task.state is TaskState.ACCEPTED,
        release=mine,
        complete=True,
        outcomes=tuple(
            (code.value, words.word(words.OUTCOMES, code)) for code in outcomes_for(task.step.code)
        ),
        **_asked(task.step.code),
    )


def _asked(code: str) -> dict[str, Any]:
    """What else a form asks for, by the kind of task."""
    tried = may_be_tried(code)
    return {
        "attempts": tuple((one.value, words.word(words.OUTCOMES, one)) for one in ATTEMPTS)
        if tried
        else (),
        "channels": tuple(words.CHANNELS.items()) if tried else (),
        "credentials": tuple(words.CREDENTIALS.items()) if code in _ASK_WHO else (),
        "asks_complexity": code == "follow_up_visit",
    }
