"""What a hospital said, as the engine takes it in: one shape for every trigger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from transition_orchestrator.domain.merging import Json, Stamp

PatientKey = NewType("PatientKey", str)
VisitKey = NewType("VisitKey", str)
ClusterKey = NewType("ClusterKey", str)


class MessageKind(StrEnum):
    """What happened."""

    ADMITTED = "admitted"
    REGISTERED = "registered"
    DISCHARGED = "discharged"
    UPDATED = "updated"
    MOVED = "moved"
    CLASS_CHANGED = "class_changed"
    PARTICIPANTS_UPDATED = "participants_updated"
    PERSON_UPDATED = "person_updated"
    """Whatever tells of the person and, as far as the engine goes today, of no visit."""
    ADMISSION_CANCELLED = "admission_cancelled"
    DISCHARGE_CANCELLED = "discharge_cancelled"
    PATIENT_MERGED = "patient_merged"
    RESULT_REPORTED = "result_reported"


@dataclass(frozen=True, slots=True)
class PatientName:
    """Which person a message speaks of: the opaque key and the number it stands for."""

    key: PatientKey
    mrn: str
    authority: str


@dataclass(frozen=True, slots=True)
class VisitName:
    """Which visit a message speaks of."""

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
    """For a merge: who was merged away."""
    occurred_at: datetime | None = None
    """In a cancel, when the event that is cancelled took place."""
    patient_facts: Mapping[str, Json] = field(default_factory=dict[str, Json])
    visit_facts: Mapping[str, Json] = field(default_factory=dict[str, Json])
