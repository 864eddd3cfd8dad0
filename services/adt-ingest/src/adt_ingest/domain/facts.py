"""Facts that a message states: absent, deleted or a value, and how fields become them."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from adt_ingest.domain.reader import DELETED, Marks, Segment
from adt_ingest.domain.remembering import remembered

Facts: TypeAlias = dict[str, object]
"""Absent: no key. Deleted (`""` in HL7): None. Else the value."""

Practitioner: TypeAlias = dict[str, str]

_YES_NO: Final = {"Y": True, "N": False}
_LEADING: Final = 3
_SEVERAL: Final = 2
_REMEMBERED: Final = 8192
"""A hospital names the same doctors, diagnoses and payers, and a patient's own, over and over."""
_EQUIPMENT, _COUNTRY, _LOCAL, _WHOLE = 2, 4, 6, 11
"""Where an XTN has its parts, counted from nought."""
_NOTHING: Final = frozenset({"", DELETED})
_NOT_A_TELEPHONE: Final = frozenset({"INTERNET", "X.400", "FX", "MD"})


def state(facts: Facts, name: str, raw: str, value: object) -> None:
    """Note what a field says: nothing if it is empty, deletion, or `value` if that is anything."""
    if raw == DELETED:
        facts[name] = None
    elif value not in ("", None):
        facts[name] = value


def state_text(facts: Facts, name: str, text: str) -> None:
    """Note what a simple text says."""
    text = text.strip()
    if text:
        facts[name] = None if text == DELETED else text


def state_texts(facts: Facts, segment: Segment, wanted: Sequence[tuple[int, str]]) -> None:
    """Note what several simple texts of a segment say; numbers and names in `wanted`."""
    fields, marks = segment.fields(wanted[-1][0]), segment.marks
    for number, name in wanted:
        raw = fields[number]
        if raw.isalnum():
            facts[name] = raw
        elif raw:
            state_text(facts, name, marks.value(raw))


def state_yes_no(facts: Facts, name: str, text: str) -> None:
    """Note what an indicator of table 0136 says."""
    if text:
        indicator = text.strip().upper()
        state(facts, name, indicator, _YES_NO.get(indicator))


def component(parts: list[str], number: int) -> str:
    """A component by its HL7 number, trimmed; nothing where there are fewer."""
    return parts[number - 1].strip() if number <= len(parts) else ""


def leading(parts: list[str]) -> tuple[str, str, str]:
    """The first three components, trimmed; here what is deleted is as good as empty."""
    if len(parts) < _LEADING:
        parts = [*parts, "", "", ""]
    found = parts[0].strip(), parts[1].strip(), parts[2].strip()
    if DELETED in found:
        return undeleted(found[0]), undeleted(found[1]), undeleted(found[2])
    return found


def coded(raw: str, marks: Marks) -> tuple[str, str, str]:
    """Code, text and system of a coded field."""
    return (raw, "", "") if raw.isalnum() else _coded(raw, marks)


@remembered(_REMEMBERED)
def _coded(raw: str, marks: Marks) -> tuple[str, str, str]:
    return leading(marks.components(raw.partition(marks.repetition)[0]))


def plain(raw: str, marks: Marks) -> str:
    """A code or a text alone; here what is deleted is as good as empty."""
    return raw if raw.isalnum() else _coded(raw, marks)[0]


def undeleted(text: str) -> str:
    """A text for which it does not matter whether it is deleted or empty."""
    return "" if text == DELETED else text


def practitioner(raw: str, marks: Marks) -> Practitioner | None:
    """The clinician in the first XCN of a field; None where it names nobody."""
    identifier, family, given = coded(raw, marks)
    if not (identifier or family or given):
        return None
    return {"identifier": identifier, "family_name": family, "given_name": given}


def telephones(raw: Sequence[str], marks: Marks) -> list[str]:
    """The numbers in some fields of XTNs, each once."""
    found = [number for text in raw if text for number in _telephones(text, marks)]
    return found if len(found) < _SEVERAL else list(dict.fromkeys(found))


@remembered(_REMEMBERED)
def _telephones(raw: str, marks: Marks) -> tuple[str, ...]:
    return tuple(filter(None, map(telephone, marks.repetitions(raw))))


def telephone(parts: list[str]) -> str:
    """The number in an XTN; nothing where it is a mailbox or a fax."""
    count = len(parts)
    if count > _EQUIPMENT and parts[_EQUIPMENT].strip().upper() in _NOT_A_TELEPHONE:
        return ""
    whole = parts[0].strip()
    if whole in _NOTHING and count > _WHOLE:
        whole = parts[_WHOLE].strip()
    if whole not in _NOTHING:
        return "" if "@" in whole else whole
    return _telephone_in_parts(parts) if count > _LOCAL else ""


def _telephone_in_parts(parts: list[str]) -> str:
    country, area, local = leading(parts[_COUNTRY:])
    if not local:
        return ""
    number = f"{area} {local}" if area else local
    return f"+{country.lstrip('+')} {number}" if country else number


def mailbox(segment: Segment, number: int) -> str:
    """The first e-mail address among the XTNs of a field."""
    for parts in segment.repetitions(number):
        for place in (4, 1):
            address = component(parts, place)
            if "@" in address:
                return address
    return ""
