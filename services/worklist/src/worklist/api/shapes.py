"""The shapes of the REST API's answers, which clients rely on: fields are added, never changed."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from care_contracts.base import Instant
from care_contracts.encounters import EncounterClass
from care_contracts.measures import Tcm
from care_contracts.notifications import NotificationState
from care_contracts.scores import Risk
from care_contracts.transitions import Attribution, Clocks, EncounterStatus, Hedis
from worklist.domain.measures import Standing
from worklist.domain.order import Due
from worklist.domain.timing import Timing


class PatientShape(BaseModel):
    """A patient."""

    mrn: str
    former_mrns: list[str]
    name: str
    birth_date: date | None
    language: str | None
    phones: list[str]
    deceased: bool


class AttemptShape(BaseModel):
    """One try to reach somebody that did not."""

    at: Instant
    by: str
    name: str
    channel: str
    number: str
    outcome: str
    callback_at: Instant | None


class EvidenceShape(BaseModel):
    """What was said of work that was done."""

    done_at: Instant | None
    channel: str | None
    number: str
    credential: str | None
    mdm: str | None
    elements: list[str]
    other_tcm_claim: bool


class LineShape(BaseModel):
    """A line of a checklist; nobody has ticked it where the rest is null."""

    item: str
    ticked_at: Instant | None
    ticked_by: str | None
    ticked_by_name: str | None


class PlannedTaskShape(BaseModel):
    """A task, as part of its transition."""

    task_id: UUID
    version: int
    code: str
    title: str
    state: str
    role: str
    owner: str | None
    owner_name: str | None
    window_opens_at: Instant | None
    due_at: Instant
    best_before_at: Instant | None
    rule: str
    checklist: list[LineShape]
    started_at: Instant | None
    completed_at: Instant | None
    outcome: str | None
    timing: Timing | None
    """early, in_time or late by the times that hold now; null where no work was done"""
    timing_before: Timing | None
    """what it was by the times it was done under, where a correction made it another"""
    corrected_opens_at: Instant | None
    corrected_due_at: Instant | None
    """the times that hold now, where the work was done under other ones"""
    attempts: list[AttemptShape]
    evidence: EvidenceShape | None
    cancelled_for: str | None
    escalated_at: Instant | None
    """when it was still open and `escalated_to`, a role, was to know; null where that was not so"""
    escalated_to: str | None
    changed_at: Instant


class MeasureShape(BaseModel):
    """A measure, as it stands today at the discharging site."""

    code: str
    standing: Standing
    first_on: date
    last_on: date
    met_on: date | None
    excluded_for: str | None
    missing: list[str]


class TransitionShape(BaseModel):
    """A transition with its clocks and its tasks."""

    transition_id: UUID
    version: int
    site: str
    patient: PatientShape
    visit: str
    kind: str
    state: str
    reason: str | None
    flags: list[str]
    protocol: str
    attribution: Attribution | None
    """primary care provider and care team; null of what was last told of before there was one"""
    discharged_at: Instant
    discharged_on: date
    disposition: str | None
    business_days: list[date]
    tcm: Tcm
    risk: Risk
    clocks: Clocks
    hedis: Hedis
    measures: list[MeasureShape]
    tasks: list[PlannedTaskShape]
    changed_at: Instant


class TransitionOfTaskShape(BaseModel):
    """What a list of tasks says about the transition of each."""

    transition_id: UUID
    visit: str
    kind: str
    state: str
    flags: list[str]
    attribution: Attribution | None
    discharged_at: Instant
    disposition: str | None
    risk: Risk


class TaskShape(PlannedTaskShape):
    """A task, as an item of the worklist."""

    site: str
    transition_id: UUID
    patient: PatientShape
    transition: TransitionOfTaskShape
    due: Due | None
    """overdue, today or upcoming, on the site's calendar; null where it is no longer open"""
    reminded: list[str]
    """which of its clocks have been called out"""


class EncounterShape(BaseModel):
    """An encounter."""

    encounter_id: UUID
    version: int
    site: str
    patient: PatientShape
    visit: str
    status: EncounterStatus
    class_: EncounterClass | None = Field(alias="class")
    admitted_at: Instant | None
    discharged_at: Instant | None
    disposition: str | None
    readmission_of: str | None
    episode_id: UUID
    changed_at: Instant

    model_config = ConfigDict(serialize_by_alias=True)


class NotificationShape(BaseModel):
    """What became of telling one recipient about one event."""

    notification_id: UUID
    version: int
    site: str
    about: str
    recipient_role: str
    recipient_name: str | None
    channel: str
    state: NotificationState
    attempts: int
    last_error: str | None
    changed_at: Instant


class SentenceShape(BaseModel):
    """One fact and what follows from it."""

    about: str
    text: str
    rule: str


class ExplanationShape(BaseModel):
    """Why a transition looks as it does."""

    transition_id: UUID
    version: int
    as_of: Instant
    sentences: list[SentenceShape]


class TransitionPage(BaseModel):
    """A page of transitions."""

    items: list[TransitionShape]
    next: str | None


class TaskPage(BaseModel):
    """A page of tasks."""

    items: list[TaskShape]
    next: str | None


class EncounterPage(BaseModel):
    """A page of encounters."""

    items: list[EncounterShape]
    next: str | None


class NotificationPage(BaseModel):
    """A page of notifications."""

    items: list[NotificationShape]
    next: str | None
