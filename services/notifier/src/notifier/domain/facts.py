"""Facts that merge: of everything said about a person or a visit the newest word stands.

Merging is commutative, associative and idempotent, so that messages may come in any order and any
number of times.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TypeAlias, TypeVar


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """When something was recorded by the hospital; ties are broken by the event's id."""

    recorded_at: datetime
    event_id: str


@dataclass(frozen=True, slots=True)
class Clinician:
    """A clinician as a message names one."""

    identifier: str = ""
    family_name: str = ""
    given_name: str = ""
    email: str | None = None

    @property
    def name(self) -> str:
        """As one would write it in a letter."""
        return " ".join(part for part in (self.given_name, self.family_name) if part)


@dataclass(frozen=True, slots=True)
class Word:
    """A text that was said; None where the hospital deleted it."""

    stamp: Stamp
    value: str | None


@dataclass(frozen=True, slots=True)
class ClinicianNamed:
    """A clinician who was named; None where the hospital deleted the name."""

    stamp: Stamp
    value: Clinician | None


@dataclass(frozen=True, slots=True)
class CliniciansNamed:
    """Several clinicians who were named together; none where the hospital took them all back."""

    stamp: Stamp
    value: tuple[Clinician, ...]


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known of a person: only what a notice needs."""

    family_name: Word | None = None
    given_name: Word | None = None
    primary_care_provider: ClinicianNamed | None = None
    named_practitioners: CliniciansNamed | None = None
    objection: Word | None = None
    """The restriction by which the patient objects to being told of."""
    protected: Word | None = None
    """Said where only those who must know may be told of the person."""

    @property
    def name(self) -> str:
        """As one would write it in a letter; empty where no message said it."""
        return " ".join(part for part in (said(self.given_name), said(self.family_name)) if part)


@dataclass(frozen=True, slots=True)
class StayFacts:
    """What is known of a visit beside what happened: whose it is, who treats them, where to."""

    patient_key: Word | None = None
    attending: ClinicianNamed | None = None
    disposition: Word | None = None
    discharged_to: Word | None = None
    objection: Word | None = None
    """This and `protected` as of the person, of this visit alone."""
    protected: Word | None = None


F = TypeVar("F", PersonFacts, StayFacts)
_Said: TypeAlias = Word | ClinicianNamed | CliniciansNamed


def merge(one: F, other: F) -> F:
    """Field by field, the newer of two words."""
    newer = {
        field.name: said_by_other
        for field in fields(other)
        if _is_newer(said_by_other := getattr(other, field.name), getattr(one, field.name))
    }
    return replace(one, **newer) if newer else one


def _is_newer(candidate: _Said | None, held: _Said | None) -> bool:
    if candidate is None:
        return False
    return held is None or candidate.stamp > held.stamp


def said(word: Word | None) -> str | None:
    """The text that stands, None where nothing was said or it was deleted."""
    return word.value if word else None


def named(clinician: ClinicianNamed | None) -> Clinician | None:
    """The clinician who stands named, if one is."""
    return clinician.value if clinician else None
