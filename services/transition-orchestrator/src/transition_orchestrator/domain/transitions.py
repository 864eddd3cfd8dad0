"""A transition: the follow-up that one discharge opens, as stored and as told outside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import count
from uuid import UUID, uuid5

from transition_orchestrator.domain.attribution import Attribution
from transition_orchestrator.domain.calendar import DayOff
from transition_orchestrator.domain.clocks import Clocks, Hedis
from transition_orchestrator.domain.course import EncounterStatus
from transition_orchestrator.domain.encounter import EncounterClass
from transition_orchestrator.domain.measures import Measure
from transition_orchestrator.domain.messages import VisitKey, VisitNumber
from transition_orchestrator.domain.person import Patient, Practitioner
from transition_orchestrator.domain.plan import Step, StepState
from transition_orchestrator.domain.programme import Enrolment, Followed
from transition_orchestrator.domain.risk import Risk
from transition_orchestrator.domain.routing import Flag, TransitionKind
from transition_orchestrator.domain.tcm_terms import Tcm
from transition_orchestrator.domain.work import Work

_NAMES = UUID("6f0d5f5e-5d0b-4e0f-9a52-0c8d1c6f3b7a")


class TransitionState(StrEnum):
    """How the transition stands."""

    ACTIVE = "active"
    PROVISIONAL = "provisional"
    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    SUPERSEDED = "superseded"
    VOIDED = "voided"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        return self in (TransitionState.ACTIVE, TransitionState.PROVISIONAL)


class Reason(StrEnum):
    """Why the transition is not open."""

    DISCHARGE_CANCELLED = "discharge_cancelled"
    ADMISSION_CANCELLED = "admission_cancelled"
    READMITTED = "readmitted"
    TRANSFERRED = "transferred"
    MERGED = "merged"
    """The visit or its account was merged into another, whose follow-up goes on."""
    DECEASED = "deceased"
    DISPOSITION_CORRECTED = "disposition_corrected"
    PERIOD_OVER = "period_over"
    DISCHARGED = "discharged"
    """The discharge that was planned has come."""
    DISCHARGE_PLAN_CANCELLED = "discharge_plan_cancelled"
    NOT_CALLED_FOR = "not_called_for"
    """It was opened on what was known then; a late message showed that it should not have been."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One DG1."""

    code: str
    system: str = ""
    text: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionView:
    """Everything that is told of a transition."""

    site: str
    patient: Patient
    visit_key: VisitKey
    visit: str
    kind: TransitionKind
    state: TransitionState
    reason: Reason | None
    flags: tuple[Flag, ...]
    protocol: str
    discharged_at: datetime
    discharged_on: date
    disposition: str | None
    closes_at: datetime
    """The end of the period, after which nothing more is asked for."""
    business_days: tuple[date, ...]
    tcm: Tcm
    clocks: Clocks
    hedis: Hedis
    steps: tuple[Step, ...]
    attending: Practitioner | None
    primary_care_provider: Practitioner | None
    diagnoses: tuple[Diagnosis, ...]
    risk: Risk = field(default_factory=Risk)
    measures: tuple[Measure, ...] = ()
    encounter_class: EncounterClass | None = None
    """What the stay was when it ended"""
    days_off: tuple[DayOff, ...] = ()
    """The weekdays that the business days leave out"""
    former_visits: tuple[str, ...] = ()
    """Numbers under which the visit was spoken of before."""
    programme: tuple[Followed, ...] = ()
    """What `protocol` names, with all that the site had otherwise when it was opened."""
    enrolments: tuple[Enrolment, ...] = ()
    """Which of them follow this discharge, and why."""
    attribution: Attribution = field(default_factory=Attribution)
    readmitted_at: datetime | None = None
    died_at: datetime | None = None
    """Whatever state that led to: what is measured leaves out who was not at home any more."""

    def ended(self, state: TransitionState, reason: Reason) -> "TransitionView":
        """The same, asking for nothing more."""
        steps = tuple(replace(one, state=StepState.WITHDRAWN) for one in self.steps)
        return replace(self, state=state, reason=reason, steps=steps)


@dataclass(frozen=True, slots=True)
class Transition:
    """A stored transition."""

    transition_id: UUID
    version: int
    opened_from: frozenset[str]
    """The discharge messages that were known when it was opened: what ties it to its discharge."""
    done: frozenset[str]
    """The codes of the steps that people have completed; no replan undoes them."""
    view: TransitionView
    work: Mapping[str, Work] = field(default_factory=dict[str, Work])
    """What people did about each step, as far as they told."""

    @property
    def is_retracted(self) -> bool:
        """Whether nobody needs to see it: messages in another order had never opened it.

        What people worked on is not retracted.
        """
        return self.view.reason is Reason.NOT_CALLED_FOR and not (self.done or self.work)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterView:
    """Everything that is told of an encounter."""

    site: str
    patient: Patient
    visit: str
    visit_key: VisitKey
    status: EncounterStatus
    encounter_class: EncounterClass | None
    admitted_at: datetime | None
    discharged_at: datetime | None
    disposition: str | None
    readmission_of: str | None
    episode_id: UUID
    former_visits: tuple[str, ...] = ()
    continues_as: str | None = None
    """The number under which the visit goes on, where this one is of the past."""
    expected_discharge_at: datetime | None = None
    encounter_id: UUID | None = None
    """None where it was told of before visits of one number were told apart by the person."""


@lru_cache(maxsize=8192)
def encounter_id_of(number: VisitNumber) -> UUID:
    return uuid5(_NAMES, f"encounter:{number.visit_key}:{number.patient_key}")


@lru_cache(maxsize=8192)
def former_encounter_id_of(visit_key: VisitKey) -> UUID:
    """The id under which a visit was told of when its number alone named it."""
    return uuid5(_NAMES, f"encounter:{visit_key}")


@lru_cache(maxsize=8192)
def episode_id_of(first_leg: VisitNumber) -> UUID:
    return uuid5(_NAMES, f"episode:{first_leg.visit_key}:{first_leg.patient_key}")


def transition_ids_of(kind: TransitionKind, discharges: frozenset[str]) -> Iterator[UUID]:
    """Ids for a follow-up of one discharge, which messages tell; the first that is free is taken.

    They are made of the message and not of the visit, because a visit may come to have another
    number or owner.
    """
    for ordinal in count():
        yield uuid5(_NAMES, f"transition:{kind}:{min(discharges)}:{ordinal}")


def task_id_of(transition_id: UUID, code: str) -> UUID:
    """The task that a step becomes; every service derives it so."""
    return uuid5(transition_id, code)
