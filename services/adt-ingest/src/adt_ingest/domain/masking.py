"""Shows a message without telling of its patient: shapes instead of values, codes as they are."""

from dataclasses import dataclass
from typing import Final

from adt_ingest.domain.delimiters import Delimiters
from adt_ingest.domain.reader import read_header
from adt_ingest.domain.refusals import Refusal
from adt_ingest.domain.segment_names import may_be_shown

_CODES: Final = {
    "MSH": frozenset(range(1, 30)) - {8},
    "EVN": frozenset({1}),
    "PV1": frozenset({1, 2, 4, 10, 18, 36}),
    "PID": frozenset({1}),
}
"""Fields that hold codes of a hospital and nothing of a person; all others are masked."""
_OF_PERSONS: Final = ("PID", "PD1", "MRG", "NK1", "GT1", "IN1", "IN2")
_SHORTEST: Final = 3
"""A shorter value is a code, or a word that anybody uses."""


@dataclass(frozen=True, slots=True)
class MaskedSegment:
    """A segment fit to be shown."""

    name: str
    fields: tuple[str, ...]
    """As they would be written, letters as x or X and digits as 9; the name not among them."""


def masked(data: bytes) -> list[MaskedSegment]:
    """Every segment of a message, or of what may have been meant as one."""
    marks, codec = _read_as(data)
    return [_masked(line, marks) for line in _lines(data, codec)]


def _lines(data: bytes, codec: str) -> list[str]:
    return [line for line in data.decode(codec, "replace").replace("\n", "\r").split("\r") if line]


def _read_as(data: bytes) -> tuple[Delimiters, str]:
    try:
        header = read_header(data)
    except Refusal:
        return Delimiters(), "utf-8"
    return header.delimiters, header.codec or "utf-8"


def _masked(line: str, marks: Delimiters) -> MaskedSegment:
    name, *fields = line.split(marks.field)
    if not may_be_shown(name):
        return MaskedSegment(_shape(line), ())
    first = 2 if name == "MSH" else 1  # MSH-1 is the separator itself
    shown = _CODES.get(name, frozenset[int]())
    return MaskedSegment(
        name,
        tuple(
            field if number in shown else _shape(field)
            for number, field in enumerate(fields, start=first)
        ),
    )


def _shape(text: str) -> str:
    return "".join(map(_sign, text))


def _sign(sign: str) -> str:
    if sign.isdigit():
        return "9"
    if sign.isalpha():
        return "X" if sign.isupper() else "x"
    return sign if sign.isprintable() else "\N{MIDDLE DOT}"


def names_a_value(words: str, data: bytes) -> bool:
    """Whether a sentence repeats a value of a person that stands in the message."""
    marks, codec = _read_as(data)
    said = {word.strip(".,;:!?()'\"").casefold() for word in words.split()}
    lines = [line for line in _lines(data, codec) if line[:3] in _OF_PERSONS]
    return any(said & _values(line[3:], marks) for line in lines)


def _values(text: str, marks: Delimiters) -> set[str]:
    for mark in (marks.field, marks.component, marks.repetition, marks.subcomponent):
        text = text.replace(mark, " ")
    return {value.casefold() for value in text.split() if len(value) >= _SHORTEST}
