"""Takes the messages out of a file, however whoever wrote it put them together.

A capture of a connection is cut at its MLLP marks, a batch at its headers (FHS, BHS), and what
merely stands one behind another at every MSH.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adt_ingest.domain.batches import messages_in
from adt_ingest.domain.framing import Flaw, Frame, FrameCutter, FrameLimits
from adt_ingest.domain.oddities import Oddity

_BLANKS: Final = b"\r\n\t \x00"
_START_BLOCK: Final = b"\x0b"
_END_BLOCK: Final = b"\x1c"


@dataclass(frozen=True, slots=True)
class Capture:
    """What is in a file."""

    frames: tuple[Frame, ...]
    """Every message, in its order."""
    stray_bytes: int = 0
    """How many bytes belong to none, line ends not counted."""


def read_capture(content: bytes) -> Capture:
    """The messages of a file; nothing for a file without any."""
    if _START_BLOCK not in content or _END_BLOCK not in content:
        return Capture(tuple(_messages_in(Frame(content), in_block=False)))
    limits = FrameLimits(size=len(content), segments=len(content))
    cutter = FrameCutter(limits)
    frames = [*cutter.feed(content), *cutter.finish()]
    found = tuple(message for frame in frames for message in _messages_in(frame, in_block=True))
    return Capture(found, cutter.stray_bytes)


def _messages_in(frame: Frame, *, in_block: bool) -> Iterator[Frame]:
    """A frame that is whole may hold several; of one that is not, the end belongs to nobody."""
    if frame.flaw is not Flaw.NONE:
        yield frame
        return
    batch = messages_in(frame.data)
    odd = {Oddity.CONCATENATED} if in_block and batch.concatenated else frozenset[Oddity]()
    for data in batch.messages:
        if data.strip(_BLANKS):
            yield Frame(data, oddities=frame.oddities | odd)
