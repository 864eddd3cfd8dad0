"""How the follow-ups of one visit must look now: every outcome with its clocks, risk and steps."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.clocks import (
    CONTACT_BUSINESS_DAYS,
    clocks_of,
    hedis_of,
    tcm_of,
)
from transition_orchestrator.domain.diagnoses import listed
from transition_orchestrator.domain.discharges import Discharge
from transition_orchestrator.domain.history import READMISSION_DAYS, History
from transition_orchestrator.domain.lace import Tier
from transition_orchestrator.domain.merging import NEVER_SAID
from transition_orchestrator.domain.outcomes import Around, Outcome, leading_kind, outcomes_of
from transition_orchestrator.domain.person import Person, practitioner_of
from transition_orchestrator.domain.plan import Case, Step, StepState, steps_of
from transition_orchestrator.domain.protocol import Circumstance, Plan, Protocol
from transition_orchestrator.domain.risk import Index, Risk, RiskRules, risk_of
from transition_orchestrator.domain.stays import Stay
from transition_orchestrator.domain.transitions import Diagnosis, TransitionView


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a discharge is looked at."""

    days: LocalDays
    now: datetime
    risk_rules: RiskRules


@dataclass(frozen=True, slots=True)
class Situation:
    """One discharge of a person, and where and when it is looked at."""

    person: Person
    history: History
    stay: Stay
    discharge: Discharge
    place: Place

    @property
    def days(self) -> LocalDays:
        return self.place.days

    @property
    def now(self) -> datetime:
        return self.place.now


@dataclass(frozen=True, slots=True)
class Desired:
    """A follow-up as it must look; `discharges` ties it to the messages it follows from."""

    discharges: frozenset[str]
    began_at: datetime
    """When the discharge was first recorded."""
    view: TransitionView


def desired_of(situation: Situation, protocol: Protocol) -> list[Desired]:
    """Every follow-up that the discharge ever called for, the superseded ones among them."""
    discharge = situation.discharge
    leading = leading_kind(discharge, _around(situation, situation.now))
    period = protocol.plans[leading].period if leading else None
    closes_at = period.due_at(discharge.discharged_at, situation.days) if period else situation.now
    return [
        Desired(
            discharge.run.event_ids, discharge.run.began_at, _view(situation, outcome, protocol)
        )
        for outcome in outcomes_of(discharge, _around(situation, closes_at))
    ]


def _around(situation: Situation, closes_at: datetime) -> Around:
    """What else is known of the person. A new admission counts for 30 days, or while work lasts."""
    days, stay = situation.days, situation.stay
    discharged_at = situation.discharge.discharged_at
    month = days.end_of(days.date_of(discharged_at) + timedelta(days=READMISSION_DAYS))
    until = min(closes_at, month)
    return Around(
        dead_since=situation.person.known_dead_since,
        readmitted_at=situation.history.admission_after(stay, discharged_at, until),
        came_to_emergency=situation.history.came_to_emergency(stay, discharged_at, until),
        came_home_at=situation.history.came_home_from_facility_at(stay),
        record_deleted=stay.is_purged,
        closes_at=closes_at,
        now=situation.now,
    )


def _view(situation: Situation, outcome: Outcome, protocol: Protocol) -> TransitionView:
    person, encounter = situation.person, situation.stay.encounter
    discharged_at, days = situation.discharge.discharged_at, situation.days
    discharged_on = days.date_of(discharged_at)
    index = Index(situation.stay, situation.history, discharged_at, days)
    plan, risk = protocol.plans[outcome.kind], risk_of(index, situation.place.risk_rules)
    return TransitionView(
        site=encounter.site,
        patient=person.patient,
        visit_key=encounter.visit_key,
        visit=encounter.visit,
        former_visits=situation.stay.former_visits,
        kind=outcome.kind,
        state=outcome.state,
        reason=outcome.reason,
        flags=tuple(sorted(outcome.flags)),
        protocol=protocol.label,
        discharged_at=discharged_at,
        discharged_on=discharged_on,
        disposition=outcome.belief.disposition,
        closes_at=plan.period.due_at(discharged_at, days),
        business_days=days.calendar.business_days_after(discharged_on, CONTACT_BUSINESS_DAYS),
        tcm=tcm_of(outcome.belief.route.tcm, discharged_on),
        risk=risk,
        clocks=clocks_of(outcome.kind, discharged_at, days),
        hedis=hedis_of(discharged_on),
        steps=_steps(situation, outcome, plan, protocol, risk),
        attending=practitioner_of(encounter.facts.get("attending", NEVER_SAID).value),
        primary_care_provider=person.primary_care_provider,
        diagnoses=tuple(
            Diagnosis(**{name: str(one.get(name) or "") for name in _DIAGNOSIS})
            for one in listed(encounter.facts, "diagnoses")
        ),
    )


_DIAGNOSIS = ("code", "system", "text", "kind")


def _steps(
    situation: Situation, outcome: Outcome, plan: Plan, protocol: Protocol, risk: Risk
) -> tuple[Step, ...]:
    """The steps that apply; one that did when the discharge became known is withdrawn."""
    known: set[str] = {*outcome.flags, *(flagged.factor for flagged in risk.boost)}
    if risk.lace and risk.lace.tier is Tier.HIGH:
        known.add(Circumstance.HIGH_RISK)
    once = known | situation.discharge.flags_ever(outcome.kind)
    if situation.person.primary_care_provider is None:
        known.add(Circumstance.NO_PCP)
    if not situation.person.had_provider_at(situation.discharge.run.began_at):
        once.add(Circumstance.NO_PCP)

    def steps(circumstances: set[str]) -> tuple[Step, ...]:
        case = Case(situation.discharge.discharged_at, frozenset(circumstances), situation.days)
        return steps_of(plan, case, protocol.visiting_hours)

    if outcome.state.is_open and once <= known:
        return steps(known)
    asked = {step.code: step for step in steps(known)} if outcome.state.is_open else {}
    return tuple(
        asked.get(step.code) or replace(step, state=StepState.WITHDRAWN)
        for step in steps(once | known)
    )
