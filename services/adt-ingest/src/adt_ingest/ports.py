"""What receiving a message, and mending one, needs of the world."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from adt_ingest.domain.profile import ReturnAddress, SiteProfile
from adt_ingest.domain.quarantine import Received
from adt_ingest.domain.replies import Answered
from care_chassis.events import OutgoingEvent


class Events(Protocol):
    """Where events are kept for good."""

    async def publish(self, events: Sequence[OutgoingEvent]) -> None:
        """Return when all of them are held, in order per key.

        Raises TransientError where that could not be made sure; it does not wait long for it.
        """
        ...

    async def until_back(self) -> None:
        """Return when trying again is worth it. CancelledError where the service stops."""
        ...


class Returns(Protocol):
    """The way to the senders that await application acknowledgements at an address of their own."""

    def deliver(self, address: ReturnAddress, block: bytes) -> None:
        """Take charge of `block`: blocks arrive in order, later, and as far as that is possible."""
        ...


class Sites(Protocol):
    """The hospitals whose messages are taken."""

    def find(self, application: str, facility: str) -> SiteProfile | None:
        """The site of a sender: its pair `MSH-3|MSH-4`, else MSH-4 as the site's code."""
        ...


class Tracing(Protocol):
    """Where it is noted that a message was worked on."""

    def __call__(
        self, name: str, *, parent: str, started_at: datetime, ended_at: datetime
    ) -> None: ...


class ReceivedStore(Protocol):
    """Where everything that came in is kept, raw, with what became of it."""

    def since(self, instant: datetime) -> AsyncIterator[Received]:
        """All that was received from `instant` until now, in no particular order.

        Raises TransientError where the store cannot be read.
        """
        ...


class Hl7Door(Protocol):
    """A running adt-ingest that takes messages."""

    async def send(self, data: bytes, *, repairs: str = "") -> Answered:
        """Hand in one message and return its answer; `repairs` names a refused one.

        Raises TransientError where there is no answer that can be read.
        """
        ...
