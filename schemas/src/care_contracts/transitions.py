"""`transitions.v1`: the whole state of one transition, or of one encounter, after a change.

Events carry the full state and a version that only grows: a reader keeps the highest version and so
needs no order between them. `ce_type` says what changed; the body says how things stand.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from care_contracts.base import Contract, Instant
from care_contracts.encounters import Diagnosis, EncounterClass, Practitioner
from care_contracts.measures import Measure, Tcm
from care_contracts.scores import Risk


class TransitionEventType(StrEnum):
    """What happened to the transition; the `ce_type` of the event."""

    OPENED = "transition.opened"
    REPLANNED = "transition.replanned"
    VOIDED = "transition.voided"
    INTERRUPTED = "transition.interrupted"
    SUPERSEDED = "transition.superseded"
    COMPLETED = "transition.completed"
    CLOSED = "transition.closed"
    RETRACTED = "transition.retracted"
    """It was opened on what was known for a while only, and nobody worked on it."""
    ENCOUNTER_FOLLOWED = "encounter.followed"
    """The body is an `EncounterSnapshot`."""


class TransitionKind(StrEnum):
    """Which follow-up the discharge calls for (rulebook section 6, PV1-36)."""

    HOME_VISIT = "home_visit"
    FACILITY_TRACKING = "facility_tracking"
    ED_FOLLOWUP = "ed_followup"
    ACUTE_TRANSFER_WATCH = "acute_transfer_watch"
    HOSPICE = "hospice"
    MANUAL_REVIEW = "manual_review"
    MATERNITY = "maternity"
    """After a stay of class obstetrics, of mother or newborn; only where a site follows it."""
    DISCHARGE_PLANNING = "discharge_planning"
    """Work before a discharge that is planned; `discharged_at` is when it is expected."""


class TransitionState(StrEnum):
    """How the transition stands."""

    ACTIVE = "active"
    PROVISIONAL = "provisional"
    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    SUPERSEDED = "superseded"
    VOIDED = "voided"
    CLOSED = "closed"


class StepState(StrEnum):
    """Whether the plan still asks for the step."""

    PLANNED = "planned"
    WITHDRAWN = "withdrawn"


class Step(Contract):
    """One line of the plan. `task_id` is uuid5 of transition and code: every service knows it."""

    task_id: UUID
    code: str
    title: str
    role: str
    state: StepState
    window_opens_at: Instant | None = None
    due_at: Instant
    best_before_at: Instant | None = None
    """A softer target inside the deadline: last slot in visiting hours, or 24 h for high risk."""
    rule: str
    """The due rule in words, for example `2 business days after discharge`."""
    escalates_at: Instant | None = None
    """When a step that is still open is to be known to `escalates_to`."""
    escalates_to: str | None = None
    """A role, such as `provider`."""
    checklist: list[str] = []
    """What belongs to the step, in the protocol's words."""
    protocols: list[str] = []
    """The labels of the protocols that ask for it."""
    corrected_opens_at: Instant | None = None
    corrected_due_at: Instant | None = None
    """Of a step that is done: its times by what is known now, where they are other ones."""


class Enrolment(Contract):
    """Whether one of the site's protocols follows the transition, and why."""

    protocol: str
    """Its label, such as `naylor@1`."""
    enrolled: bool
    because: str
    adapted: bool = False
    """The site has steps or hours of its own in it."""
    visits: bool = True
    """Whether its visits at home are meant too; the site may keep them for some tiers."""


class Attribution(Contract):
    """Whose the transition is: the primary care provider, and the care team."""

    pcp: str
    """Where the messages name the provider: `PRT`, `ROL` or `PD1-4`; `message` where that was not
    kept, `none` where nobody is named."""
    practice: str | None = None
    """The provider's, by the site's directory."""
    team: str | None = None
    """A code of the site's file; None where it has no team for it."""
    rule: str | None = None
    """The name of the site's rule that says so, or `default`."""


class TransitionPatient(Contract):
    """Who is being followed."""

    patient_key: str
    mrn: str
    former_mrns: list[str] = []
    """Numbers that were merged into this one: they find the survivor."""
    name: str
    """`Family, Given`"""
    birth_date: date | None = None
    language: str | None = None
    phones: list[str] = []
    deceased: bool = False


class Clocks(Contract):
    """The instants by which things are due; None where the rule does not apply."""

    initial_contact_due_at: Instant | None = None
    home_visit_opens_at: Instant | None = None
    home_visit_due_at: Instant | None = None
    follow_up_7d_due_at: Instant | None = None
    follow_up_14d_due_at: Instant | None = None
    medrec_hedis_due_at: Instant | None = None


class Hedis(Contract):
    """The measure windows of rulebook section 2, dates local to the discharging site."""

    engagement_first_on: date | None = None
    engagement_last_on: date | None = None
    medrec_first_on: date | None = None
    medrec_last_on: date | None = None
    discharge_info_last_on: date | None = None


class DayOff(Contract):
    """A weekday that is no business day."""

    on: date
    name: str = ""
    """`Memorial Day`; empty where the site says so itself"""


class TransitionSnapshot(Contract):
    """The state of one transition after a change."""

    transition_id: UUID
    version: int
    """1 when opened; grows by one with every announced change."""
    site: str
    patient: TransitionPatient
    visit: str
    visit_key: str
    kind: TransitionKind
    state: TransitionState
    reason: str | None = None
    flags: list[str] = []
    protocol: str
    """`default@1`: name and version it was opened with; several are joined by `+`."""
    enrolments: list[Enrolment] = []
    attribution: Attribution | None = None
    """None of a transition that was last told of before there was one."""
    discharged_at: Instant
    discharged_on: date
    disposition: str | None = None
    encounter_class: EncounterClass | None = None
    """What the stay was when it ended"""
    business_days: list[date] = []
    days_off: list[DayOff] = []
    """The weekdays between the discharge and the last of these that are none"""
    tcm: Tcm
    risk: Risk = Risk()
    clocks: Clocks = Clocks()
    hedis: Hedis = Hedis()
    measures: list[Measure] = []
    steps: list[Step] = []
    attending: Practitioner | None = None
    primary_care_provider: Practitioner | None = None
    diagnoses: list[Diagnosis] = []
    former_visits: list[str] = []
    """Visit numbers under which the stay was spoken of before: they find this one."""
    retracted: bool = False
    """Not to be shown any more, unless somebody worked on one of its tasks."""
    readmitted_at: Instant | None = None
    """When the patient was next taken in, in another visit, up to the 30th day"""
    died_at: Instant | None = None
    """When the patient died after the discharge: as said, else when that was first told"""
    changed_at: Instant


class EncounterStatus(StrEnum):
    """Where the visit stands."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class EncounterSnapshot(Contract):
    """The state of one encounter after a change."""

    encounter_id: UUID
    version: int
    site: str
    patient: TransitionPatient
    visit: str
    visit_key: str
    status: EncounterStatus
    encounter_class: EncounterClass | None = None
    admitted_at: Instant | None = None
    discharged_at: Instant | None = None
    disposition: str | None = None
    readmission_of: str | None = None
    """The visit number of the index discharge, where this admission is a readmission."""
    episode_id: UUID
    former_visits: list[str] = []
    """Visit numbers that this one had before: they find this one."""
    continues_as: str | None = None
    """The visit number under which it goes on; this one is then of the past and not to be shown."""
    expected_discharge_at: Instant | None = None
    """When a discharge is planned for (A16), as long as that stands."""
    changed_at: Instant
