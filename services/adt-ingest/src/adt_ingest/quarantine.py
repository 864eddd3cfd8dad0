"""The use case: look at what was refused, and have it taken after all.

What could not be read or placed is on `hl7.received.v1` with its bytes, reason and place. Here it
is found again; a repaired form goes the way of every message, linked to the original, and leaves
the quarantine when it is taken. To see the values of a patient takes a reason, which is noted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from adt_ingest.domain.masking import names_a_value
from adt_ingest.domain.quarantine import Held, Quarantine, Received
from adt_ingest.domain.replies import Answered
from adt_ingest.ports import Hl7Door, ReceivedStore
from adt_ingest.records import ids_if_taken
from care_chassis.clock import Clock
from care_chassis.logs import get_logger

_log = get_logger("adt_ingest.quarantine")
_UNKNOWN: Final = "unknown"
"""The site of messages that are of none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the waiting messages; what is empty matters not."""

    site: str = ""
    reason: str = ""
    """Part of why it was refused, however it is written."""

    def holds(self, received: Received) -> bool:
        site = received.site or _UNKNOWN
        return (
            self.site.casefold() in ("", site.casefold())
            and self.reason.casefold() in received.reason.casefold()
        )


class NotFoundError(Exception):
    """No refused message has this id, or several do."""

    def __init__(self, event_id: str, count: int) -> None:
        many = f"{count} refused messages have ids that begin with {event_id}: write more of it"
        none = f"no refused message has the id {event_id}; --since looks further back"
        super().__init__(many if count else none)


class TellingReasonError(Exception):
    """A reason that repeats a value of the patient cannot be noted."""

    def __init__(self) -> None:
        super().__init__("the reason repeats a value of the message: say why without naming anyone")


@dataclass(frozen=True, slots=True)
class Found:
    """A refused message, and the taken one that settles it, if there is any."""

    held: Held
    settled_by: str


class MendRefused:
    """Finds refused messages and sends them again; `span` is how far back it looks."""

    def __init__(
        self, *, store: ReceivedStore, door: Hl7Door, clock: Clock, span: timedelta, operator: str
    ) -> None:
        self._store = store
        self._door = door
        self._clock = clock
        self._span = span
        self._operator = operator

    @property
    def begins_at(self) -> datetime:
        """From when on it looks."""
        return self._clock.now() - self._span

    async def waiting(self, wanted: Wanted) -> Sequence[Held]:
        """What still waits for a person, in the order of its coming. Raises TransientError."""
        quarantine = await self._read()
        return [held for held in quarantine.waiting() if wanted.holds(held.received)]

    async def find(self, *event_ids: str) -> list[Found]:
        """The refused messages with these ids, or beginnings of them. Raises NotFoundError."""
        quarantine = await self._read()
        found: list[Found] = []
        for event_id in event_ids:
            held = quarantine.find(event_id)
            if len(held) != 1:
                raise NotFoundError(event_id, len(held))
            found.append(Found(held[0], quarantine.repair_of(held[0].received.event_id)))
        return found

    def reveal(self, received: Received, reason: str, *, how: str) -> bytes:
        """Its bytes, after noting who wanted them and why. Raises TellingReasonError."""
        if names_a_value(reason, received.data):
            raise TellingReasonError
        self._note("quarantine_revealed", received, reason=reason, kind=how)
        return received.data

    async def resend(self, received: Received, data: bytes | None = None) -> Answered:
        """Send it again, as it is or as `data`, linked to itself. Raises TransientError."""
        answered = await self._door.send(
            received.data if data is None else data, repairs=received.event_id
        )
        edited = data is not None and data != received.data
        self._note(
            "quarantine_resent",
            received,
            answer=" ".join(answered.codes),
            kind="edited" if edited else "as it was",
        )
        return answered

    def _note(self, what: str, received: Received, **fields: str) -> None:
        """For the audit: who did what to which message."""
        _log.info(
            what,
            event_id=received.event_id,
            site=received.site,
            operator=self._operator,
            **fields,
        )

    async def _read(self) -> Quarantine:
        quarantine = Quarantine(ids_if_taken)
        async for received in self._store.since(self.begins_at):
            quarantine.take(received)
        return quarantine
