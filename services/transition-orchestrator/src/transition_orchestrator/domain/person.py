"""A person: the numbers that mean the same one, and what all messages under them tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from transition_orchestrator.domain.merging import (
    NEVER_SAID,
    Facts,
    Json,
    Stamp,
    Statement,
    Timeline,
    text_of,
    with_facts,
)
from transition_orchestrator.domain.messages import Message, MessageKind, PatientKey, PatientName

MERGED_INTO = "merged_into"
"""The fact that a number was merged into another: the survivor's key."""
_WITH_HISTORY = frozenset({"deceased"})


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A clinician as the message names one."""

    identifier: str = ""
    family_name: str = ""
    given_name: str = ""
    email: str | None = None


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """What was said under one medical record number."""

    patient_key: PatientKey
    mrn: str
    authority: str
    site: str
    facts: Facts = field(default_factory=dict[str, Timeline])

    def after(self, said: Mapping[str, Json], stamp: Stamp) -> "PersonRecord":
        facts = with_facts(self.facts, said, stamp, _WITH_HISTORY)
        return self if facts is self.facts else replace(self, facts=facts)


Records = Mapping[PatientKey, PersonRecord]


def records_after(records: Records, message: Message) -> dict[PatientKey, PersonRecord]:
    """The records with what a message said of persons; unchanged ones stay the same objects."""
    after = dict(records)
    named = message.patient
    own = after.get(named.key) or _blank(named, message)
    after[named.key] = own.after(message.patient_facts, message.stamp)
    if message.kind is MessageKind.PATIENT_MERGED and message.prior:
        prior = after.get(message.prior.key) or _blank(message.prior, message)
        after[prior.patient_key] = prior.after({MERGED_INTO: named.key}, message.stamp)
    return after


def _blank(name: PatientName, message: Message) -> PersonRecord:
    return PersonRecord(name.key, name.mrn, name.authority, message.site)


def survivors_of(records: Records) -> dict[PatientKey, PatientKey]:
    """For every number, the one that now stands for the person.

    Of several merges of one number the newest counts; where merges form a circle the oldest of
    them is disregarded. Both follow from the set of merges, not from the order of arrival.
    """
    merges = [
        (newest, record.patient_key)
        for record in records.values()
        if (newest := record.facts.get(MERGED_INTO, NEVER_SAID).newest)
    ]
    into: dict[PatientKey, PatientKey] = {}
    for merge, prior in sorted(merges, key=lambda one: one[0].stamp, reverse=True):
        survivor = PatientKey(str(merge.value))
        if survivor in records and _end_of(survivor, into) != prior:
            into[prior] = survivor
    return {key: _end_of(key, into) for key in records}


def _end_of(key: PatientKey, into: Mapping[PatientKey, PatientKey]) -> PatientKey:
    while key in into:
        key = into[key]
    return key


@dataclass(frozen=True, slots=True)
class Patient:
    """Who is being followed, as told outside."""

    patient_key: PatientKey
    mrn: str
    former_mrns: tuple[str, ...]
    name: str
    birth_date: date | None
    language: str | None
    phones: tuple[str, ...]
    deceased: bool


@dataclass(frozen=True, slots=True)
class Person:
    """All records that mean one person, and what they tell together."""

    survivor: PersonRecord
    facts: Facts
    patient: Patient

    @property
    def primary_care_provider(self) -> Practitioner | None:
        return practitioner_of(self.facts.get("primary_care_provider", NEVER_SAID).value)

    @property
    def known_dead_since(self) -> Stamp | None:
        """The message from which on every message that spoke of it called the person dead."""
        since: Stamp | None = None
        for statement in reversed(self.facts.get("deceased", NEVER_SAID).statements):
            if statement.value is not True:
                break
            since = statement.stamp
        return since


def person_of(survivor: PersonRecord, records: Iterable[PersonRecord]) -> Person:
    """The person behind `records`, all of which ended in `survivor`."""
    mine = sorted(records, key=lambda record: record.patient_key)
    facts = _together([record.facts for record in mine])
    given, family = text_of(facts, "given_name"), text_of(facts, "family_name")
    former = sorted({record.mrn for record in mine} - {survivor.mrn})
    patient = Patient(
        patient_key=survivor.patient_key,
        mrn=survivor.mrn,
        former_mrns=tuple(former),
        name=", ".join(part for part in (family, given) if part),
        birth_date=_date(text_of(facts, "birth_date")),
        language=text_of(facts, "language") or None,
        phones=_texts(facts.get("phones", NEVER_SAID).value),
        deceased=facts.get("deceased", NEVER_SAID).value is True,
    )
    return Person(survivor, facts, patient)


def _together(all_facts: list[Facts]) -> Facts:
    """The facts of several records as one; of every fact all statements in order."""
    if len(all_facts) == 1:
        return all_facts[0]
    statements: dict[str, list[Statement]] = {}
    for facts in all_facts:
        for name, timeline in facts.items():
            statements.setdefault(name, []).extend(timeline.statements)
    return {
        name: Timeline(tuple(sorted(said, key=lambda one: one.stamp)))
        for name, said in statements.items()
    }


def practitioner_of(value: Json) -> Practitioner | None:
    if not isinstance(value, dict):
        return None
    email = value.get("email")
    return Practitioner(
        identifier=str(value.get("identifier") or ""),
        family_name=str(value.get("family_name") or ""),
        given_name=str(value.get("given_name") or ""),
        email=email if isinstance(email, str) else None,
    )


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()
