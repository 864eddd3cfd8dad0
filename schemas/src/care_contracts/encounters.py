"""`encounters.v1`: what a hospital said about a patient and a visit, one shape for all triggers."""

from datetime import date
from enum import StrEnum

from care_contracts.base import Contract, Facts, Instant
from care_contracts.identifiers import Identifier


class EncounterEventType(StrEnum):
    """What happened; the `ce_type` of the event."""

    ADMITTED = "encounter.admitted"
    """A01"""
    REGISTERED = "encounter.registered"
    """A04"""
    DISCHARGED = "encounter.discharged"
    """A03"""
    UPDATED = "encounter.updated"
    """A08"""
    MOVED = "encounter.moved"
    """A02 and other bed moves: location only"""
    ADMISSION_CANCELLED = "admission.cancelled"
    """A11"""
    DISCHARGE_CANCELLED = "discharge.cancelled"
    """A13"""
    PATIENT_MERGED = "patient.merged"
    """A40"""


class EncounterClass(StrEnum):
    """What kind of visit it is: PV1-2, with observation told apart by the site's map."""

    INPATIENT = "inpatient"
    OBSERVATION = "observation"
    EMERGENCY = "emergency"
    OUTPATIENT = "outpatient"
    PREADMIT = "preadmit"
    RECURRING = "recurring"
    OBSTETRICS = "obstetrics"
    COMMERCIAL = "commercial"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class Practitioner(Contract):
    """A clinician as the message names one (XCN)."""

    identifier: str = ""
    family_name: str = ""
    given_name: str = ""
    email: str | None = None
    """From the message's telecom where it carries one; else the site's directory knows."""


class Diagnosis(Contract):
    """One DG1: `kind` is DG1-6 (A admitting, W working, F final)."""

    code: str
    system: str = ""
    text: str = ""
    kind: str = ""


class PatientFacts(Facts):
    """What the message said about the person."""

    identifiers: list[Identifier] | None = None
    family_name: str | None = None
    given_name: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    language: str | None = None
    phones: list[str] | None = None
    address: str | None = None
    deceased: bool | None = None
    died_at: Instant | None = None
    primary_care_provider: Practitioner | None = None


class VisitFacts(Facts):
    """What the message said about the visit."""

    account_number: str | None = None
    encounter_class: EncounterClass | None = None
    admission_type: str | None = None
    """PV1-4 as sent: E, U, A ..."""
    location: str | None = None
    hospital_service: str | None = None
    attending: Practitioner | None = None
    admitted_at: Instant | None = None
    discharged_at: Instant | None = None
    disposition: str | None = None
    """PV1-36 after the site's map: two characters of UB-04 FL17, or what was sent."""
    diagnoses: list[Diagnosis] | None = None


class PatientReference(Contract):
    """Which person: the opaque key and the number it stands for."""

    patient_key: str
    mrn: str
    authority: str


class VisitReference(Contract):
    """Which visit: the opaque key and the number it stands for."""

    visit_key: str
    visit: str
    authority: str = ""


class MessageReference(Contract):
    """Which message said it."""

    message_control_id: str
    trigger: str
    sending_application: str = ""
    sending_facility: str = ""


class EncounterEvent(Contract):
    """The body of every event in `encounters.v1`; `to_json` leaves out what is absent."""

    site: str
    message: MessageReference
    patient: PatientReference
    visit: VisitReference | None = None
    prior_patient: PatientReference | None = None
    """For `patient.merged`: who was merged away (MRG-1); `patient` survives."""
    recorded_at: Instant
    """EVN-2, else MSH-7, else when it was received: what orders facts about one visit."""
    occurred_at: Instant | None = None
    """EVN-6; in a cancel, the time of the event that is cancelled."""
    received_at: Instant
    patient_facts: PatientFacts = PatientFacts()
    visit_facts: VisitFacts = VisitFacts()
    warnings: list[str] = []
    """Data-quality codes such as `nonexistent_local_time`."""

    def to_json(self) -> bytes:
        """The body as UTF-8 JSON; a fact the message did not speak of has no key."""
        return self.model_dump_json(exclude_unset=True).encode()
