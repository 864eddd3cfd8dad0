"""Reads which clinicians take part: PV1-7, 8, 9 and 17, PD1-4, and the roles of ROL and PRT."""

from collections.abc import Iterator
from typing import Final

from adt_ingest.domain.facts import Facts, Practitioner, mailbox, practitioner
from adt_ingest.domain.reader import DELETED, Message, Segment

_PRIMARY_CARE: Final = "PP"
_CONSULTING: Final = "CP"
_WITHDRAWN: Final = frozenset({"DE", "D"})
_ROLES: Final = (("PRT", 4, 5, 15), ("ROL", 3, 4, 12))
"""Where a role stands, who has it, and how to reach them; the newer segment first."""


def state_primary_care(facts: Facts, message: Message, pd1: Segment | None) -> None:
    """PRT-4 = PP, else ROL-3 = PP, else PD1-4 (withdrawn in v2.7 and still the common one)."""
    raw = "" if pd1 is None else pd1.raw(4)
    provider = next(_in_role(message, _PRIMARY_CARE), None)
    if provider is None and pd1 is not None and raw not in ("", DELETED):
        provider = practitioner(pd1.components(4))
    if provider is not None:
        facts["primary_care_provider"] = provider
    elif raw == DELETED:
        facts["primary_care_provider"] = None


def state_participants(facts: Facts, message: Message, pv1: Segment) -> None:
    """Who treats the patient is PV1-7, else the admitting doctor PV1-17."""
    attending, admitting = _state_one(facts, "attending", pv1, 7), pv1.raw(17)
    _state_one(facts, "referring", pv1, 8)
    if admitting:
        found = _state_one(facts, "admitting", pv1, 17)
        if attending is None and (found is not None or admitting == DELETED):
            facts["attending"] = found
    _state_consulting(facts, message, pv1)


def _state_one(facts: Facts, name: str, pv1: Segment, number: int) -> Practitioner | None:
    raw = pv1.raw(number)
    if not raw:
        return None
    found = practitioner(pv1.components(number))
    if found is not None or raw == DELETED:
        facts[name] = found
    return found


def _state_consulting(facts: Facts, message: Message, pv1: Segment) -> None:
    """All of PV1-9, else whoever has the role: newer versions would have that only."""
    raw = pv1.raw(9)
    named = [practitioner(parts) for parts in pv1.repetitions(9)] if raw else []
    found = [each for each in named if each] or list(_in_role(message, _CONSULTING))
    if found:
        facts["consulting"] = found
    elif raw == DELETED:
        facts["consulting"] = None


def _in_role(message: Message, wanted: str) -> Iterator[Practitioner]:
    for name, role, person, telecom in _ROLES:
        for segment in message.every(name):
            if segment.value(role).strip() == wanted and segment.value(2) not in _WITHDRAWN:
                found = practitioner(segment.components(person))
                if found is not None:
                    address = mailbox(segment, telecom)
                    yield {**found, "email": address} if address else found
