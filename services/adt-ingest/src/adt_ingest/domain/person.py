"""Reads what a message says about the person: PID, and the primary care provider around it."""

from adt_ingest.domain.facts import (
    Facts,
    Practitioner,
    component,
    mailbox,
    practitioner,
    state,
    state_text,
    telephone,
)
from adt_ingest.domain.identifiers import Identifier
from adt_ingest.domain.reader import DELETED, Message, Segment
from adt_ingest.domain.times import MessageTimes, date_of

_PRIMARY_CARE = "PP"
_WITHDRAWN = frozenset({"DE", "D"})
_YES_NO = {"Y": True, "N": False}


def person_facts(
    message: Message, pid: Segment, identifiers: list[Identifier], times: MessageTimes
) -> Facts:
    """What the message says about the person in `pid`."""
    facts: Facts = {}
    _identifiers(facts, identifiers)
    _name(facts, pid)
    _birth(facts, pid, times)
    state_text(facts, "sex", pid.value(8))
    state_text(facts, "language", pid.value(15))
    _contact(facts, pid)
    _death(facts, pid, times)
    _primary_care(facts, message)
    return facts


def _identifiers(facts: Facts, identifiers: list[Identifier]) -> None:
    if identifiers:
        facts["identifiers"] = [
            {"value": each.value, "authority": each.authority, "kind": each.kind or None}
            for each in identifiers
        ]


def _name(facts: Facts, pid: Segment) -> None:
    raw = pid.raw(5)
    if raw == DELETED:
        facts["family_name"] = facts["given_name"] = None
    elif raw:
        parts = pid.components(5)
        state_text(facts, "family_name", component(parts, 1))
        state_text(facts, "given_name", component(parts, 2))


def _birth(facts: Facts, pid: Segment, times: MessageTimes) -> None:
    text = pid.value(7)
    stamp = None if text == DELETED else times.stamp(text)
    state(facts, "birth_date", text, stamp and date_of(stamp))


def _contact(facts: Facts, pid: Segment) -> None:
    home, work = pid.raw(13), pid.raw(14)
    if home or work:
        numbers = [telephone(parts) for field in (13, 14) for parts in pid.repetitions(field)]
        found = list(dict.fromkeys(filter(None, numbers)))
        state(facts, "phones", DELETED if DELETED in (home, work) and not found else "", None)
        if found:
            facts["phones"] = found
    address = pid.raw(11)
    if address:
        state(facts, "address", address, _address(pid.components(11)))


def _address(parts: list[str]) -> str:
    texts = ["" if part == DELETED else part.strip() for part in parts]
    street, other, city, region, code, country = (component(texts, n) for n in range(1, 7))
    return ", ".join(filter(None, [street, other, city, f"{region} {code}".strip(), country]))


def _death(facts: Facts, pid: Segment, times: MessageTimes) -> None:
    when, indicator = pid.value(29), pid.value(30).strip().upper()
    stamp = None if when == DELETED else times.stamp(when)
    state(facts, "died_at", when, stamp and times.instant(stamp))
    state(facts, "deceased", indicator, _YES_NO.get(indicator))
    if stamp is not None and not indicator:
        facts["deceased"] = True


def _primary_care(facts: Facts, message: Message) -> None:
    """PRT-4 = PP, else ROL-3 = PP, else PD1-4 (withdrawn in v2.7 and still the common one)."""
    provider = _participant(message, "PRT", role=4, person=5, telecom=15) or _participant(
        message, "ROL", role=3, person=4, telecom=12
    )
    pd1 = message.first("PD1")
    raw = "" if pd1 is None else pd1.raw(4)
    if provider is None and pd1 is not None and raw not in ("", DELETED):
        provider = practitioner(pd1.components(4))
    if provider is not None:
        facts["primary_care_provider"] = provider
    elif raw == DELETED:
        facts["primary_care_provider"] = None


def _participant(
    message: Message, name: str, *, role: int, person: int, telecom: int
) -> Practitioner | None:
    for segment in message.every(name):
        if segment.value(role).strip() == _PRIMARY_CARE and segment.value(2) not in _WITHDRAWN:
            found = practitioner(segment.components(person))
            if found is not None:
                address = mailbox(segment, telecom)
                return {**found, "email": address} if address else found
    return None
