"""Facts that a message states: absent, deleted or a value, and how fields become them."""

from typing import Final, TypeAlias

from adt_ingest.domain.reader import DELETED, Segment

Facts: TypeAlias = dict[str, object]
"""Absent: no key. Deleted (`""` in HL7): None. Else the value."""

Practitioner: TypeAlias = dict[str, str]

_YES_NO: Final = {"Y": True, "N": False}
_LEADING: Final = 3
_EQUIPMENT, _COUNTRY, _LOCAL = 2, 4, 6
"""Where an XTN has its parts, counted from nought."""
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


def leading(parts: list[str]) -> tuple[str, str, str]:
    """The first three components, trimmed; here what is deleted is as good as empty."""
    if len(parts) < _LEADING:
        parts = [*parts, "", "", ""]
    found = parts[0].strip(), parts[1].strip(), parts[2].strip()
    if DELETED in found:
        return undeleted(found[0]), undeleted(found[1]), undeleted(found[2])
    return found


def coded(segment: Segment, number: int) -> tuple[str, str, str]:
    """Code, text and system of a coded field."""
    raw = segment.raw(number)
    if not raw or raw.isalnum():
        return raw, "", ""
    return leading(segment.components(number))


def code_in(segment: Segment, number: int) -> str:
    """The code of a coded field, or a plain text; here what is deleted is as good as empty."""
    text = segment.value(number).strip()
    return "" if text == DELETED else text


def undeleted(text: str) -> str:
    """A text for which it does not matter whether it is deleted or empty."""
    return "" if text == DELETED else text


def practitioner(parts: list[str]) -> Practitioner | None:
    """The clinician in an XCN; None where it names nobody."""
    identifier, family, given = leading(parts)
    if not (identifier or family or given):
        return None
    return {"identifier": identifier, "family_name": family, "given_name": given}


def telephone(parts: list[str]) -> str:
    """The number in an XTN; nothing where it is a mailbox or a fax."""
    if len(parts) > _EQUIPMENT and parts[_EQUIPMENT].strip().upper() in _NOT_A_TELEPHONE:
        return ""
    whole = undeleted(parts[0].strip()) or undeleted(component(parts, 12))
    if whole:
        return "" if "@" in whole else whole
    return _telephone_in_parts(parts) if len(parts) > _LOCAL else ""


def _telephone_in_parts(parts: list[str]) -> str:
    country, area, local = leading(parts[_COUNTRY : _LOCAL + 1])
    if not local:
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
