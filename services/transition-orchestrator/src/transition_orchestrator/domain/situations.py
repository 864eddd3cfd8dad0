"""One discharge of a person, where it is looked at, and the circumstances its plan depends on."""

from dataclasses import dataclass, field
from datetime import datetime

from transition_orchestrator.domain.attribution import AttributionRules
from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.diagnoses import coded, listed
from transition_orchestrator.domain.discharges import Discharge
from transition_orchestrator.domain.history import History
from transition_orchestrator.domain.maternity import circumstances_of
from transition_orchestrator.domain.merging import text_of
from transition_orchestrator.domain.outcomes import Outcome
from transition_orchestrator.domain.person import Person
from transition_orchestrator.domain.protocol import Circumstance
from transition_orchestrator.domain.risk import Risk, RiskRules
from transition_orchestrator.domain.routing import TransitionKind
from transition_orchestrator.domain.stays import Stay


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a discharge is looked at."""

    days: LocalDays
    now: datetime
    risk_rules: RiskRules
    attribution: AttributionRules = field(default_factory=AttributionRules)


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


def circumstances(situation: Situation, outcome: Outcome, risk: Risk) -> frozenset[str]:
    """What the steps and the enrolment depend on."""
    known: set[str] = {*outcome.flags, *(flagged.factor for flagged in risk.boost)}
    if risk.tier:
        known.add(f"{risk.tier}_risk")
    if outcome.belief.encounter_class:
        known.add(outcome.belief.encounter_class)
    if situation.person.primary_care_provider is None:
        known.add(Circumstance.NO_PCP)
    if outcome.kind is TransitionKind.MATERNITY:
        known |= _of_maternity(situation)
    return frozenset(known)


def _of_maternity(situation: Situation) -> frozenset[str]:
    facts = situation.stay.encounter.facts
    return circumstances_of(
        coded(listed(facts, "diagnoses")),
        text_of(facts, "admission_type"),
        situation.person.patient.birth_date,
        situation.days.date_of(situation.discharge.discharged_at),
    )


def once(situation: Situation, outcome: Outcome) -> frozenset[str]:
    """What was so when the discharge became known, as far as steps may be withdrawn for it."""
    was: set[str] = set(situation.discharge.flags_ever(outcome.kind))
    if not situation.person.had_provider_at(situation.discharge.run.began_at):
        was.add(Circumstance.NO_PCP)
    return frozenset(was)
