"""What texts to patients ask of storage and of the gateway."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from care_chassis.events import OutgoingEvent
from notifier.domain.notices import Notice
from notifier.domain.texts import FollowUp


@dataclass(frozen=True, slots=True)
class Text:
    """A text to a patient."""

    notification_id: UUID
    number: str
    words: str


class Gateway(Protocol):
    """Whoever sends texts for us."""

    async def send(self, text: Text) -> None:
        """Hand a text over. Raises LetterError, of the kind that fits."""
        ...


class TextingWork(Protocol):
    """One transaction in which follow-ups and answers are followed and texts asked for."""

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        """Those events that were not taken in before; from now on they are."""
        ...

    async def keep_follow_ups(self, follow_ups: Sequence[FollowUp]) -> set[UUID]:
        """Keep how transitions stand where that is newer than what is known; which were newer."""
        ...

    async def lock_texts(self, notification_ids: Sequence[UUID]) -> list[Notice]:
        """These texts as far as there are any, for this transaction alone."""
        ...

    async def stop(self, number: str, at: datetime) -> bool:
        """Note that nobody is to be texted at a number; whether that was not known before."""
        ...

    async def texts_to(self, number: str) -> list[Notice]:
        """The texts about follow-ups to a number, the last asked for first, for this one alone."""
        ...

    async def keep_notices(self, notices: Sequence[Notice]) -> None:
        """Store notices, new or known."""
        ...

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        """Say it, in the same transaction."""
        ...


class Texting(Protocol):
    """Where follow-ups, texts and opt-outs are kept."""

    def texting(self) -> AbstractAsyncContextManager[TextingWork]:
        """A transaction: committed at the end, rolled back on any exception."""
        ...
