"""Reads what a message says about the person: PID, PD1, and what hangs on them."""

from typing import Final

from adt_ingest.domain.facts import (
    Facts,
    leading,
    state,
    state_text,
    state_texts,
    state_yes_no,
    telephones,
)
from adt_ingest.domain.identifiers import Identifier, identifiers_in
from adt_ingest.domain.lists import (
    state_allergies,
    state_contacts,
    state_payers,
    state_restrictions,
)
from adt_ingest.domain.participants import state_named_practitioners, state_primary_care
from adt_ingest.domain.reader import DELETED, Marks, Message, Segment
from adt_ingest.domain.times import MessageTimes, date_of

_TEXTS: Final = ((8, "sex"), (15, "language"))
_LAST: Final = 30


def person_facts(message: Message, identifiers: list[Identifier], times: MessageTimes) -> Facts:
    """What the message says about the person, whose `identifiers` are those of PID-3."""
    facts: Facts = {}
    pid = message.first("PID")
    if pid is None:
        return facts
    fields, marks = pid.fields(_LAST), pid.marks
    _identifiers(facts, identifiers, pid)
    _name(facts, fields[5], marks)
    if fields[7]:
        _birth(facts, marks.value(fields[7]), times)
    state_texts(facts, pid, _TEXTS)
    _contact(facts, fields, marks)
    if fields[29] or fields[30]:
        _death(facts, pid, times)
    _surroundings(facts, message)
    return facts


def _surroundings(facts: Facts, message: Message) -> None:
    pd1 = message.first("PD1")
    state_primary_care(facts, message, pd1)
    state_named_practitioners(facts, message)
    if pd1 is not None and pd1.raw(12):
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
        facts["identifiers"] = [
            {"value": value, "authority": authority, "kind": kind or None}
            for value, authority, kind in identifiers
        ]


def _name(facts: Facts, raw: str, marks: Marks) -> None:
    if raw == DELETED:
        facts["family_name"] = facts["given_name"] = None
    elif raw:
        parts = marks.components(raw.partition(marks.repetition)[0])
        state_text(facts, "family_name", parts[0])
        if len(parts) > 1:
            state_text(facts, "given_name", parts[1])


def _birth(facts: Facts, text: str, times: MessageTimes) -> None:
    stamp = times.stamp(text)
    state(facts, "birth_date", text, stamp and date_of(stamp))


def _contact(facts: Facts, fields: list[str], marks: Marks) -> None:
    home, work, address = fields[13], fields[14], fields[11]
    if home or work:
        found = telephones((home, work), marks)
        if found:
            facts["phones"] = found
        elif DELETED in (home, work):
            facts["phones"] = None
    if address:
        parts = marks.components(address.partition(marks.repetition)[0])
        state(facts, "address", address, _address(parts))


def _address(parts: list[str]) -> str:
    street, other, city = leading(parts)
    region, code, country = leading(parts[3:])
    return ", ".join(filter(None, [street, other, city, f"{region} {code}".strip(), country]))


def _death(facts: Facts, pid: Segment, times: MessageTimes) -> None:
    when, indicator = pid.value(29), pid.value(30).strip()
    stamp = times.stamp(when)
    state(facts, "died_at", when, stamp and times.instant(stamp))
    state_yes_no(facts, "deceased", indicator)
    if stamp is not None and not indicator:
        facts["deceased"] = True
