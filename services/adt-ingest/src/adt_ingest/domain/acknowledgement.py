"""Writes acknowledgements as the sender's version wants them, alone and in batches.

The answer speaks as the sender did: its delimiters, version, processing id and character set, with
sender and receiver swapped. What went wrong stands in ERR, since v2.5 with a location of its own
and words for people, before that in the older one-field form, and in MSA-3 while that existed.
Nothing that a sender wrote can end the block that an acknowledgement travels in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from adt_ingest.domain.batches import Batch
from adt_ingest.domain.delimiters import Delimiters
from adt_ingest.domain.reader import Header, read_header
from adt_ingest.domain.refusals import Refusal

_OURSELVES: Final = "HOMEWARD"
_VERSION_FOR_THE_UNREADABLE: Final = "2.5.1"
_BLOCK_MARKS: Final = b"\x0b\x1c"
_FILE: Final = b"FHS"
_BATCH: Final = b"BHS"
_VERSION: Final = re.compile(r"2(?:\.\d{1,2}){0,2}", re.ASCII)
_PLACE: Final = re.compile(r"([A-Z][A-Z0-9]{2})(?:-(\d+)(?:\.(\d+))?)?", re.ASCII)
_UNREAD: Final = Header(Delimiters(), ("", "^~\\&"), codec="", line_codec="utf-8")


class Code(StrEnum):
    """MSA-1: the A of original mode and application acknowledgements, the C of acceptance."""

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"
    COMMITTED = "CA"
    COMMIT_ERROR = "CE"
    COMMIT_REJECTED = "CR"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender is told about one message."""

    code: Code
    refusal: Refusal | None = None
    """Why not, where it is neither AA nor CA."""


def acknowledgement(
    answer: Answer, *, to: Header | None, control_id: str, written_at: datetime, wants: str = ""
) -> bytes:
    """The acknowledgement of the message with the header `to`; None where nobody can read it.

    `control_id` is the acknowledgement's own; it must stay within 20 characters. `wants` is the
    accept acknowledgement that it wants in its turn, if any.
    """
    header = to or _UNREAD
    lines = [_msh(header, control_id, written_at, wants), _msa(answer, header)]
    if answer.refusal is not None:
        lines.append(_err(answer.refusal, header))
    text = "".join(f"{line}\r" for line in lines)
    return text.encode(header.line_codec, "replace").translate(None, _BLOCK_MARKS)


def batch_acknowledgement(
    batch: Batch, written: Sequence[Sequence[bytes]], *, control_id: str, written_at: datetime
) -> bytes:
    """The acknowledgements `written` for each of the messages of `batch`, in the same batches."""
    lines: list[bytes] = []
    if batch.file_header:
        lines.append(_swapped(_FILE, batch.file_header, control_id, written_at))
    begun = 0
    for number, group in enumerate(batch.groups, start=1):
        of_group = [each for said in written[begun : begun + group.size] for each in said]
        begun += group.size
        if group.header:
            lines.append(_swapped(_BATCH, group.header, f"{control_id[:15]}-{number}", written_at))
        lines += of_group
        if group.header:
            lines.append(_trailer(b"BTS", _batch_header(_BATCH, group.header), len(of_group)))
    if batch.file_header:
        batches = sum(bool(group.header) for group in batch.groups)
        lines.append(_trailer(b"FTS", _batch_header(_FILE, batch.file_header), batches))
    return b"".join(lines)


def _swapped(name: bytes, line: bytes, control_id: str, written_at: datetime) -> bytes:
    """An FHS or BHS in answer to another; up to the security field they are laid out as MSH is."""
    header = _batch_header(name, line)
    values = [
        name.decode(),
        header.raw(2),
        *_sides_swapped(header),
        _written(written_at),
        *("", "", ""),
        control_id,
        header.raw(11),
    ]
    text = header.delimiters.field.join(values) + "\r"
    return text.encode(header.line_codec, "replace").translate(None, _BLOCK_MARKS)


def _batch_header(name: bytes, line: bytes) -> Header:
    """An FHS or BHS read as the MSH that it is laid out as; where that fails, one of our own."""
    try:
        return read_header(b"MSH" + line[max(line.find(name), 0) + len(name) :])
    except Refusal:
        return _UNREAD


def _trailer(name: bytes, header: Header, count: int) -> bytes:
    return b"%s%s%d\r" % (name, header.delimiters.field.encode(), count)


def version_of(header: Header) -> tuple[int, ...] | None:
    """MSH-12 as numbers; the empty tuple where nothing is said, None where it is no version 2."""
    return _version(header.first(12))


@lru_cache(maxsize=64)
def _version(version: str) -> tuple[int, ...] | None:
    if not version:
        return ()
    return tuple(map(int, version.split("."))) if _VERSION.fullmatch(version) else None


def _numbers(header: Header) -> tuple[int, ...]:
    return version_of(header) or (2, 5, 1)


def _msh(header: Header, control_id: str, written_at: datetime, wants: str) -> str:
    # A name that nobody can read would make the answer as unreadable as the message was.
    charset = "" if header.codec is None else header.raw(18)
    values = [
        "MSH",
        header.raw(2),
        *_sides_swapped(header),
        _written(written_at),
        "",
        _type(header),
        control_id,
        header.raw(11) or "P",
        header.raw(12) or _VERSION_FOR_THE_UNREADABLE,
    ]
    if wants or charset:
        values += ["", "", wants, "NE" if wants else "", "", charset]
    return header.delimiters.field.join(values)


def _sides_swapped(header: Header) -> list[str]:
    return [header.raw(5) or _OURSELVES, header.raw(6), header.raw(3), header.raw(4)]


def _written(at: datetime) -> str:
    """An instant in UTC as HL7 writes it; done by hand, because strftime takes thrice as long."""
    day = f"{at.year:04}{at.month:02}{at.day:02}"
    return f"{day}{at.hour:02}{at.minute:02}{at.second:02}+0000"


def _type(header: Header) -> str:
    numbers = _numbers(header)
    trigger = header.component(9, 2)
    parts = ["ACK"]
    if numbers >= (2, 3) and trigger:
        parts += [trigger, "ACK"] if numbers >= (2, 3, 1) else [trigger]
    return header.delimiters.component.join(parts)


def _msa(answer: Answer, header: Header) -> str:
    values = ["MSA", answer.code.value, header.raw(10)]
    if answer.refusal is not None and _numbers(header) < (2, 7):
        values.append(_words(answer.refusal, header))
    return header.delimiters.field.join(values)


def _err(refusal: Refusal, header: Header) -> str:
    if _numbers(header) < (2, 5):
        return _old_err(refusal, header.delimiters)
    marks = header.delimiters
    segment, field, component = _location(refusal.place)
    location = [segment, "1" if segment else "", field, *(["1", component] if component else [])]
    while location and not location[-1]:
        location.pop()
    place = marks.component.join(location)
    error = marks.component.join(_error(refusal, marks))
    return marks.field.join(["ERR", "", place, error, "E", "", "", "", _words(refusal, header)])


def _old_err(refusal: Refusal, marks: Delimiters) -> str:
    """One field: segment, its sequence, field, and the error as sub-components."""
    segment, field, _ = _location(refusal.place)
    error = marks.subcomponent.join(_error(refusal, marks))
    place = [segment, "1" if segment else "", field, error]
    return marks.field.join(["ERR", marks.component.join(place)])


def _location(place: str) -> tuple[str, ...]:
    """Segment, field and component of a place such as `PID-3.1`, as far as it says them."""
    found = _PLACE.fullmatch(place)
    return found.groups(default="") if found else ("", "", "")


def _error(refusal: Refusal, marks: Delimiters) -> list[str]:
    return [refusal.problem.code, _escaped(refusal.problem.title, marks), "HL70357"]


def _words(refusal: Refusal, header: Header) -> str:
    text = f"{refusal.reason} ({refusal.place})" if refusal.place else refusal.reason
    return _escaped(text, header.delimiters)


def _escaped(text: str, marks: Delimiters) -> str:
    """`text` with the delimiters in it escaped; where no escape is declared they become blanks."""
    letters = {sign: letter for letter, sign in marks.by_letter().items()}
    if not any(mark in text for mark in letters):
        return text
    escape = marks.escape
    if not escape.isascii():  # none is declared
        return "".join(" " if sign in letters else sign for sign in text)
    return "".join(f"{escape}{letters[s]}{escape}" if s in letters else s for s in text)
