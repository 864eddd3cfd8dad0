"""What a sentence of an explanation is, and how it speaks of days and times."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from care_contracts.transitions import TransitionSnapshot
from worklist.domain.tasks import Task


@dataclass(frozen=True, slots=True)
class Sentence:
    """One fact and what follows from it."""

    about: str
    """`route`, `step:home_visit`, `tcm:contact`, `measure:TRC-PE` ..."""
    text: str
    rule: str
    """Where it is laid down: a section or D-number of the rulebook, or a protocol."""


@dataclass(frozen=True, slots=True)
class Told:
    """A transition and the work on it, where its days are, and when it is looked at."""

    transition: TransitionSnapshot
    zone: ZoneInfo
    now: datetime
    tasks: tuple[Task, ...] = ()

    def at(self, instant: datetime) -> str:
        """`Wed 27 May 2026 23:59:59`, seconds only where there are some."""
        local = instant.astimezone(self.zone)
        clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        return f"{on(local.date())} {clock}"

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def on(day: date) -> str:
    """For example `Wed 27 May 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def listed(words: list[str]) -> str:
    """For example `a, b and c`."""
    return " and ".join(", ".join(words).rsplit(", ", 1))
