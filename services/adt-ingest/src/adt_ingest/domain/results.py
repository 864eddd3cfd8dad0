"""Says what an ORU message means: each examination (OBR) with its observations (OBX)."""

import math
import re
from collections.abc import Iterator
from typing import Final

from adt_ingest.domain.facts import Facts, component
from adt_ingest.domain.reader import DELETED, Message, Segment
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.statements import Reading, Statement, Words, put

REPORTED: Final = "result.reported"
CORRECTED: Final = "result.corrected"
CANCELLED: Final = "result.cancelled"
KINDS: Final = frozenset({REPORTED, CORRECTED, CANCELLED})

TRIGGERS: Final = frozenset({"R01", "R03", "R30", "R31", "R32"})
ONLY_TRIGGER: Final = "R01"
"""What an ORU without a trigger is: before version 2.3 there was no other."""

_GROUP_STATUSES: Final = {
    "O": "registered",  # ordered
    "I": "registered",  # specimen received
    "S": "registered",  # scheduled
    "N": "registered",  # done, results pending
    "A": "partial",
    "R": "partial",  # stored, not verified
    "P": "preliminary",
    "M": "preliminary",  # corrected, not final
    "F": "final",
    "C": "corrected",
    "X": "cancelled",
}
"""Table 0123; Y and Z answer queries."""

_STATUSES: Final = {
    "I": "registered",
    "S": "partial",
    "P": "preliminary",
    "R": "preliminary",  # entered, not verified
    "F": "final",
    "U": "final",  # the preliminary value is final
    "V": "final",  # verified again
    "A": "amended",
    "B": "amended",
    "C": "corrected",
    "N": "cancelled",  # not asked for
    "X": "cancelled",
    "D": "entered_in_error",
    "W": "entered_in_error",
}
"""Table 0085; O only repeats the order."""

_UNKNOWN: Final = "unknown"
_PENDING: Final = frozenset({"registered", "partial", "preliminary"})
_MENDED: Final = frozenset({"corrected", "entered_in_error"})
_CORRECTIONS: Final = frozenset({"C", "M"})

_LONGEST_VALUE: Final = 2000
_LONGEST_NUMBER: Final = 40
_MOST_OBSERVATIONS: Final = 500
_MOST_FLAGS: Final = 5
_DATA: Final = frozenset({"ED", "RP"})
_CODES: Final = frozenset({"CE", "CWE", "CNE", "CF"})
_PLAIN: Final = frozenset({"", "ST", "TX", "FT", "NM", "ID", "IS", "SI", "DT", "TM", "TS", "DTM"})
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_COMPARATORS: Final = frozenset({"", "<", "<=", ">", ">=", "=", "<>"})
_LOINC_NAMES: Final = frozenset({"LN", "LNC", "LOINC", "HTTP://LOINC.ORG", "2.16.840.1.113883.6.1"})
_LOINC: Final = re.compile(r"\d{1,7}-\d", re.ASCII)


def tell(reading: Reading) -> Iterator[Statement]:
    """One statement per OBR. Raises Refusal where there is none."""
    groups = _groups(reading.part)
    if not groups:
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The examination is missing", "OBR")
    for group in groups:
        words = reading.words()
        body = _body(group, words)
        yield reading.statement(_kind(group, body), body, words)


def _groups(part: Message) -> list[Message]:
    """One for each OBR, with the ORC before it and what follows it."""
    found: list[list[Segment]] = []
    order: list[Segment] = []
    for segment in part.segments:
        if segment.name == "ORC":
            order = [segment]
        elif segment.name == "OBR":
            found.append([*order, segment])
            order = []
        elif found and not order:
            found[-1].append(segment)
    return [Message(group) for group in found]


def _body(group: Message, words: Words) -> Facts:
    obr = group.every("OBR")[0]
    body: Facts = {}
    _numbers(body, obr, group.first("ORC"), words)
    put(body, "service", words.coded(obr.components(4)))
    put(body, "loinc", _loinc(obr.components(4)))
    put(body, "section", words.text(obr.value(24)))
    put(body, "status_as_sent", words.text(obr.value(25)))
    put(body, "ordered_by", words.practitioner(obr.components(16)))
    put(body, "observed_at", words.instant(obr.value(7)))
    put(body, "reported_at", words.instant(obr.value(22)))
    _observations(body, group, words)
    body["status"] = _status(body, group)
    return body


def _numbers(body: Facts, obr: Segment, orc: Segment | None, words: Words) -> None:
    for name, number in (("placer_number", 2), ("filler_number", 3)):
        own = words.number(obr.components(number))
        put(body, name, own or (orc and words.number(orc.components(number))))


def _observations(body: Facts, group: Message, words: Words) -> None:
    every = group.every("OBX")
    found = [_observation(obx, body, words) for obx in every[:_MOST_OBSERVATIONS]]
    put(body, "observations", found)
    if len(every) > len(found):
        body["omitted_observations"] = len(every) - len(found)


def _kind(group: Message, body: Facts) -> str:
    """Cancelled where nothing will come, corrected where something was wrong, else reported."""
    if body["status"] == "cancelled":
        return CANCELLED
    mended = not _MENDED.isdisjoint(_status_of(obx) for obx in group.every("OBX"))
    return CORRECTED if mended or _code(body) in _CORRECTIONS else REPORTED


def _code(body: Facts) -> str:
    return str(body.get("status_as_sent", "")).upper()


def _status(body: Facts, group: Message) -> str:
    """OBR-25, else what the observations say together."""
    if _code(body):
        return _GROUP_STATUSES.get(_code(body), _UNKNOWN)
    found = {_status_of(obx) for obx in group.every("OBX")}
    return found.pop() if len(found) == 1 else _together(found)


def _together(statuses: set[str]) -> str:
    if _UNKNOWN in statuses or not statuses:
        return _UNKNOWN
    if statuses & _PENDING:
        return "partial"
    return "corrected" if statuses & _MENDED else "final"


def _status_of(obx: Segment) -> str:
    return _STATUSES.get(obx.value(11).strip().upper(), _UNKNOWN)


def _observation(obx: Segment, group: Facts, words: Words) -> Facts:
    found: Facts = {"code": words.coded(obx.components(3)) or {}, "status": _status_of(obx)}
    put(found, "loinc", _loinc(obx.components(3)))
    put(found, "sub_id", words.text(obx.value(4)))
    put(found, "value_type", words.text(obx.value(2)).upper())
    _value(found, obx, words)
    unit = obx.components(6)
    put(found, "unit", words.text(component(unit, 1) or component(unit, 2)))
    put(found, "reference_range", words.text(_whole(obx, 7)))
    flags = (words.text(component(parts, 1)) or None for parts in obx.repetitions(8))
    put(found, "flags", words.several(flags, _MOST_FLAGS))
    put(found, "observed_at", words.instant(obx.value(14)) or group.get("observed_at"))
    return found


def _loinc(parts: list[str]) -> str | None:
    """The LOINC code among the triplets of a CE or CWE."""
    for code, system, by_oid in ((1, 3, 14), (4, 6, 17), (10, 12, 20)):
        named = {component(parts, system).upper(), component(parts, by_oid).upper()}
        if named & _LOINC_NAMES and _LOINC.fullmatch(component(parts, code)):
            return component(parts, code)
    return None


def _whole(segment: Segment, number: int) -> str:
    """A simple text, whatever delimiters its sender forgot to escape; repetitions are lines."""
    pieces = ("" if piece == DELETED else piece for piece in segment.pieces(number))
    return "\n".join(map(segment.marks.unescape, pieces))


def _value(found: Facts, obx: Segment, words: Words) -> None:
    """What was observed; data and pointers stay in the frame."""
    if found.get("value_type") not in _DATA:
        _said_value(found, obx, words)
    elif obx.raw(5):
        found["omitted"] = True


def _said_value(found: Facts, obx: Segment, words: Words) -> None:
    """A value as text, and as a code or a number where it is one."""
    kind = str(found.get("value_type", ""))
    text = _text(kind, obx).strip()
    put(found, "value", text[:_LONGEST_VALUE])
    if len(text) > _LONGEST_VALUE:
        found["truncated"] = True
    if kind in _CODES:
        put(found, "value_code", words.coded(obx.components(5)))
    elif kind == "NM":
        put(found, "number", _number(text))
    elif kind == "SN":
        _structured(found, obx.components(5))


def _text(kind: str, obx: Segment) -> str:
    if kind in _PLAIN:
        return _whole(obx, 5)
    lines = [["" if part == DELETED else part for part in parts] for parts in obx.repetitions(5)]
    if kind in _CODES:
        return "\n".join(filter(None, map(_said, lines)))
    return "\n".join(("" if kind == "SN" else " ").join(filter(None, parts)) for parts in lines)


def _said(parts: list[str]) -> str:
    """The words of a code, else the code."""
    return next(filter(None, (component(parts, n) for n in (2, 5, 9, 1, 4))), "")


def _number(text: str) -> float | None:
    if len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else None
    return None


def _structured(found: Facts, parts: list[str]) -> None:
    """A number with its comparator; ranges, ratios and grades (`2+`) stay text."""
    comparator, number = component(parts, 1), _number(component(parts, 2))
    if number is not None and comparator in _COMPARATORS and not component(parts, 3):
        found["number"] = number
        put(found, "comparator", comparator)
