"""Reads which clinicians take part: PV1-7, 8, 9 and 17, PD1-4, and the roles of ROL and PRT."""

from collections.abc import Iterator
from typing import Final

from adt_ingest.domain.facts import Facts, Practitioner, mailbox, plain, practitioner
from adt_ingest.domain.reader import DELETED, Marks, Message, Segment

_PRIMARY_CARE: Final = "PP"
_CONSULTING: Final = "CP"
_NAMED_BY_PATIENT: Final = "FHCP"
"""A family health care professional: whom the patient goes to beside the primary care provider."""
_WITHDRAWN: Final = frozenset({"DE", "D"})
_ROLES: Final = (("PRT", 4, 5, 15), ("ROL", 3, 4, 12))
"""Where a role stands, who has it, and how to reach them; the newer segment first."""
_PARTS: Final = ((7, "attending"), (8, "referring"), (17, "admitting"))


def state_primary_care(facts: Facts, message: Message, pd1: Segment | None) -> None:
    """PRT-4 = PP, else ROL-3 = PP, else PD1-4 (withdrawn in v2.7 and still the common one)."""
    raw = "" if pd1 is None else pd1.raw(4)
    provider, source = _first_in_role(message, _PRIMARY_CARE)
    if provider is None and pd1 is not None and raw not in ("", DELETED):
        provider, source = practitioner(raw, pd1.marks), "PD1-4"
    if provider is not None or raw == DELETED:
        facts["primary_care_provider"] = provider
        facts["primary_care_from"] = source if provider else None


def state_named_practitioners(facts: Facts, message: Message) -> None:
    """Whom the patient names: PRT-4 or ROL-3 = FHCP; nobody, where the role was taken from all."""
    if any(_with_role(message, _NAMED_BY_PATIENT)):
        facts["named_practitioners"] = _in_role(message, _NAMED_BY_PATIENT)


def state_participants(facts: Facts, message: Message, pv1: Segment) -> None:
    """Who treats the patient is PV1-7, else the admitting doctor PV1-17."""
    fields, marks = pv1.fields(17), pv1.marks
    for number, name in _PARTS:
        raw = fields[number]
        if raw:
            found = practitioner(raw, marks)
            if found is not None or raw == DELETED:
                facts[name] = found
    if facts.get("attending") is None and "admitting" in facts:
        facts["attending"] = facts["admitting"]
    _state_consulting(facts, message, fields[9], marks)


def _state_consulting(facts: Facts, message: Message, raw: str, marks: Marks) -> None:
    """All of PV1-9, else whoever has the role: newer versions would have that only."""
    named = [practitioner(part, marks) for part in raw.split(marks.repetition)] if raw else ()
    found = [each for each in named if each] or _in_role(message, _CONSULTING)
    if found:
        facts["consulting"] = found
    elif raw == DELETED:
        facts["consulting"] = None


def _first_in_role(message: Message, wanted: str) -> tuple[Practitioner | None, str]:
    """Who has the role, and the kind of segment that says so."""
    for segment, person, telecom in _with_role(message, wanted):
        for holder in _holder(segment, person, telecom):
            return holder, segment.name
    return None, ""


def _in_role(message: Message, wanted: str) -> list[Practitioner]:
    return [
        holder
        for segment, person, telecom in _with_role(message, wanted)
        for holder in _holder(segment, person, telecom)
    ]


def _with_role(message: Message, wanted: str) -> Iterator[tuple[Segment, int, int]]:
    """The segments about a role, and where they have its holder and how to reach them."""
    for name, role, person, telecom in _ROLES:
        for segment in message.every(name):
            if plain(segment.raw(role), segment.marks) == wanted:
                yield segment, person, telecom


def _holder(segment: Segment, person: int, telecom: int) -> list[Practitioner]:
    """Who has the role, unless it was taken from them."""
    who = practitioner(segment.raw(person), segment.marks)
    if who is None or segment.value(2) in _WITHDRAWN:
        return []
    address = mailbox(segment, telecom)
    return [{**who, "email": address} if address else who]
