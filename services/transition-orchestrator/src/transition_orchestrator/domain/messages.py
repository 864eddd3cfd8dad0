"""What a hospital said, as the engine takes it in: one shape for every trigger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType

from transition_orchestrator.domain.merging import Json, Stamp

PatientKey = NewType("PatientKey", str)
VisitKey = NewType("VisitKey", str)
ClusterKey = NewType("ClusterKey", str)

PATIENT_FACTS = frozenset(
    {
        "family_name",
        "given_name",
        "birth_date",
        "language",
        "phones",
        "deceased",
        "died_at",
        "primary_care_provider",
        "primary_care_from",
    }
)
VISIT_FACTS = frozenset(
    {
        "account_number",
        "encounter_class",
        "admission_type",
        "location",
        "hospital_service",
        "attending",
        "expected_discharge_at",
        "admitted_at",
        "discharged_at",
        "disposition",
        "diagnoses",
        "procedures",
    }
)
"""What is kept of the facts of a message, by the names of the contract: all that a rule asks for.

Nothing else of a chart is stored here (45 CFR 164.502(b), rulebook section 10), nor carried along
with every message of a stay; only rows from before this list hold more.
"""


class MessageKind(StrEnum):
    """What happened."""

    ADMITTED = "admitted"
    REGISTERED = "registered"
    DISCHARGED = "discharged"
    UPDATED = "updated"
    MOVED = "moved"
    CLASS_CHANGED = "class_changed"
    """`prior_visit` and `prior_account` go on as this visit, where those numbers changed."""
    PLANNED = "planned"
    PLAN_CANCELLED = "plan_cancelled"
    ADMISSION_CANCELLED = "admission_cancelled"
    DISCHARGE_CANCELLED = "discharge_cancelled"
    DISCHARGE_PLANNED = "discharge_planned"
    DISCHARGE_PLAN_CANCELLED = "discharge_plan_cancelled"
    ON_LEAVE = "on_leave"
    """Away for a while, back again, or neither after all: never a discharge."""
    PARTICIPANTS_UPDATED = "participants_updated"
    PERSON_UPDATED = "person_updated"
    """Whatever tells of the person and of no visit."""
    PATIENT_MERGED = "patient_merged"
    RESULT_REPORTED = "result_reported"
    ACCOUNT_MERGED = "account_merged"
    VISIT_MERGED = "visit_merged"
    PATIENT_MOVED = "patient_moved"
    ACCOUNT_MOVED = "account_moved"
    VISIT_MOVED = "visit_moved"
    NUMBER_CHANGED = "number_changed"
    """One number of a patient, an account or a visit is another from now on."""
    PATIENT_DELETED = "patient_deleted"
    VISIT_DELETED = "visit_deleted"
    """A purge of records elsewhere, not the correction of an error."""


@dataclass(frozen=True, slots=True)
class PatientName:
    """Which person a message speaks of: the opaque key and the number it stands for."""

    key: PatientKey
    mrn: str
    authority: str


class VisitNumber(NamedTuple):
    """A visit's number with the patient's: only together they name a visit.

    Some hospitals number every patient's visits anew, and people mistype.
    """

    visit_key: VisitKey
    patient_key: PatientKey


@dataclass(frozen=True, slots=True)
class VisitName:
    """Which number of a visit a message speaks of."""

    key: VisitKey
    visit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; its facts are absent (no key), deleted (None) or have a value."""

    stamp: Stamp
    kind: MessageKind
    site: str
    patient: PatientName
    visit: VisitName | None = None
    prior: PatientName | None = None
    """Whom a merge, a move or a change of number speaks of as the one before."""
    prior_visit: VisitName | None = None
    prior_account: str = ""
    occurred_at: datetime | None = None
    """In a cancel, when the event that is cancelled took place."""
    patient_facts: Mapping[str, Json] = field(default_factory=dict[str, Json])
    visit_facts: Mapping[str, Json] = field(default_factory=dict[str, Json])

    @property
    def visit_number(self) -> VisitNumber | None:
        """Which visit it speaks of."""
        return VisitNumber(self.visit.key, self.patient.key) if self.visit else None

    @property
    def prior_visit_number(self) -> VisitNumber | None:
        """Which visit it speaks of as the one before: the prior patient's, where it names one.

        A visit that moves to another patient and has no other number keeps its own.
        """
        moves = self.kind is MessageKind.VISIT_MOVED and self.prior is not None
        name = self.prior_visit or (self.visit if moves else None)
        return VisitNumber(name.key, (self.prior or self.patient).key) if name else None
