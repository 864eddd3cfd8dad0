"""Reads the segments of which a message may have many: DG1, NK1, IN1, AL1, IAM and ARV.

Such a list is said as a whole: none of a kind says nothing, one with `""` in its first place and
no other deletes.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from adt_ingest.domain.facts import Facts, code_in, coded, leading, telephone
from adt_ingest.domain.reader import DELETED, Message, Segment

Entry: TypeAlias = dict[str, object]


def state_diagnoses(facts: Facts, message: Message) -> None:
    _state_list(facts, "diagnoses", message.every("DG1"), 3, _diagnosis)


def state_contacts(facts: Facts, message: Message) -> None:
    """Next of kin and caregivers."""
    _state_list(facts, "contacts", message.every("NK1"), 2, _contact)


def state_payers(facts: Facts, message: Message) -> None:
    """Insurers, in the order of the message."""
    _state_list(facts, "payers", message.every("IN1"), 3, _payer)


def state_allergies(facts: Facts, message: Message) -> None:
    """IAM where there is one, which says what to do with each; else AL1, which lists all."""
    iam = message.every("IAM")
    _state_list(facts, "allergies", iam or message.every("AL1"), 3, _allergy)


def state_restrictions(facts: Facts, message: Message, *, of_the_visit: bool) -> None:
    """An ARV that follows PV1 is about the visit, one before it about the person."""
    segments = message.every("ARV")
    if segments:
        pv1 = message.first("PV1")
        start = len(message.segments) if pv1 is None else message.segments.index(pv1)
        part = message.segments[start:] if of_the_visit else message.segments[:start]
        _state_list(facts, "restrictions", [one for one in part if one.name == "ARV"], 3, _arv)


def _state_list(
    facts: Facts,
    name: str,
    segments: Sequence[Segment],
    number: int,
    read: Callable[[Segment], Entry | None],
) -> None:
    if segments:
        found = [entry for segment in segments if (entry := read(segment))]
        if found:
            facts[name] = found
        elif any(segment.raw(number) == DELETED for segment in segments):
            facts[name] = None


def _diagnosis(dg1: Segment) -> Entry | None:
    code, text, system = coded(dg1, 3)
    text = text or code_in(dg1, 4)
    if not (code or text):
        return None
    # Before v2.3 the system stood in DG1-2
    system = system or code_in(dg1, 2)
    return {"code": code, "system": system, "text": text, "kind": code_in(dg1, 6)}


def _contact(nk1: Segment) -> Entry | None:
    family, given, _ = leading(nk1.components(2))
    numbers = [telephone(parts) for field in (5, 6) for parts in nk1.repetitions(field)]
    if not (family or given or any(numbers)):
        return None
    return {
        "family_name": family,
        "given_name": given,
        "relationship": code_in(nk1, 3),
        "role": code_in(nk1, 7),
        "phones": list(dict.fromkeys(filter(None, numbers))),
    }


def _payer(in1: Segment) -> Entry | None:
    identifier, name = code_in(in1, 3), code_in(in1, 4)
    return {"identifier": identifier, "name": name} if identifier or name else None


def _allergy(segment: Segment) -> Entry | None:
    code, text, _ = coded(segment, 3)
    if not (code or text):
        return None
    return {
        "code": code,
        "text": text,
        "kind": code_in(segment, 2),
        "severity": code_in(segment, 4),
        "reaction": code_in(segment, 5),
        "action": code_in(segment, 6) if segment.name == "IAM" else "",
    }


def _arv(arv: Segment) -> Entry | None:
    restriction = code_in(arv, 3)
    reasons = [code for code, _, _ in map(leading, arv.repetitions(4)) if code]
    if not (restriction or reasons):
        return None
    return {"restriction": restriction, "reasons": reasons, "action": code_in(arv, 2)}
