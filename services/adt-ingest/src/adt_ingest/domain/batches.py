"""Finds the messages in what came as one: a batch of HL7's (FHS, BHS ... BTS, FTS), or several.

No byte is lost: what belongs to no message is the batch's `envelope`. A message begins at an MSH
that opens a line and declares delimiters, or has the field separator of what came first; the three
letters alone may stand in any text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_BOM: Final = b"\xef\xbb\xbf"
_BLANKS: Final = b"\r\n\t \x00"
_BATCH_HEADERS: Final = (b"FHS", b"BHS")
_OPENING: Final = re.compile(
    rb"(?:\A|[\r\n])(?:\xef\xbb\xbf|[\t \x00])*(MSH|FHS|BHS|BTS|FTS)(?![0-9A-Za-z])"
)
_DECLARATION: Final = re.compile(rb"([!-/:-@\[-`{-~])[!-/:-@\[-`{-~]{1,5}\1")
_TRAILERS: Final = (b"BTS", b"FTS")
_MOST_WARNINGS: Final = 10


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that stand together: a batch under its BHS, or those that stand under none."""

    header: bytes
    """The BHS segment, without its end; nothing where there is none."""
    size: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What was found. One message alone stands in no group, and so does what is no message at all.

    A batch without messages is one only where its trailers say so.
    """

    messages: tuple[bytes, ...]
    groups: tuple[Group, ...] = ()
    file_header: bytes = b""
    """The FHS segment, without its end; nothing where there is none."""
    envelope: bytes = b""
    """Every byte outside of the messages, in order."""
    warnings: tuple[str, ...] = ()
    """What its headers and trailers say that is not so."""

    @property
    def wrapped(self) -> bool:
        """Whether this is a batch as HL7 knows it, which wants a batch for an answer."""
        return bool(self.envelope)

    @property
    def concatenated(self) -> bool:
        """Whether several messages came in one without being a batch."""
        return len(self.messages) > 1 and not self.wrapped


def messages_in(data: bytes) -> Batch:
    """The messages in `data`; they and the envelope together are all its bytes."""
    if data.startswith(b"MSH") and data.find(b"MSH", 3) < 0:
        return Batch((data,))
    start = len(data) - len(data.removeprefix(_BOM).lstrip(_BLANKS))
    begins_a_batch = data.startswith(_BATCH_HEADERS, start)
    if not begins_a_batch and data.find(b"MSH", start + 3) < 0:
        return Batch((data,))
    pieces = list(_pieces(data, data[start + 3 : start + 4]))
    if not begins_a_batch and len(pieces) < 2:  # noqa: PLR2004 - one message alone
        return Batch((data,))
    return _Reading().read(pieces)


def _pieces(data: bytes, mark: bytes) -> Iterator[tuple[bytes, bytes]]:
    """`data` cut before every segment that begins something, each piece with its name.

    What precedes the first such segment goes with it. `mark` is a field separator to believe in.
    """
    name, start, batch = b"", 0, False
    for found in _OPENING.finditer(data):
        after = found.end()
        if found[1] in _TRAILERS:  # without a header before it, it is some line of a text
            begins_something = batch and data[after : after + 1] in (mark, b"\r", b"\n", b"")
        else:
            begins_something = data[after : after + 1] == mark or bool(
                _DECLARATION.match(data, after)
            )
        if begins_something:
            batch = batch or found[1] in _BATCH_HEADERS
            begins = found.start() + (found[0][:1] in b"\r\n")
            if name:
                yield name, data[start:begins]
                start = begins
            name = found[1]
    yield name, data[start:]


class _Reading:
    """Goes through the pieces and notes what they say of each other."""

    def __init__(self) -> None:
        self._messages: list[bytes] = []
        self._envelope: list[bytes] = []
        self._groups: list[Group] = []
        self._warnings: list[str] = []
        self._file_header = b""
        self._open: bytes | None = None
        """The header of the group that is being read; None outside of any."""
        self._begun = 0
        """How many messages there were when it began."""
        self._ended = False
        """Whether there was a trailer."""

    def read(self, pieces: list[tuple[bytes, bytes]]) -> Batch:
        takers = {
            b"MSH": self._take_message,
            b"FHS": self._begin_file,
            b"BHS": self._begin_group,
            b"BTS": self._end_group,
            b"FTS": self._end_file,
            b"": self._envelope.append,
        }
        for name, piece in pieces:
            takers[name](piece)
        if self._open:
            self._warn("A batch has no trailer (BTS)")
        self._close()
        if not self._messages and (self._warnings or not self._ended):
            return Batch((b"".join(self._envelope),))
        return Batch(
            tuple(self._messages),
            tuple(self._groups),
            self._file_header,
            b"".join(self._envelope),
            tuple(self._warnings),
        )

    def _take_message(self, piece: bytes) -> None:
        if self._open is None:
            self._begin(b"")
        self._messages.append(piece)

    def _begin_file(self, piece: bytes) -> None:
        self._envelope.append(piece)
        if self._file_header or self._messages:
            self._warn("A file header (FHS) stands inside the file")
        self._file_header = self._file_header or _line(piece)

    def _begin_group(self, piece: bytes) -> None:
        self._envelope.append(piece)
        if self._open:
            self._warn("A batch has no trailer (BTS)")
        self._begin(_line(piece))

    def _end_group(self, piece: bytes) -> None:
        self._envelope.append(piece)
        if not self._open:
            self._warn("A batch trailer (BTS) has no header")
        size = 0 if self._open is None else len(self._messages) - self._begun
        self._compare(piece, size, "messages")
        self._close()

    def _end_file(self, piece: bytes) -> None:
        self._envelope.append(piece)
        if self._open:
            self._warn("A batch has no trailer (BTS)")
        self._close()
        self._compare(piece, sum(bool(group.header) for group in self._groups), "batches")

    def _begin(self, header: bytes) -> None:
        self._close()
        self._open, self._begun = header, len(self._messages)

    def _close(self) -> None:
        if self._open is not None:
            self._groups.append(Group(self._open, len(self._messages) - self._begun))
        self._open = None

    def _compare(self, trailer: bytes, found: int, noun: str) -> None:
        self._ended = True
        told = _told(trailer)
        if told is not None and told != found:
            self._warn(f"The trailer counts {told} {noun}, and {found} came")

    def _warn(self, warning: str) -> None:
        if warning not in self._warnings and len(self._warnings) < _MOST_WARNINGS:
            self._warnings.append(warning)


def _line(piece: bytes) -> bytes:
    """The first segment of a piece, without its end and what precedes it."""
    return piece.removeprefix(_BOM).lstrip(_BLANKS).splitlines()[0]


def _told(trailer: bytes) -> int | None:
    """What a trailer counts, where it does."""
    line = _line(trailer)
    number = line[4:].split(line[3:4])[0].strip() if line[4:] else b""
    return int(number) if number.isdigit() and len(number) < 10 else None  # noqa: PLR2004
