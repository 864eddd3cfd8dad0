"""A person: the numbers that mean the same one, and what all messages under them tell."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from transition_orchestrator.domain.merging import (
    NEVER_SAID,
    Facts,
    Json,
    Stamp,
    text_of,
    together,
)
from transition_orchestrator.domain.messages import PatientKey
from transition_orchestrator.domain.person_records import PersonRecord


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A clinician as the message names one."""

    identifier: str = ""
    family_name: str = ""
    given_name: str = ""
    email: str | None = None


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
    def primary_care_from(self) -> str:
        """The field that named the provider; empty where the message did not keep it."""
        said = self.facts.get("primary_care_from", NEVER_SAID).newest
        named = self.facts.get("primary_care_provider", NEVER_SAID).newest
        return str(said.value or "") if said and named and said.stamp == named.stamp else ""

    def had_provider_at(self, instant: datetime) -> bool:
        """Whether by then somebody had said who the primary care provider is."""
        said = self.facts.get("primary_care_provider", NEVER_SAID).last_that(
            lambda one: one.stamp.recorded_at <= instant
        )
        return said is not None and said.value is not None

    @property
    def as_dead(self) -> "Person":
        """The person, of whom something else than PID-30 tells the death."""
        return replace(self, patient=replace(self.patient, deceased=True))

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
    facts = together([record.facts for record in mine])
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
