"""What a door hands in with a frame, and what it is to hand back."""

from dataclasses import dataclass
from enum import StrEnum


class Door(StrEnum):
    """Which way a frame came."""

    MLLP = "mllp"
    MLLPS = "mllps"
    """MLLP over TLS"""
    HTTP = "http"
    FILE = "file"
    """A command of an operator, over HTTP with a proof (see `operators`)."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a frame came from."""

    door: Door
    address: str
    """The peer's, without its port."""
    certificate_names: frozenset[str] = frozenset()
    """Common name and DNS names of the client's certificate, where TLS has verified one."""
    repairs: str = ""
    """The event id of the quarantined frame that this one is the repaired form of."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back for one frame on its own connection, in order.

    Original mode: one acknowledgement. Enhanced mode: none, the accept acknowledgement, the
    application acknowledgement, or both, as MSH-15 and MSH-16 ask for.
    """

    blocks: tuple[bytes, ...]
