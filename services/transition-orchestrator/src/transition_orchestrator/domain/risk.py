"""The risk scores of one stay together: from its facts and the person's history here."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from transition_orchestrator.domain.boost import Flagged, boost_of
from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.comorbidity import Comorbidity, comorbidity_of, has_cancer
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
    LosMethod,
    Tier,
    days_of_stay,
    lace_of,
)
from transition_orchestrator.domain.merging import NEVER_SAID, text_of
from transition_orchestrator.domain.scoring import Prediction, Scorer, StayFacts
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
    scorer: Scorer | None = None
    """A model that predicts, beside the scores; by default there is none."""
    prediction_sets_tier: bool = False
    """The plan goes by the tier of the prediction, where it has one, and not by that of LACE."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What is known of the risk after one discharge; nothing where the stay's begin is not."""

    lace: Lace | None = None
    hospital: Hospital | None = None
    boost: tuple[Flagged, ...] = ()
    prediction: Prediction | None = None
    prediction_sets_tier: bool = False
    """Whether the plan goes by it: the site wants that, and it has a tier."""

    @property
    def tier(self) -> Tier | None:
        """What the plan goes by."""
        if self.prediction and self.prediction_sets_tier:
            return self.prediction.tier
        return self.lace.tier if self.lace else None


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
    risk = Risk(
        lace=lace_of(inputs, rules.lace),
        hospital=hospital_of(_hospital_inputs(index, inputs, rules, admitted_at), rules.hospital),
        boost=boost_of(inputs.diagnoses, _unplanned_admissions(index, admitted_at)),
    )
    return _predicted(risk, inputs, rules)


def _predicted(risk: Risk, inputs: LaceInputs, rules: RiskRules) -> Risk:
    """With what the site's model says, if it has one."""
    if rules.scorer is None or risk.hospital is None:
        return risk
    prediction = rules.scorer.predict(_stay_facts(inputs, risk.hospital))
    decides = rules.prediction_sets_tier and prediction.tier is not None
    return replace(risk, prediction=prediction, prediction_sets_tier=decides)


def _stay_facts(inputs: LaceInputs, hospital: Hospital) -> StayFacts:
    known = hospital.inputs
    return StayFacts(
        days=days_of_stay(inputs.admitted_on, inputs.discharged_on, LosMethod.MIDNIGHTS),
        acute=known.is_urgent,
        comorbidity=comorbidity_of(inputs.diagnoses, Comorbidity.TOOL),
        ed_visits=inputs.ed_visits,
        admissions=known.admissions,
        low_hemoglobin=_scored(hospital.parts.hemoglobin),
        low_sodium=_scored(hospital.parts.sodium),
        from_oncology=known.from_oncology,
        has_cancer=known.has_cancer,
        had_procedure=known.had_procedure,
    )


def _scored(points: int | None) -> bool | None:
    """Whether an item of HOSPITAL applies; every form asks for it."""
    return None if points is None else points > 0


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
