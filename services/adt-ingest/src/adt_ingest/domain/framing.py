"""Cuts MLLP blocks out of a stream of bytes, however it was split: no sockets, no clock.

A block is `<VT> message <FS><CR>`. Senders forget the last CR, the end block or a whole line, and
write noise between blocks; the rules here give the same frames for every way of cutting the stream:

- FS ends a block if a segment has just ended, or if CR, LF, VT or the end of the stream follows;
  any other FS is part of the message, so that a stray one cannot cut a message short unseen;
- VT inside a block begins the next block: the sender forgot its end;
- what stands between blocks belongs to no message and is counted.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_VT: Final = b"\x0b"
_FS: Final = b"\x1c"
_LINE_ENDS: Final = b"\r\n"
_AFTER_END: Final = b"\r\n\x0b"


class Flaw(StrEnum):
    """What is wrong with a frame as a frame."""

    NONE = ""
    NO_END_BLOCK = "no_end_block"
    """The next block began before this one ended."""
    CUT_OFF = "cut_off"
    """The sender closed the connection inside the block."""
    TOO_LARGE = "too_large"
    """Longer than allowed; only its beginning was kept."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One block's content, as it came."""

    data: bytes
    flaw: Flaw = Flaw.NONE


class FrameCutter:
    """Turns chunks into frames and remembers what is unfinished, little more than `limit` bytes."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._pending = bytearray()
        """Unfinished bytes; inside a block they begin with its first byte."""
        self._inside = False
        self._searched = 0
        """Where in `_pending` the search for the end goes on."""
        self._kept: bytes | None = None
        """The beginning of a block that has grown beyond the limit."""
        self.stray_bytes = 0
        """How many bytes stood outside of any block, line ends not counted."""

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that `chunk` completes."""
        self._pending += chunk
        frames: list[Frame] = []
        while True:
            frame = self._take_block() if self._inside else self._find_start()
            if frame is None:
                break
            if frame.data or frame.flaw is not Flaw.NO_END_BLOCK:
                frames.append(frame)
        return frames

    @property
    def held_bytes(self) -> int:
        """How much is remembered of what is unfinished."""
        return len(self._pending) + len(self._kept or b"")

    @property
    def undecided(self) -> bool:
        """Whether the last byte may have ended a block: the next byte, or silence, will tell."""
        return self._inside and self._pending.endswith(_FS)

    def settle(self) -> list[Frame]:
        """Take silence after an undecided end block for the end: a sender that never sends CR."""
        return self.feed(b"\r") if self.undecided else []

    def finish(self) -> list[Frame]:
        """The stream has ended: the frames that this completes or cuts off."""
        frames = self.settle()
        if self._inside and (self._pending or self._kept is not None):
            frames.append(self._cut(len(self._pending), Flaw.CUT_OFF))
        self._pending.clear()
        self._inside = False
        return frames

    def _find_start(self) -> Frame | None:
        """Skip to the next block; the empty frame stands for "look on"."""
        start = self._pending.find(_VT)
        skipped = bytes(self._pending[: len(self._pending) if start < 0 else start])
        self.stray_bytes += len(skipped.translate(None, _LINE_ENDS))
        if start < 0:
            self._pending.clear()
            return None
        del self._pending[: start + 1]
        self._inside, self._searched = True, 0
        return Frame(b"", Flaw.NO_END_BLOCK)

    def _take_block(self) -> Frame | None:
        """The block that is being read, if its end has come."""
        pending = self._pending
        while (end := pending.find(_FS, self._searched)) >= 0:
            start = pending.find(_VT, self._searched, end)
            if start >= 0:
                return self._next_begins(start)
            ended = self._ends_at(end)
            if ended is None:
                return self._wait(end)
            if ended:
                return self._ends(end)
            self._searched = end + 1
        start = pending.find(_VT, self._searched)
        return self._wait(len(pending)) if start < 0 else self._next_begins(start)

    def _wait(self, searched: int) -> None:
        """Go on from there when more has come."""
        self._searched = searched
        self._shed()

    def _next_begins(self, start: int) -> Frame:
        frame = self._cut(start, Flaw.NO_END_BLOCK)
        del self._pending[: start + 1]
        self._searched = 0
        return frame

    def _ends(self, end: int) -> Frame:
        frame = self._cut(end, Flaw.NONE)
        del self._pending[: end + 1]
        self._inside = False
        return frame

    def _ends_at(self, end: int) -> bool | None:
        """Whether the FS at `end` ends the block; None where only the next byte can tell."""
        pending = self._pending
        if (end == 0 and self._kept is None) or (end > 0 and pending[end - 1] in _LINE_ENDS):
            return True
        return None if end + 1 == len(pending) else pending[end + 1] in _AFTER_END

    def _cut(self, end: int, flaw: Flaw) -> Frame:
        if self._kept is not None:
            kept, self._kept = self._kept, None
            return Frame(kept, Flaw.TOO_LARGE)
        if end > self._limit:
            return Frame(bytes(self._pending[: self._limit]), Flaw.TOO_LARGE)
        return Frame(bytes(self._pending[:end]), flaw)

    def _shed(self) -> None:
        """Keep of a block beyond the limit only its beginning, and two bytes to tell its end."""
        surplus = len(self._pending) - 2
        if self._kept is None and len(self._pending) <= self._limit + 2:
            return
        if self._kept is None:
            self._kept = bytes(self._pending[: self._limit])
        if surplus > 0:
            del self._pending[:surplus]
            self._searched -= surplus
