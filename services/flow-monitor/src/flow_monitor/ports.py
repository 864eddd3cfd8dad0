"""What the use cases need of the world: a journal to write, and one to read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from flow_monitor.domain.entries import Entry, Position, Sighting
from flow_monitor.domain.journeys import IdKind


class Journal(Protocol):
    """Where entries are written down, each position once."""

    async def append(self, entries: Sequence[Entry]) -> int:
        """Write down what is new among the entries; how many that were. Raises TransientError."""
        ...


class Months(Protocol):
    """The journal's parts, one a month."""

    async def prepare(self, month: date) -> None:
        """See to it that the month of this day has a part of its own."""
        ...

    async def drop_before(self, month: date) -> int:
        """Drop the parts of all months before the month of this day; how many there were."""
        ...


class Archive(Protocol):
    """Where journeys are looked up."""

    async def correlations_of(self, kind: IdKind, value: str, site: str) -> set[str]:
        """The correlation ids of all that this id is about; `site` may be empty."""
        ...

    async def stations(self, correlations: Collection[str], most: int) -> list[Sighting]:
        """The oldest `most` entries with these correlation ids, or about their transitions."""
        ...


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which received frames are asked for; an empty field asks for nothing in particular."""

    verdict: str = ""
    site: str = ""
    control_id: str = ""
    since: datetime | None = None
    before: Position | None = None
    most: int = 100


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How much of one kind has passed."""

    topic: str
    site: str
    outcome: str
    count: int
    last_at: datetime


class Lists(Protocol):
    """What the console lists."""

    async def messages(self, wanted: MessageFilter) -> list[Sighting]:
        """Received frames, newest first."""
        ...

    async def effects(self, correlations: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        """How many distinct events of each type followed from each frame."""
        ...

    async def dead_letters(self, before: Position | None, most: int) -> list[Sighting]:
        """Dead letters of all services, newest first."""
        ...

    async def counts(self) -> list[TopicCount]:
        """Everything that has passed, by topic, site and outcome."""
        ...

    async def open_transitions(self) -> Mapping[str, int]:
        """How many transitions are open, by site."""
        ...
