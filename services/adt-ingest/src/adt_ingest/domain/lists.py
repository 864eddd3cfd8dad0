"""Reads the segments of which a message may have many: DG1, PR1, NK1, IN1, AL1, IAM and ARV.

Such a list is said as a whole: none of a kind says nothing, one with `""` in its first place and
no other deletes.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from adt_ingest.domain.facts import Facts, coded, plain, telephones
from adt_ingest.domain.reader import DELETED, Message, Segment

Entry: TypeAlias = dict[str, object]


def state_diagnoses(facts: Facts, message: Message) -> None:
    segments = message.every("DG1")
    if segments:
        _state_list(facts, "diagnoses", segments, 3, _diagnosis)


def state_procedures(facts: Facts, message: Message) -> None:
    segments = message.every("PR1")
    if segments:
        _state_list(facts, "procedures", segments, 3, _procedure)


def state_contacts(facts: Facts, message: Message) -> None:
    """Next of kin and caregivers."""
    segments = message.every("NK1")
    if segments:
        _state_list(facts, "contacts", segments, 2, _contact)


def state_payers(facts: Facts, message: Message) -> None:
    """Insurers, in the order of the message."""
    segments = message.every("IN1")
    if segments:
        _state_list(facts, "payers", segments, 3, _payer)


def state_allergies(facts: Facts, message: Message) -> None:
    """IAM where there is one, which says what to do with each; else AL1, which lists all."""
    segments = message.every("IAM") or message.every("AL1")
    if segments:
        _state_list(facts, "allergies", segments, 3, _allergy)


def state_restrictions(facts: Facts, message: Message, *, of_the_visit: bool) -> None:
    """An ARV that follows PV1 is about the visit, one before it about the person."""
    if message.first("ARV") is None:
        return
    pv1 = message.first("PV1")
    start = len(message.segments) if pv1 is None else message.segments.index(pv1)
    part = message.segments[start:] if of_the_visit else message.segments[:start]
    segments = [segment for segment in part if segment.name == "ARV"]
    _state_list(facts, "restrictions", segments, 3, _arv)


def _state_list(
    facts: Facts,
    name: str,
    segments: Sequence[Segment],
    number: int,
    read: Callable[[Segment], Entry | None],
) -> None:
    found = [entry for segment in segments if (entry := read(segment))]
    if found:
        facts[name] = found
    elif any(segment.raw(number) == DELETED for segment in segments):
        facts[name] = None


def _diagnosis(dg1: Segment) -> Entry | None:
    fields, marks = dg1.fields(6), dg1.marks
    code, text, system = coded(fields[3], marks)
    text = text or (fields[4] and plain(fields[4], marks))
    if not (code or text):
        return None
    # Before v2.3 the system stood in DG1-2
    system = system or (fields[2] and plain(fields[2], marks))
    kind = fields[6] and plain(fields[6], marks)
    return {"code": code, "system": system, "text": text, "kind": kind}


def _procedure(pr1: Segment) -> Entry | None:
    fields, marks = pr1.fields(4), pr1.marks
    code, text, system = coded(fields[3], marks)
    # Before v2.3 the words stood in PR1-4 and the system in PR1-2
    text = text or (fields[4] and plain(fields[4], marks))
    if not (code or text):
        return None
    return {
        "code": code,
        "system": system or (fields[2] and plain(fields[2], marks)),
        "text": text,
    }


def _contact(nk1: Segment) -> Entry | None:
    fields, marks = nk1.fields(7), nk1.marks
    family, given, _ = coded(fields[2], marks)
    phones = telephones((fields[5], fields[6]), marks)
    if not (family or given or phones):
        return None
    return {
        "family_name": family,
        "given_name": given,
        "relationship": fields[3] and plain(fields[3], marks),
        "role": fields[7] and plain(fields[7], marks),
        "phones": phones,
    }


def _payer(in1: Segment) -> Entry | None:
    fields, marks = in1.fields(4), in1.marks
    identifier = fields[3] and plain(fields[3], marks)
    name = fields[4] and plain(fields[4], marks)
    return {"identifier": identifier, "name": name} if identifier or name else None


def _allergy(segment: Segment) -> Entry | None:
    fields, marks = segment.fields(6), segment.marks
    code, text, _ = coded(fields[3], marks)
    if not (code or text):
        return None
    action = fields[6] if segment.name == "IAM" else ""
    return {
        "code": code,
        "text": text,
        "kind": fields[2] and plain(fields[2], marks),
        "severity": fields[4] and plain(fields[4], marks),
        "reaction": fields[5] and plain(fields[5], marks),
        "action": action and plain(action, marks),
    }


def _arv(arv: Segment) -> Entry | None:
    fields, marks = arv.fields(4), arv.marks
    restriction = plain(fields[3], marks)
    reasons = [code for part in fields[4].split(marks.repetition) if (code := plain(part, marks))]
    if not (restriction or reasons):
        return None
    return {"restriction": restriction, "reasons": reasons, "action": plain(fields[2], marks)}
