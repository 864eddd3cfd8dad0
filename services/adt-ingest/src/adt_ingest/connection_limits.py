"""How much of everything a connection may take, and how many connections there may be."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from adt_ingest.domain.framing import FrameLimits
from adt_ingest.domain.refusals import Problem, Refusal

_ALL_TAKEN: Final = "Too many connections are open: try again later"
_OWN_TAKEN: Final = "Too many connections are open from this address: close some, or use them"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what is held, and how long."""

    frame: FrameLimits
    connections: int = 800
    connections_per_peer: int = 400
    idle_seconds: float = 1800.0
    """A connection on which no message comes for so long is closed."""
    frame_seconds: float = 60.0
    """A message that has begun is to have come to its end after so long."""
    unread_seconds: float = 30.0
    """A sender that does not read its answers for so long is parted from."""
    queued_frames: int = 256
    queued_bytes: int = 4_000_000
    """A connection with more than these waiting is not read from."""
    batch_frames: int = 64
    settle_seconds: float = 0.25
    """How long after what may be an end block its frame is taken for whole."""
    return_seconds: float = 0.02
    """How long after what is an end block for sure its CR is awaited."""
    linger_seconds: float = 2.0
    """How long a sender that is parted from may take to read why."""
    drain_seconds: float = 10.0
    """How long stopping, or a sender's leaving, leaves for frames that are being worked on."""


class Guests:
    """Counts who is connected, over all listeners together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_peer: Counter[str] = Counter()
        self._count = 0

    def admit(self, peer: str) -> Refusal | None:
        """Count a connection in, or say why there is no room for it."""
        if self._count >= self._limits.connections:
            return Refusal(Problem.INTERNAL, _ALL_TAKEN)
        if self._by_peer[peer] >= self._limits.connections_per_peer:
            return Refusal(Problem.INTERNAL, _OWN_TAKEN)
        self._by_peer[peer] += 1
        self._count += 1
        return None

    def leave(self, peer: str) -> None:
        """Count out a connection that was admitted."""
        self._count -= 1
        self._by_peer[peer] -= 1
        if not self._by_peer[peer]:
            del self._by_peer[peer]
