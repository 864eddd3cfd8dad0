"""What is sent: a message's bytes, and the instants at which they go over the wire."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Message:
    """One message, by which it is known from the wire to the journal."""

    name: str
    """The control id; for bytes without one, a name of our own."""
    site: str
    control_id: str
    trigger: str
    payload: bytes
    flaw: str = ""
    """What is wrong with it; such a message must be refused and quarantined."""
    notices: frozenset[int] = frozenset()
    """How many notices of it the patient's doctor may have been sent; empty for any number."""

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes: finds the frame in the journal even without a control id."""
        return sha256(self.payload).hexdigest()


@dataclass(frozen=True, slots=True)
class Sending:
    """A message due on the wire at a simulated instant; one message may have several."""

    at: datetime
    message: Message
