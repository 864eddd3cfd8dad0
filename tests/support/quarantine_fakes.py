"""Stand-ins for mending what was refused: a store of what was received, and a door for it."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from tests.support.hl7_builders import discharge

from adt_ingest.domain.quarantine import Received
from adt_ingest.domain.replies import Answered
from care_chassis.errors import TransientError

CAME_AT: Final = datetime(2026, 5, 22, 21, 10, tzinfo=UTC)


def received(event_id: str = "a" * 32, **said: Any) -> Received:
    """A message that was refused because no number names its visit, with something changed."""
    usual: dict[str, Any] = {
        "received_at": CAME_AT,
        "verdict": "quarantined",
        "site": "GHH",
        "control_id": "MSG00001",
        "trigger": "A03",
        "answer": "AE",
        "reason": "No number names the visit",
        "place": "PV1-19",
        "peer": "192.0.2.7",
        "repairs": "",
        "data": discharge(visit=None),
    }
    return Received(event_id=event_id, **{**usual, **said})


class FakeReceivedStore:
    """Holds what a test puts into it."""

    def __init__(self, held: Iterable[Received] = ()) -> None:
        self.held = list(held)

    async def since(self, instant: datetime) -> AsyncIterator[Received]:
        for one in self.held:
            if one.received_at >= instant:
                yield one


class FakeDoor:
    """Answers as a test says, and remembers what it was handed; `away` is a count of failures."""

    def __init__(self, *answers: Answered, away: int = 0) -> None:
        self._answers = list(answers)
        self.away = away
        self.taken: list[tuple[bytes, str]] = []

    async def send(self, data: bytes, *, repairs: str = "") -> Answered:
        if self.away:
            self.away -= 1
            raise TransientError("adt-ingest")
        self.taken.append((data, repairs))
        return self._answers.pop(0) if self._answers else Answered(("AA",))
