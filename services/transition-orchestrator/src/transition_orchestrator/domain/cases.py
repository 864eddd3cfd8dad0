"""What bills and measures need to know of one discharge, beside the work that people did."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.clocks import CONTACT_BUSINESS_DAYS
from transition_orchestrator.domain.diagnoses import coded, listed
from transition_orchestrator.domain.discharges import Discharge
from transition_orchestrator.domain.encounter import EncounterClass
from transition_orchestrator.domain.history import READMISSION_DAYS, Arrival, History
from transition_orchestrator.domain.measures import (
    Measure,
    MeasureCase,
    conditions_of_fmc,
    measures_of,
)
from transition_orchestrator.domain.merging import instant_of, value_of
from transition_orchestrator.domain.outcomes import Outcome
from transition_orchestrator.domain.person import Person
from transition_orchestrator.domain.planned import is_planned
from transition_orchestrator.domain.routing import Flag, TransitionKind
from transition_orchestrator.domain.stays import Stay
from transition_orchestrator.domain.tcm import TCM_LAST_DAY, can_be_claimed, tcm_of
from transition_orchestrator.domain.tcm_terms import Tcm, TcmCase
from transition_orchestrator.domain.transitions import TransitionState, TransitionView
from transition_orchestrator.domain.work import NOTHING_DONE, Done

_VOID = frozenset({TransitionState.VOIDED, TransitionState.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class Discharged:
    """One discharge of a person, with all that is known of the person here."""

    person: Person
    history: History
    stay: Stay
    discharge: Discharge
    days: LocalDays


@dataclass(frozen=True, slots=True)
class Cases:
    """One discharge as the claim and the measures see it."""

    tcm: TcmCase
    measures: MeasureCase

    def judged(self, done: Done = NOTHING_DONE) -> tuple[Tcm, tuple[Measure, ...]]:
        """Where the claim and the measures stand after what was done."""
        return tcm_of(self.tcm, done), measures_of(self.measures, done)

    def on(self, view: TransitionView, done: Done, claimed_before: date | None) -> TransitionView:
        """The view with that; itself where it has it already."""
        if done == NOTHING_DONE and claimed_before is None:
            return view
        case = replace(self, tcm=replace(self.tcm, claimed_before=claimed_before))
        tcm, measures = case.judged(done)
        return replace(view, tcm=tcm, measures=measures)

    def is_covered_by(self, claimed: date) -> bool:
        """Whether the discharge falls in the period of an earlier one that can be claimed.

        Its first date is one of the period: two discharges of one day have one claim.
        """
        later = (self.tcm.discharged_on - claimed).days
        return 0 <= later <= TCM_LAST_DAY

    def claims(self, done: Done, claimed_before: date | None) -> bool:
        """Whether it can be claimed itself."""
        return can_be_claimed(replace(self.tcm, claimed_before=claimed_before), done)


def cases_of(one: Discharged, outcome: Outcome) -> Cases:
    """The claim and the measures of one follow-up of a discharge."""
    discharged_at, days = one.discharge.discharged_at, one.days
    calendar = days.calendar
    contact = calendar.business_days_after(days.date_of(discharged_at), CONTACT_BUSINESS_DAYS)
    died = died_at(one)
    tcm = TcmCase(
        eligible=outcome.belief.route.tcm,
        discharged_at=discharged_at,
        contact_due_at=days.end_of(contact[-1]),
        days=days,
        died_on=days.date_of(died) if died else None,
        is_void=outcome.state in _VOID,
    )
    return Cases(tcm, _measure_case(one, outcome, tcm))


def died_at(one: Discharged) -> datetime | None:
    """PID-29, else when a visit ended in death, else when the person was first called dead."""
    called = one.person.known_dead_since
    said = instant_of(value_of(one.person.facts, "died_at")) if called else None
    ended = one.history.died_at(one.discharge.discharged_at)
    return said or ended or (called and called.recorded_at)


def _measure_case(one: Discharged, outcome: Outcome, tcm: TcmCase) -> MeasureCase:
    stay, days, on = one.stay, one.days, tcm.discharged_on
    again = _readmitted(one, on)
    planned = again is not None and is_planned(*_coded(again.stay))
    diagnoses, procedures = _coded(stay)
    is_emergency = outcome.belief.encounter_class is EncounterClass.EMERGENCY
    return MeasureCase(
        discharged_on=on,
        days=days,
        admitted_on=_began_on(stay, days),
        joined_to_stay_of=_began_on(one.history.joined_to(stay, days), days),
        birth_date=one.person.patient.birth_date,
        is_emergency=is_emergency,
        is_hospice=outcome.kind is TransitionKind.HOSPICE,
        is_void=tcm.is_void,
        died_on=tcm.died_on,
        died_in_hospital=one.discharge.final.route.has_died,
        readmitted_on=days.date_of(again.at) if again else None,
        readmission_planned=planned or Flag.PLANNED_READMISSION in outcome.flags,
        diagnoses=diagnoses,
        procedures=procedures,
        conditions=_conditions(one) if is_emergency else frozenset(),
    )


def _readmitted(one: Discharged, discharged_on: date) -> Arrival | None:
    discharged_at, days = one.discharge.discharged_at, one.days
    until = days.end_of(discharged_on + timedelta(days=READMISSION_DAYS))
    return one.history.admission_after(one.stay, discharged_at, until)


def _began_on(stay: Stay | None, days: LocalDays) -> date | None:
    return days.date_of(stay.admitted_at) if stay and stay.admitted_at else None


def _coded(stay: Stay) -> tuple[Sequence[str], Sequence[str]]:
    """The codes of a stay: diagnoses, principal first, and procedures."""
    procedures = listed(stay.encounter.facts, "procedures")
    return (
        coded(listed(stay.encounter.facts, "diagnoses")),
        [str(one.get("code") or "") for one in procedures],
    )


def _conditions(one: Discharged) -> frozenset[str]:
    """From all visits that this network knows."""
    codes = [
        code
        for stay in one.history.stays
        for code in coded(listed(stay.encounter.facts, "diagnoses"))
    ]
    return conditions_of_fmc(codes)
