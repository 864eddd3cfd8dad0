"""The risk scores of one stay together: from its facts and the person's history here."""

from dataclasses import dataclass, field
from datetime import datetime

from transition_orchestrator.domain.boost import Flagged, boost_of
from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.comorbidity import has_cancer
from transition_orchestrator.domain.diagnoses import coded, listed
from transition_orchestrator.domain.history import History
from transition_orchestrator.domain.hospital_score import (
    Hospital,
    HospitalInputs,
    HospitalVariant,
    hospital_of,
)
from transition_orchestrator.domain.labs import HEMOGLOBIN, SODIUM, last_reading
from transition_orchestrator.domain.lace import (
    Lace,
    LaceInputs,
    LaceRules,
    days_of_stay,
    lace_of,
)
from transition_orchestrator.domain.merging import NEVER_SAID, text_of
from transition_orchestrator.domain.stays import Stay

_HALF_A_YEAR, _A_YEAR = 6, 12


@dataclass(frozen=True, slots=True)
class RiskRules:
    """Which forms of the scores a site uses, and what its codes mean."""

    lace: LaceRules = field(default_factory=LaceRules)
    hospital: HospitalVariant = HospitalVariant.FORM_2016
    oncology_services: frozenset[str] = frozenset({"ONC"})
    """PV1-10, in capitals."""
    sends_procedures: bool = False
    """Whether a stay without PR1 is one without a procedure; else that is not known."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What is known of the risk after one discharge; nothing where the stay's begin is not."""

    lace: Lace | None = None
    hospital: Hospital | None = None
    boost: tuple[Flagged, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """The stay to be scored: where it stands in the person's history."""

    stay: Stay
    history: History
    discharged_at: datetime
    days: LocalDays


def risk_of(index: Index, rules: RiskRules) -> Risk:
    """All scores of a stay."""
    admitted_at = index.stay.admitted_at
    if admitted_at is None or not index.stay.is_admission:
        return Risk()
    inputs = _lace_inputs(index, admitted_at)
    return Risk(
        lace=lace_of(inputs, rules.lace),
        hospital=hospital_of(_hospital_inputs(index, inputs, rules, admitted_at), rules.hospital),
        boost=boost_of(inputs.diagnoses, _unplanned_admissions(index, admitted_at)),
    )


def _lace_inputs(index: Index, admitted_at: datetime) -> LaceInputs:
    encounter, days = index.stay.encounter, index.days
    since = days.months_before(admitted_at, _HALF_A_YEAR)
    return LaceInputs(
        admitted_on=days.date_of(admitted_at),
        discharged_on=days.date_of(index.discharged_at),
        admission_type=text_of(encounter.facts, "admission_type"),
        came_by_emergency=index.history.came_by_emergency(index.stay),
        diagnoses=coded(listed(encounter.facts, "diagnoses")),
        ed_visits=index.history.emergency_visits_before(index.stay, since, admitted_at),
    )


def _unplanned_admissions(index: Index, admitted_at: datetime) -> int:
    since = index.days.months_before(admitted_at, _HALF_A_YEAR)
    return sum(
        map(index.history.was_urgent, index.history.admissions(index.stay, since, admitted_at))
    )


def _hospital_inputs(
    index: Index, inputs: LaceInputs, rules: RiskRules, admitted_at: datetime
) -> HospitalInputs:
    facts, until = index.stay.encounter.facts, index.discharged_at
    since = index.days.months_before(admitted_at, _A_YEAR)
    return HospitalInputs(
        hemoglobin=last_reading(facts, HEMOGLOBIN, until),
        sodium=last_reading(facts, SODIUM, until),
        from_oncology=_from_oncology(index.stay, rules),
        has_cancer=has_cancer(inputs.diagnoses),
        had_procedure=_had_procedure(index.stay, sends=rules.sends_procedures),
        is_urgent=index.history.was_urgent(index.stay),
        admissions=len(index.history.admissions(index.stay, since, admitted_at)),
        days=days_of_stay(inputs.admitted_on, inputs.discharged_on, rules.lace.los_method),
    )


def _from_oncology(stay: Stay, rules: RiskRules) -> bool | None:
    service = text_of(stay.encounter.facts, "hospital_service").strip().upper()
    return service in rules.oncology_services if service else None


def _had_procedure(stay: Stay, *, sends: bool) -> bool | None:
    """Whether one was coded; None where the hospital never speaks of any."""
    said = stay.encounter.facts.get("procedures", NEVER_SAID).newest
    if said is None:
        return False if sends else None
    return bool(listed(stay.encounter.facts, "procedures"))
