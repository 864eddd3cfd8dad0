"""Reads what a message says about the person: PID, PD1, and what hangs on them."""

from adt_ingest.domain.facts import (
    Facts,
    component,
    leading,
    state,
    state_text,
    state_yes_no,
    telephone,
)
from adt_ingest.domain.identifiers import Identifier, identifier_fact, identifiers_in
from adt_ingest.domain.lists import (
    state_allergies,
    state_contacts,
    state_payers,
    state_restrictions,
)
from adt_ingest.domain.participants import state_primary_care
from adt_ingest.domain.reader import DELETED, Message, Segment
from adt_ingest.domain.times import MessageTimes, date_of


def person_facts(message: Message, identifiers: list[Identifier], times: MessageTimes) -> Facts:
    """What the message says about the person, whose `identifiers` are those of PID-3."""
    facts: Facts = {}
    pid = message.first("PID")
    if pid is None:
        return facts
    _identifiers(facts, identifiers, pid)
    _name(facts, pid)
    _birth(facts, pid, times)
    state_text(facts, "sex", pid.value(8))
    state_text(facts, "language", pid.value(15))
    _contact(facts, pid)
    _death(facts, pid, times)
    _surroundings(facts, message)
    return facts


def _surroundings(facts: Facts, message: Message) -> None:
    pd1 = message.first("PD1")
    state_primary_care(facts, message, pd1)
    if pd1 is not None:
        state_yes_no(facts, "protected", pd1.value(12))
    state_restrictions(facts, message, of_the_visit=False)
    state_contacts(facts, message)
    state_payers(facts, message)
    state_allergies(facts, message)


def _identifiers(facts: Facts, identifiers: list[Identifier], pid: Segment) -> None:
    """Those of PID-3, and the external and alternate ones that older versions had beside it."""
    if pid.raw(2) or pid.raw(4):
        elsewhere = [each for n in (2, 4) for each in identifiers_in(pid, n, own_authority="")]
        identifiers = [*identifiers, *(each for each in elsewhere if each not in identifiers)]
    if identifiers:
        facts["identifiers"] = [identifier_fact(each) for each in identifiers]


def _name(facts: Facts, pid: Segment) -> None:
    raw = pid.raw(5)
    if raw == DELETED:
        facts["family_name"] = facts["given_name"] = None
    elif raw:
        parts = pid.components(5)
        state_text(facts, "family_name", parts[0])
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
    street, other, city = leading(parts)
    region, code, country = leading(parts[3:])
    return ", ".join(filter(None, [street, other, city, f"{region} {code}".strip(), country]))


def _death(facts: Facts, pid: Segment, times: MessageTimes) -> None:
    when, indicator = pid.value(29), pid.value(30).strip()
    stamp = None if when == DELETED else times.stamp(when)
    state(facts, "died_at", when, stamp and times.instant(stamp))
    state_yes_no(facts, "deceased", indicator)
    if stamp is not None and not indicator:
        facts["deceased"] = True
