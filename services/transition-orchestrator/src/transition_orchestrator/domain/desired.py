"""How the follow-ups of one visit must look now: every outcome with its clocks, risk and steps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from transition_orchestrator.domain.attribution import attribution_of
from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.cases import Cases, Discharged, cases_of, died_at
from transition_orchestrator.domain.clocks import (
    CONTACT_BUSINESS_DAYS,
    Clocks,
    clocks_of,
    hedis_of,
)
from transition_orchestrator.domain.diagnoses import listed
from transition_orchestrator.domain.history import READMISSION_DAYS
from transition_orchestrator.domain.merging import NEVER_SAID
from transition_orchestrator.domain.outcomes import Around, Outcome, leading_kind, outcomes_of
from transition_orchestrator.domain.person import practitioner_of
from transition_orchestrator.domain.plan import Case
from transition_orchestrator.domain.programme import Enrolment, Programme
from transition_orchestrator.domain.protocol import Plan
from transition_orchestrator.domain.risk import Index, risk_of
from transition_orchestrator.domain.routing import TransitionKind
from transition_orchestrator.domain.schedule import Schedule
from transition_orchestrator.domain.situations import Situation, circumstances, once
from transition_orchestrator.domain.tcm import TCM_LAST_DAY
from transition_orchestrator.domain.tcm_terms import Tcm
from transition_orchestrator.domain.transitions import Diagnosis, TransitionView


@dataclass(frozen=True, slots=True)
class Desired:
    """A follow-up as it must look; `discharges` ties it to the messages it follows from."""

    discharges: frozenset[str]
    began_at: datetime
    """When the discharge was first recorded."""
    readmitted_at: datetime | None
    view: TransitionView
    schedule: Schedule
    """Where the steps of `view` come from, to be timed anew as some are completed."""
    cases: Cases | None = None
    """None before a discharge: there is nothing to claim or measure yet."""


def desired_of(situation: Situation, programme: Programme) -> list[Desired]:
    """Every follow-up that the discharge ever called for, the superseded ones among them."""
    situation = _as_followed(situation, programme)
    discharge = situation.discharge
    leading = leading_kind(discharge, _dead_since(situation))
    period = programme.plan_of(leading).period if leading else None
    closes_at = period.due_at(discharge.discharged_at, situation.days) if period else situation.now
    around = _around(situation, closes_at)
    return [
        _one(situation, outcome, programme, around.readmitted_at)
        for outcome in outcomes_of(discharge, around)
    ]


def _as_followed(situation: Situation, programme: Programme) -> Situation:
    """The situation with a maternity pathway only where the site follows one; off by default."""
    pathway = TransitionKind.MATERNITY
    if pathway in programme.plans or pathway not in situation.discharge.by_kind:
        return situation
    return replace(situation, discharge=situation.discharge.without(pathway))


def _one(
    situation: Situation, outcome: Outcome, programme: Programme, readmitted_at: datetime | None
) -> Desired:
    run = situation.discharge.run
    one = Discharged(
        situation.person, situation.history, situation.stay, situation.discharge, situation.days
    )
    cases = cases_of(one, outcome)
    tcm, measures = cases.judged()
    view, schedule = _planned(situation, outcome, programme)
    view = replace(
        view,
        tcm=tcm,
        measures=measures,
        readmitted_at=readmitted_at,
        died_at=died_at(one),
    )
    return Desired(run.event_ids, run.began_at, readmitted_at, view, schedule, cases)


def _around(situation: Situation, closes_at: datetime) -> Around:
    """What else is known of the person."""
    stay, discharged_at = situation.stay, situation.discharge.discharged_at
    until = _new_visits_count_until(situation, closes_at)
    again = situation.history.admission_after(stay, discharged_at, until)
    return Around(
        dead_since=_dead_since(situation),
        readmitted_at=again.at if again else None,
        came_to_emergency=situation.history.came_to_emergency(stay, discharged_at, until),
        came_home_at=situation.history.came_home_from_facility_at(stay),
        record_deleted=stay.is_purged,
        closes_at=closes_at,
        now=situation.now,
    )


def _dead_since(situation: Situation) -> datetime | None:
    """PID-30 tells of a death, and so does the disposition of any later visit."""
    said = situation.person.known_dead_since
    died_at = situation.history.died_at(situation.discharge.discharged_at)
    known = [one for one in (said and said.recorded_at, died_at) if one]
    return min(known, default=None)


def _new_visits_count_until(situation: Situation, closes_at: datetime) -> datetime:
    """The end of the 30th day, one after the last of the TCM period; less where work is shorter.

    A readmission is one up to that day (rulebook section 2, PCR), and is what ended the follow-up
    even though its period was over the night before.
    """
    days = situation.days
    discharged_on = days.date_of(situation.discharge.discharged_at)
    last_of_period = days.end_of(discharged_on + timedelta(days=TCM_LAST_DAY))
    month = days.end_of(discharged_on + timedelta(days=READMISSION_DAYS))
    return month if closes_at >= last_of_period else closes_at


def _planned(
    situation: Situation, outcome: Outcome, programme: Programme
) -> tuple[TransitionView, Schedule]:
    """What is to be told, before any work, and what its steps follow from."""
    person, encounter = situation.person, situation.stay.encounter
    discharged_at, days = situation.discharge.discharged_at, situation.days
    discharged_on = days.date_of(discharged_at)
    business_days = days.calendar.business_days_after(discharged_on, CONTACT_BUSINESS_DAYS)
    index = Index(situation.stay, situation.history, discharged_at, days)
    plan, risk = programme.plan_of(outcome.kind), risk_of(index, situation.place.risk_rules)
    known = circumstances(situation, outcome, risk)
    enrolments = programme.enrolments(outcome.kind, known)
    schedule = _schedule(situation, outcome, plan, known, enrolments)
    view = TransitionView(
        site=encounter.site,
        patient=person.patient,
        visit_key=encounter.visit_key,
        visit=encounter.visit,
        former_visits=situation.stay.former_visits,
        kind=outcome.kind,
        state=outcome.state,
        reason=outcome.reason,
        flags=tuple(sorted(outcome.flags)),
        protocol=programme.label,
        programme=programme.followed,
        enrolments=enrolments,
        discharged_at=discharged_at,
        discharged_on=discharged_on,
        disposition=outcome.belief.disposition,
        closes_at=plan.period.due_at(discharged_at, days),
        business_days=business_days,
        days_off=days.calendar.days_off_between(discharged_on, business_days[-1]),
        encounter_class=outcome.belief.encounter_class,
        tcm=Tcm(outcome.belief.route.tcm),
        risk=risk,
        clocks=_clocks(outcome.kind, discharged_at, days, enrolments),
        hedis=hedis_of(discharged_on),
        steps=schedule.steps(),
        attending=practitioner_of(encounter.facts.get("attending", NEVER_SAID).value),
        primary_care_provider=person.primary_care_provider,
        attribution=attribution_of(
            person,
            encounter.facts,
            outcome.kind,
            outcome.belief.disposition,
            situation.place.attribution,
        ),
        diagnoses=tuple(
            Diagnosis(**{name: str(one.get(name) or "") for name in _DIAGNOSIS})
            for one in listed(encounter.facts, "diagnoses")
        ),
    )
    return view, schedule


_DIAGNOSIS = ("code", "system", "text", "kind")


def _clocks(
    kind: TransitionKind, discharged_at: datetime, days: LocalDays, enrolments: Sequence[Enrolment]
) -> Clocks:
    """The clocks; none of a visit that the site keeps for other tiers."""
    clocks = clocks_of(kind, discharged_at, days)
    if all(one.visits for one in enrolments):
        return clocks
    return replace(clocks, home_visit_opens_at=None, home_visit_due_at=None)


def _schedule(
    situation: Situation,
    outcome: Outcome,
    plan: Plan,
    known: frozenset[str],
    enrolments: Sequence[Enrolment],
) -> Schedule:
    case = Case(
        situation.discharge.discharged_at,
        known,
        situation.days,
        admitted_at=situation.stay.admitted_at,
        not_enrolled={one.protocol: one.because for one in enrolments if not one.enrolled},
    )
    return Schedule(plan, case, known | once(situation, outcome), outcome.state.is_open)
