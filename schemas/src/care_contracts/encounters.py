"""`encounters.v1`: what a hospital said about a patient and a visit, one shape for all triggers."""

from datetime import date
from enum import StrEnum

from care_contracts.base import Contract, Facts, Instant
from care_contracts.identifiers import Identifier


class EncounterEventType(StrEnum):
    """What happened; the `ce_type` of the event. Which trigger says it: `docs/triggers.md`."""

    ADMITTED = "encounter.admitted"
    REGISTERED = "encounter.registered"
    """An out-patient or emergency visit began."""
    DISCHARGED = "encounter.discharged"
    UPDATED = "encounter.updated"
    MOVED = "encounter.moved"
    """Location or bed only."""
    CLASS_CHANGED = "encounter.class_changed"
    """The same episode goes on as another kind of visit; `prior_account` and `prior_visit` say
    which numbers it had, where they changed. That is no merge."""
    PLANNED = "encounter.planned"
    """An admission is to come."""
    PLAN_CANCELLED = "plan.cancelled"
    ADMISSION_CANCELLED = "admission.cancelled"
    DISCHARGE_CANCELLED = "discharge.cancelled"
    DISCHARGE_PLANNED = "discharge.planned"
    DISCHARGE_PLAN_CANCELLED = "discharge_plan.cancelled"
    LEAVE_BEGAN = "leave.began"
    """The patient is away for a while, and not discharged."""
    LEAVE_ENDED = "leave.ended"
    LEAVE_CANCELLED = "leave.cancelled"
    """The patient did not go; `occurred_at` is when that was said."""
    LEAVE_END_CANCELLED = "leave_end.cancelled"
    """The patient did not come back; `occurred_at` is when that was said."""
    PARTICIPANTS_UPDATED = "participants.updated"
    """Who attends or consults; nothing else is meant."""
    PERSON_UPDATED = "person.updated"
    """About the person alone, whatever visit the message repeats."""
    ALLERGIES_UPDATED = "allergies.updated"
    PATIENT_MERGED = "patient.merged"
    """`prior_patient` goes up in `patient`, visits and accounts being kept."""
    ACCOUNT_MERGED = "account.merged"
    """`prior_account` goes up in the account of `visit_facts`."""
    VISIT_MERGED = "visit.merged"
    """`prior_visit` goes up in `visit`."""
    PATIENT_MOVED = "patient.moved"
    """What was kept under `prior_patient` belongs to `patient`; they are two persons."""
    ACCOUNT_MOVED = "account.moved"
    """`prior_account` of `prior_patient` belongs to `patient`, as the account of `visit_facts`."""
    VISIT_MOVED = "visit.moved"
    """`prior_visit` of `prior_patient` or `prior_account` belongs to `patient`, as `visit`."""
    IDENTIFIER_CHANGED = "identifier.changed"
    """One number is another from now on: whichever `prior_...` is there tells which."""
    PERSONS_LINKED = "persons.linked"
    """`patient` and `linked_patient` have to do with each other; their records stay distinct."""
    PERSONS_UNLINKED = "persons.unlinked"
    PATIENT_DELETED = "patient.deleted"
    VISIT_DELETED = "visit.deleted"
    """A purge of records, not the correction of an error."""


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


class Procedure(Contract):
    """One PR1."""

    code: str = ""
    system: str = ""
    text: str = ""


class Contact(Contract):
    """Next of kin or caregiver (NK1), in the sender's own codes."""

    family_name: str = ""
    given_name: str = ""
    relationship: str = ""
    """NK1-3: SPO, CHD, CGV ..."""
    role: str = ""
    """NK1-7"""
    phones: list[str] = []


class Payer(Contract):
    """Who pays (IN1), the first payer first."""

    identifier: str = ""
    name: str = ""


class Allergy(Contract):
    """One AL1 or IAM."""

    code: str = ""
    text: str = ""
    kind: str = ""
    """DA, FA ..."""
    severity: str = ""
    reaction: str = ""
    action: str = ""
    """IAM-6: A added, D deleted, U updated; nothing in AL1, which lists all there are."""


class Restriction(Contract):
    """One ARV: who may not see this, and why (ETH, PSY, HIV ...), in the sender's own codes."""

    restriction: str = ""
    reasons: list[str] = []
    action: str = ""
    """A added, D deleted, U updated, X unchanged."""


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
    primary_care_from: str | None = None
    """Where the message names that provider: `PRT`, `ROL` or `PD1-4`."""
    named_practitioners: list[Practitioner] | None = None
    """Whom the patient goes to besides and wants to be told: PRT-4 or ROL-3 = FHCP."""
    protected: bool | None = None
    """PD1-12: only those who must know may be told of the person."""
    restrictions: list[Restriction] | None = None
    contacts: list[Contact] | None = None
    payers: list[Payer] | None = None
    allergies: list[Allergy] | None = None


class VisitFacts(Facts):
    """What the message said about the visit."""

    account_number: str | None = None
    encounter_class: EncounterClass | None = None
    admission_type: str | None = None
    """PV1-4 as sent: E, U, A ..."""
    location: str | None = None
    hospital_service: str | None = None
    attending: Practitioner | None = None
    """PV1-7, else the admitting doctor: who treats the patient."""
    referring: Practitioner | None = None
    consulting: list[Practitioner] | None = None
    admitting: Practitioner | None = None
    patient_type: str | None = None
    """PV1-18 as sent: every site has its own."""
    admit_source: str | None = None
    """PV1-14 as sent: UB-04 FL15, where a site keeps to it."""
    protected: bool | None = None
    """PV2-22: the same of the visit."""
    restrictions: list[Restriction] | None = None
    alternate_number: str | None = None
    """PV1-50"""
    expected_admission_at: Instant | None = None
    expected_discharge_at: Instant | None = None
    admitted_at: Instant | None = None
    discharged_at: Instant | None = None
    disposition: str | None = None
    """PV1-36 after the site's map: two characters of UB-04 FL17, or what was sent."""
    discharged_to: str | None = None
    """PV1-37.1: the place that the patient went on to, in the sender's own code."""
    diagnoses: list[Diagnosis] | None = None
    procedures: list[Procedure] | None = None


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


class MovementAction(StrEnum):
    """What a message does to a movement."""

    INSERT = "INSERT"
    UPDATE = "UPDATE"
    CANCEL = "CANCEL"


class Movement(Contract):
    """IHE PAM's ZBE: which movement of the visit the message is about, and what it does to it."""

    identifier: str
    authority: str = ""
    action: MovementAction | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    historic: bool = False
    """It corrects the past: where the patient is now is not what the message says."""
    original_trigger: str = ""
    """In an update or cancel: the trigger that told of the movement first."""


class EncounterEvent(Contract):
    """The body of every event in `encounters.v1`; `to_json` leaves out what is absent."""

    site: str
    message: MessageReference
    patient: PatientReference
    visit: VisitReference | None = None
    prior_patient: PatientReference | None = None
    """MRG-1: in `patient.merged` who was merged away; what else, the event's type says."""
    prior_visit: VisitReference | None = None
    """MRG-5"""
    prior_account: Identifier | None = None
    """MRG-3"""
    prior_identifier: Identifier | None = None
    """In `identifier.changed`: a number that names neither a patient, a visit nor an account."""
    linked_patient: PatientReference | None = None
    movement: Movement | None = None
    recorded_at: Instant
    """EVN-2, else MSH-7, else when it was received: what orders facts about one visit."""
    occurred_at: Instant | None = None
    """EVN-6; in a cancel, the time of the event that is cancelled (of a leave: of the cancel)."""
    received_at: Instant
    patient_facts: PatientFacts = PatientFacts()
    visit_facts: VisitFacts = VisitFacts()
    site_fields: dict[str, str | None] = {}
    """What the site's file names besides, by the names it gives; None for what was deleted."""
    warnings: list[str] = []
    """Data-quality codes such as `nonexistent_local_time`."""

    def to_json(self) -> bytes:
        """The body as UTF-8 JSON; a fact the message did not speak of has no key."""
        return self.model_dump_json(exclude_unset=True).encode()
