"""What the use cases ask of storage, of mail server and text gateway, and of the sites' files."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from care_chassis.events import OutgoingEvent
from notifier.domain.delivery import Attempt
from notifier.domain.notices import Notice, Recipient
from notifier.domain.people import People, Person
from notifier.domain.recipients import Entry
from notifier.domain.stories import Story
from notifier.domain.visits import Visit

# LetterError
# ├── LetterRefusedError     the mail server, or the gateway, will never take this letter or text
# ├── LetterDeferredError    not now: try again later
# └── LetterLostError        no answer: it may have arrived; try again with the same id


class LetterError(Exception):
    """A letter or text was not sent. `code` says why, without a word of it or of its address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LetterRefusedError(LetterError):
    """The mail server or the gateway will never take it."""


class LetterDeferredError(LetterError):
    """The mail server or the gateway is away, or puts us off."""


class LetterLostError(LetterError):
    """The mail server or the gateway fell silent with it perhaps in its hands."""


@dataclass(frozen=True, slots=True)
class PatientTexts:
    """What a hospital texts to its patients; `sender` and `number` must stand in both texts."""

    sender: str
    number: str
    follow_up: str
    stopped: str


@dataclass(frozen=True, slots=True)
class Institution:
    """A hospital as its letters name it, and whom it knows."""

    name: str
    zone: ZoneInfo
    directory: Mapping[str, Entry]
    texts: PatientTexts | None = None
    """None where patients are not to be texted."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in words."""

    notification_id: UUID
    name: str
    address: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Background:
    """What is known about the visit and the person that a notice is about."""

    visit: Visit
    person: Person


@dataclass(frozen=True, slots=True)
class TextLog:
    """What is on record about texting one patient."""

    follow_up_stands: bool
    opted_out: bool
    """Whether the number was opted out."""
    sent_at: tuple[datetime, ...] = ()
    """When texts were handed over to that number or for that patient, or may have been."""


class Sites(Protocol):
    """The hospitals."""

    def institution(self, code: str) -> Institution:
        """The hospital of that code; one that no file describes is named by its code."""
        ...


class Letters(Protocol):
    """Puts notices into words."""

    def compose(
        self, notification_id: UUID, story: Story, to: Recipient, sender: Institution
    ) -> Letter:
        """The letter that tells the story to the recipient."""
        ...


class Mailer(Protocol):
    """The mail server."""

    async def send(self, letter: Letter, at: datetime) -> None:
        """Hand a letter over. Raises LetterError, of the kind that fits."""
        ...


class RequestingWork(Protocol):
    """One transaction in which visits are followed and notices asked for."""

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        """Those events that were not taken in before; from now on they are."""
        ...

    async def lock_people(self, patient_keys: Sequence[str]) -> People:
        """These people and those they were merged into, for this transaction alone."""
        ...

    async def keep_people(self, people: Sequence[Person]) -> None:
        """Store people; whoever points at one that was merged away points on from now on."""
        ...

    async def visits_in_question(self, patient_keys: Sequence[str]) -> set[str]:
        """Visits of these people under all their numbers that what is said of them may concern.

        There is a notice that nobody has tried, or somebody else's number is named with it too.
        """
        ...

    async def lock_visits(
        self, visits: Sequence[Visit], visit_keys: Iterable[str] = ()
    ) -> list[Visit]:
        """All visits of their numbers, and of others, as stored, for this transaction alone.

        An unknown one of `visits` is kept as given.
        """
        ...

    async def keep_visits(self, visits: Sequence[Visit]) -> None:
        """Store visits as they are now."""
        ...

    async def lock_notices(self, visit_keys: Sequence[str]) -> list[Notice]:
        """All notices about these visits, for this transaction alone."""
        ...

    async def keep_notices(self, notices: Sequence[Notice]) -> None:
        """Store notices, new or known."""
        ...

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        """Say it, in the same transaction."""
        ...


class Requesting(Protocol):
    """Where visits, people and notices are kept."""

    def requesting(self) -> AbstractAsyncContextManager[RequestingWork]:
        """A transaction: committed at the end, rolled back on any exception."""
        ...


class DeliveringWork(Protocol):
    """One transaction around the delivery of notices."""

    async def claim(self, now: datetime, most: int) -> list[Notice]:
        """Some pending notices whose next attempt is due and which no other transaction holds."""
        ...

    async def lock(self, notification_id: UUID) -> Notice:
        """One notice, for this transaction alone."""
        ...

    async def backgrounds(self, notices: Sequence[Notice]) -> Mapping[UUID, Background]:
        """What is known about the visits of notices and the people in them, by notice."""
        ...

    async def texting_of(self, texts: Sequence[Notice], since: datetime) -> Mapping[UUID, TextLog]:
        """What texting their patients rests on, by text; no other transaction asks meanwhile."""
        ...

    async def keep_notices(self, notices: Sequence[Notice]) -> None:
        """Store notices, new or known."""
        ...

    async def open_attempts(self, notices: Sequence[Notice], at: datetime) -> None:
        """Record that the latest attempt of each notice begins."""
        ...

    async def close_attempts(self, attempts: Sequence[tuple[UUID, Attempt]], at: datetime) -> None:
        """Record how attempts ended; one whose end is recorded already keeps its outcome."""
        ...

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        """Say it, in the same transaction."""
        ...

    async def next_instant(self) -> datetime | None:
        """When the next attempt of a pending notice is due, if there is one."""
        ...


class Delivering(Protocol):
    """Where notices are delivered from."""

    def delivering(self) -> AbstractAsyncContextManager[DeliveringWork]:
        """A transaction: committed at the end, rolled back on any exception."""
        ...
