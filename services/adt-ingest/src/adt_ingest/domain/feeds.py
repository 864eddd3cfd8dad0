"""Which feeds there are beside ADT: by message type, what their triggers are and what they say."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from adt_ingest.domain import appointments, documents, referrals, results
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import Header, Message
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.statements import Reading, Statement, readings


@dataclass(frozen=True, slots=True)
class Feed:
    """One kind of message (MSH-9.1)."""

    triggers: Collection[str]
    tell: Callable[[Reading], Iterable[Statement]]
    only_trigger: str = ""
    """What a message without a trigger is."""
    of_nobody: bool = False
    """Whether a message without a patient is sound; it then tells of nothing."""
    most: int = 50
    """Of statements in a message: each repeats what holds for all, so many would be gigabytes."""

    def statements(
        self,
        message: Message,
        header: Header,
        site: SiteProfile,
        *,
        trigger: str,
        received_at: datetime,
    ) -> list[Statement]:
        """What the message says. Raises Refusal where it does not say of whom or of what."""
        found = readings(message, header, site, trigger=trigger, received_at=received_at)
        if not found and not self.of_nobody:
            raise Refusal(Problem.SEGMENT_SEQUENCE, "The patient is missing", "PID")
        told = (statement for reading in found for statement in self.tell(reading))
        statements = list(islice(told, self.most + 1))
        if len(statements) > self.most:
            words = f"The message tells of more than {self.most} events"
            raise Refusal(Problem.TOO_LONG, words)
        return statements


FEEDS: Final[Mapping[str, Feed]] = {
    "SIU": Feed(appointments.KINDS, appointments.tell, of_nobody=True),
    "ORU": Feed(results.TRIGGERS, results.tell, only_trigger=results.ONLY_TRIGGER, most=500),
    "MDM": Feed(documents.KINDS, documents.tell),
    "REF": Feed(referrals.KINDS, referrals.tell),
}

TRIGGERS: Final = frozenset(trigger for feed in FEEDS.values() for trigger in feed.triggers)
