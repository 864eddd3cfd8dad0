"""Takes the messages out of a file, however whoever wrote it put them together.

A capture of a connection is cut at its MLLP marks, a batch at its headers (FHS, BHS), and what
merely stands one behind another at every MSH.
"""

from typing import Final

from adt_ingest.domain.batches import messages_in
from adt_ingest.domain.framing import Flaw, Frame, FrameCutter, FrameLimits

_BLANKS: Final = b"\r\n\t \x00"
_START_BLOCK: Final = b"\x0b"


def frames_in(content: bytes) -> list[Frame]:
    """Every message of a file, in its order; nothing for a file without any."""
    frames = _blocks_in(content) if _START_BLOCK in content else [Frame(content)]
    return [
        message
        for frame in frames
        for message in _messages_in(frame)
        if message.flaw or message.data.strip(_BLANKS)
    ]


def _blocks_in(content: bytes) -> list[Frame]:
    no_limit = FrameLimits(size=len(content), segments=len(content))
    cutter = FrameCutter(no_limit)
    return [*cutter.feed(content), *cutter.finish()]


def _messages_in(frame: Frame) -> list[Frame]:
    """A frame that is whole may hold several; of one that is not, the end belongs to nobody."""
    if frame.flaw is not Flaw.NONE:
        return [frame]
    return [Frame(data) for data in messages_in(frame.data).messages]
