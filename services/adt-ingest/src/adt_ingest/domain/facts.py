"""Facts that a message states: absent, deleted or a value, and how fields become them."""

from typing import Final, TypeAlias

from adt_ingest.domain.reader import DELETED, Segment

Facts: TypeAlias = dict[str, object]
"""Absent: no key. Deleted (`""` in HL7): None. Else the value."""

Practitioner: TypeAlias = dict[str, str]

_YES_NO: Final = {"Y": True, "N": False}
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


def state_yes_no(facts: Facts, name: str, text: str) -> None:
    """Note what an indicator of table 0136 says."""
    if text:
        indicator = text.strip().upper()
        state(facts, name, indicator, _YES_NO.get(indicator))


def component(parts: list[str], number: int) -> str:
    """A component by its HL7 number, trimmed; nothing where there are fewer."""
    return parts[number - 1].strip() if number <= len(parts) else ""


def practitioner(parts: list[str]) -> Practitioner | None:
    """The clinician in an XCN; None where it names nobody."""
    named = [component(parts, number) for number in (1, 2, 3)]
    identifier, family, given = ("" if text == DELETED else text for text in named)
    if not (identifier or family or given):
        return None
    return {"identifier": identifier, "family_name": family, "given_name": given}


def telephone(parts: list[str]) -> str:
    """The number in an XTN; nothing where it is a mailbox or a fax."""
    if component(parts, 3).upper() in _NOT_A_TELEPHONE:
        return ""
    whole = component(parts, 1) or component(parts, 12)
    if whole and whole != DELETED:
        return "" if "@" in whole else whole
    country, area, local = (component(parts, number) for number in (5, 6, 7))
    if not local or local == DELETED:
        return ""
    return " ".join(filter(None, [f"+{country.lstrip('+')}" if country else "", area, local]))


def mailbox(segment: Segment, number: int) -> str:
    """The first e-mail address among the XTNs of a field."""
    for parts in segment.repetitions(number):
        for place in (4, 1):
            address = component(parts, place)
            if "@" in address:
                return address
    return ""
