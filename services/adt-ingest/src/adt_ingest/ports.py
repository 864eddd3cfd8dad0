"""What receiving a message needs of the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from adt_ingest.domain.profile import SiteProfile
from care_chassis.events import OutgoingEvent


class Events(Protocol):
    """Where events are kept for good."""

    async def publish(self, events: Sequence[OutgoingEvent]) -> None:
        """Return when all of them are held, in order per key.

        Raises TransientError where that could not be made sure; it does not wait long for it.
        """
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
