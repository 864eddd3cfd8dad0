"""Writes acknowledgements in original mode: AA, AE or AR, as the sender's version wants them.

The answer speaks as the sender did: its delimiters, version, processing id and character set, with
sender and receiver swapped. What went wrong stands in ERR, since v2.5 with a location of its own
and words for people, before that in the older one-field form, and in MSA-3 while that existed.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from adt_ingest.domain.reader import Delimiters, Header
from adt_ingest.domain.refusals import Refusal

_OURSELVES: Final = "HOMEWARD"
_VERSION_FOR_THE_UNREADABLE: Final = "2.5.1"
_VERSION: Final = re.compile(r"2(?:\.\d{1,2}){0,2}", re.ASCII)
_PLACE: Final = re.compile(r"([A-Z][A-Z0-9]{2})(?:-(\d+)(?:\.(\d+))?)?", re.ASCII)
_UNREAD: Final = Header(Delimiters(), ("", "^~\\&"), codec="", line_codec="utf-8")


class Code(StrEnum):
    """MSA-1 in original mode."""

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender is told about one frame."""

    code: Code
    refusal: Refusal | None = None
    """Why not, where it is not AA."""


def acknowledgement(
    answer: Answer, *, to: Header | None, control_id: str, written_at: datetime
) -> bytes:
    """The acknowledgement of the message with the header `to`; None where nobody can read it.

    `control_id` is the acknowledgement's own; it must stay within 20 characters.
    """
    header = to or _UNREAD
    lines = [_msh(header, control_id, written_at), _msa(answer, header)]
    if answer.refusal is not None:
        lines.append(_err(answer.refusal, header))
    text = "".join(f"{line}\r" for line in lines)
    return text.encode(header.line_codec, "replace")


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


def _msh(header: Header, control_id: str, written_at: datetime) -> str:
    values = [
        "MSH",
        header.raw(2),
        header.raw(5) or _OURSELVES,
        header.raw(6),
        header.raw(3),
        header.raw(4),
        _written(written_at),
        "",
        _type(header),
        control_id,
        header.raw(11) or "P",
        header.raw(12) or _VERSION_FOR_THE_UNREADABLE,
    ]
    charset = header.raw(18)
    if charset:
        values += ["", "", "", "", "", charset]
    return header.delimiters.field.join(values)


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
    marks = header.delimiters
    problem = refusal.problem
    place = _PLACE.fullmatch(refusal.place)
    segment, field, component = place.groups(default="") if place else ("", "", "")
    sequence = "1" if segment else ""
    if _numbers(header) < (2, 5):
        error = marks.subcomponent.join([problem.code, _escaped(problem.title, marks), "HL70357"])
        return marks.field.join(["ERR", marks.component.join([segment, sequence, field, error])])
    location = [segment, sequence, field, *(["1", component] if component else [])]
    while location and not location[-1]:
        location.pop()
    error = marks.component.join([problem.code, _escaped(problem.title, marks), "HL70357"])
    words = _words(refusal, header)
    return marks.field.join(
        ["ERR", "", marks.component.join(location), error, "E", "", "", "", words]
    )


def _words(refusal: Refusal, header: Header) -> str:
    text = f"{refusal.reason} ({refusal.place})" if refusal.place else refusal.reason
    return _escaped(text, header.delimiters)


def _escaped(text: str, marks: Delimiters) -> str:
    """`text` with the delimiters in it escaped; where no escape is declared they become blanks."""
    meanings = {
        marks.escape: "E",
        marks.field: "F",
        marks.component: "S",
        marks.subcomponent: "T",
        marks.repetition: "R",
    }
    if not any(mark in text for mark in meanings):
        return text
    escape = marks.escape if marks.escape.isascii() else ""
    return "".join(
        (f"{escape}{meanings[mark]}{escape}" if escape else " ") if mark in meanings else mark
        for mark in text
    )
