"""Cuts MLLP blocks out of a stream of bytes, however it was split: no sockets, no clock.

A block is `<VT> message <FS><CR>`. Senders forget either end, double it, or write noise between
blocks; the rules here give the same frames for every way of cutting the stream, and say of each
what was odd about it:

- FS ends a block if a segment has just ended, or if CR, LF, VT or the end of the stream follows;
  any other FS is part of the message, so that a stray one cannot cut a message short unseen;
- VT inside a block begins the next block: the sender forgot its end;
- outside of a block, a line that begins with MSH, BHS or FHS is a message without its start block;
- what else stands there is noise: answered as one frame if an end block follows, else counted.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from adt_ingest.domain.oddities import Oddity

_VT: Final = 0x0B
_FS: Final = 0x1C
_LINE_ENDS: Final = b"\r\n"
_LINE_END: Final = (b"\r", b"\n")
_AFTER_END: Final = (b"\r", b"\n", b"\x0b")
_BETWEEN_BLOCKS: Final = re.compile(
    rb"[\x0b\x1c]|(?<![^\r\n])[ \t\xef\xbb\xbf]{0,8}(?:MSH|BHS|FHS)"
)
_LONGEST_MARK: Final = 11
"""The longest that `_BETWEEN_BLOCKS` finds: so much of it may still be incomplete."""
_NEXT_BLOCK: Final = b"\x1c\r\x0b"


class Flaw(StrEnum):
    """What is wrong with a frame as a frame."""

    NONE = ""
    NO_END_BLOCK = "no_end_block"
    """The next block began before this one ended."""
    CUT_OFF = "cut_off"
    """The sender closed the connection inside the block."""
    TOO_LARGE = "too_large"
    """Longer than allowed; only its beginning was kept."""
    TOO_MANY_SEGMENTS = "too_many_segments"
    TOO_SLOW = "too_slow"
    """It did not come to its end in the time allowed; what had come was kept."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One block's content, as it came."""

    data: bytes
    flaw: Flaw = Flaw.NONE
    oddities: frozenset[Oddity] = frozenset()
    """What was odd about the block around it."""


@dataclass(frozen=True, slots=True)
class FrameLimits:
    """How large a frame may be."""

    size: int
    segments: int = 10_000

    def frame(
        self, data: bytes, flaw: Flaw = Flaw.NONE, oddities: frozenset[Oddity] = frozenset()
    ) -> Frame:
        """`data` as a frame, with what is wrong with it."""
        if len(data) > self.size:
            return Frame(data[: self.size], Flaw.TOO_LARGE, oddities)
        if len(data) > self.segments and _segments_in(data) > self.segments:
            return Frame(data, Flaw.TOO_MANY_SEGMENTS, oddities)
        return Frame(data, flaw, oddities)


class FrameCutter:
    """Turns chunks into frames and remembers what is unfinished, little more than one frame."""

    def __init__(self, limits: FrameLimits) -> None:
        self._limits = limits
        self._pending = bytearray()
        """Unfinished bytes; they begin where a block, or what stands between two, began."""
        self._inside = False
        self._searched = 0
        """Where in `_pending` the search for the next mark goes on."""
        self._kept: bytes | None = None
        """The beginning of what has grown beyond the limit."""
        self._shed_noise = 0
        """How much noise of what has grown beyond the limit is not in `_pending` any more."""
        self._oddities: set[Oddity] = set()
        """What is odd about the frame that is being read, or will be read next."""
        self.stray_bytes = 0
        """How many bytes belonged to no frame, line ends not counted."""

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that `chunk` completes."""
        if not self._pending and not self._inside and not self._oddities:
            frames = self._whole_blocks(chunk)
            if frames:
                return frames
        self._pending += chunk
        return self._cut_all(silence=False)

    @property
    def held_bytes(self) -> int:
        """How much is remembered of what is unfinished."""
        return len(self._pending) + len(self._kept or b"")

    @property
    def inside(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._inside

    @property
    def undecided(self) -> bool:
        """Whether the last byte may have ended a block: the next byte, or silence, will tell."""
        return bool(self._pending) and self._pending[-1] == _FS

    @property
    def lacks_return_only(self) -> bool:
        """Whether the last byte has ended a block for sure, and may yet be followed by its CR."""
        return self.undecided and self._segment_ended(self._searched)

    def settle(self) -> list[Frame]:
        """Take silence after an undecided end block for the end: a sender that never sends CR."""
        return self._cut_all(silence=True) if self.undecided else []

    def finish(self) -> list[Frame]:
        """The stream has ended: the frames that this completes or cuts off."""
        return self.settle() + self.give_up(Flaw.CUT_OFF)

    def give_up(self, flaw: Flaw) -> list[Frame]:
        """Wait no longer: what has come of a message that has begun, and why it is all."""
        frames: list[Frame] = []
        if not self._inside:
            self._drop_noise(len(self._pending))
        elif self._pending or self._kept is not None:
            frames.append(self._take(len(self._pending), flaw))
        self._go_on(len(self._pending), inside=False)
        return frames

    def _whole_blocks(self, chunk: bytes) -> list[Frame]:
        """The frames of a chunk that is nothing but whole blocks without any oddity, else none.

        That is how nearly all chunks are, and three times as fast as to look for marks.
        """
        if not (chunk.startswith(b"\x0b") and chunk.endswith(b"\x1c\r")):
            return []
        bodies = chunk[1:-2].split(_NEXT_BLOCK)
        if chunk.count(b"\x0b") != len(bodies) or chunk.count(b"\x1c") != len(bodies):
            return []
        return [self._limits.frame(body) for body in bodies]

    def _cut_all(self, *, silence: bool) -> list[Frame]:
        frames: list[Frame] = []
        while (place := self._next_mark()) >= 0:
            mark = self._pending[place]
            if mark == _FS:
                if not self._end(place, frames, silence=silence):
                    break
            elif mark == _VT:
                self._begin_block(place, frames)
            else:
                self._begin_without_block(place)
        return frames

    def _next_mark(self) -> int:
        """Where the next VT, FS or unannounced message is; -1 where there is none as yet."""
        self._skip_line_ends()
        pending = self._pending
        if self._inside:
            end = pending.find(_FS, self._searched)
            start = pending.find(_VT, self._searched, end if end >= 0 else len(pending))
            place = start if start >= 0 else end
        else:
            found = _BETWEEN_BLOCKS.search(pending, self._searched)
            place = found.start() if found else -1
        if place < 0:
            unsure = 0 if self._inside else _LONGEST_MARK
            self._wait(max(self._searched, len(pending) - unsure))
        return place

    def _skip_line_ends(self) -> None:
        """Those that stand first between two blocks say nothing."""
        if self._pending.startswith(_LINE_END) and not self._inside and self._kept is None:
            self._go_on(len(self._pending) - len(self._pending.lstrip(_LINE_ENDS)), inside=False)

    def _begin_block(self, place: int, frames: list[Frame]) -> None:
        if not self._inside:
            self._drop_noise(place)
        elif place > 0 or self._kept is not None:
            self._oddities.add(Oddity.MISSING_END_BLOCK)
            frames.append(self._take(place, Flaw.NO_END_BLOCK))
        self._go_on(place + 1, inside=True)

    def _begin_without_block(self, place: int) -> None:
        self._drop_noise(place)
        self._oddities.add(Oddity.MISSING_START_BLOCK)
        self._go_on(place, inside=True)

    def _end(self, place: int, frames: list[Frame], *, silence: bool) -> bool:
        """Cut at the FS at `place` if it ends anything; whether that could be decided."""
        after = place + (2 if self._pending.startswith(b"\x1c", place + 1) else 1)
        follower = bytes(self._pending[after : after + 1])
        if not (follower or silence):
            self._wait(place)
            return False
        if follower and follower not in _AFTER_END and not self._segment_ended(place):
            self._searched = place + 1
            return True
        self._take_ended(place, doubled=after > place + 1, returned=follower == b"\r", to=frames)
        self._go_on(after + (follower == b"\r"), inside=False)
        return True

    def _take_ended(self, end: int, *, doubled: bool, returned: bool, to: list[Frame]) -> None:
        nothing = end == 0 and self._kept is None
        if nothing and not self._inside:  # another end of the last block: told with the next frame
            self._oddities.add(Oddity.DOUBLED_END_BLOCK)
            return
        if not self._inside:
            self._oddities.add(Oddity.MISSING_START_BLOCK)
        if doubled:
            self._oddities.add(Oddity.DOUBLED_END_BLOCK)
        if not returned:
            self._oddities.add(Oddity.MISSING_CARRIAGE_RETURN)
        to.append(self._take(end, Flaw.NONE))

    def _segment_ended(self, place: int) -> bool:
        """Whether nothing, or the end of a line, stands before `place`."""
        return self._pending[place - 1] in _LINE_ENDS if place > 0 else self._kept is None

    def _take(self, end: int, flaw: Flaw) -> Frame:
        oddities = frozenset(self._oddities)
        self._oddities.clear()
        if self._kept is not None:
            return Frame(self._kept, Flaw.TOO_LARGE, oddities)
        return self._limits.frame(bytes(self._pending[:end]), flaw, oddities)

    def _drop_noise(self, end: int) -> None:
        self.stray_bytes += self._shed_noise + _noise_in(self._pending[:end])

    def _go_on(self, place: int, *, inside: bool) -> None:
        """Forget what stands before `place`: it has been dealt with."""
        del self._pending[:place]
        self._inside, self._searched = inside, 0
        self._kept, self._shed_noise = None, 0

    def _wait(self, searched: int) -> None:
        """Go on from there when more has come; keep of what is too long only its beginning.

        The byte before is kept too: whether a line has just ended is asked again.
        """
        self._searched = searched
        if self._kept is None and len(self._pending) <= self._limits.size + 2:
            return
        if self._kept is None:
            self._kept = bytes(self._pending[: self._limits.size])
        surplus = searched - 1
        if surplus > 0:
            if not self._inside:
                self._shed_noise += _noise_in(self._pending[:surplus])
            del self._pending[:surplus]
            self._searched = 1


def _segments_in(data: bytes) -> int:
    return max(data.count(b"\r"), data.count(b"\n"))


def _noise_in(data: bytes | bytearray) -> int:
    return len(data.translate(None, _LINE_ENDS))
