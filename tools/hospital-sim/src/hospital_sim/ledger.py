"""What was sent and what was answered, message by message."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from hospital_sim.mllp import Answer
from hospital_sim.sendings import Message


@dataclass(slots=True)
class Entry:
    """One distinct message and all that happened to it on the wire."""

    message: Message
    sendings: int = 0
    """How often it was due on the wire; the hospital itself repeats some."""
    retries: int = 0
    answers: list[Answer] = field(default_factory=list[Answer])
    given_up: str = ""
    """Why the last sending of it was given up."""

    @property
    def acknowledged(self) -> bool:
        """Whether every sending got the answer that the message deserves."""
        deserved = [answer.positive != bool(self.message.flaw) for answer in self.answers]
        return not self.given_up and len(deserved) == self.sendings and all(deserved)


@dataclass(slots=True)
class FeedProgress:
    """How far one hospital's feed is, for the live picture."""

    site: str
    due: int
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    retried: int = 0
    admissions: int = 0
    discharges: int = 0
    trouble: str = ""
    at: datetime | None = None

    def count(self, message: Message, answer: Answer) -> None:
        """Note a sending that was answered."""
        self.trouble = ""
        if answer.positive:
            self.acknowledged += 1
        else:
            self.refused += 1
        kinds = Counter([message.trigger] if answer.positive else [])
        self.admissions += kinds["A01"] + kinds["A04"]
        self.discharges += kinds["A03"]


class Ledger:
    """Every message of a run, by name."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def entry(self, message: Message) -> Entry:
        """The entry of a message, made at its first sending."""
        return self._entries.setdefault(message.name, Entry(message))

    @property
    def entries(self) -> Iterable[Entry]:
        return self._entries.values()
