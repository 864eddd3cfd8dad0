"""The LACE index from what ADT gives, with its parts and its inputs (rulebook section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from transition_orchestrator.domain.comorbidity import Comorbidity, Conditions, conditions_of

HIGH_FROM = 10
MODERATE_FROM = 5
_URGENT = frozenset({"E", "U", "A", "1", "2", "5"})
"""D-09: PV1-4, or UB-04 FL14."""
_MOST_ED_VISITS = 4
_CHARLSON_CAP, _CHARLSON_CAPPED = 4, 5
_STAYS = ((14, 7), (7, 5), (4, 4), (3, 3), (2, 2), (1, 1))
_MOST_FOR_STAY_IN_BMJ_OPEN = 6


class Tier(StrEnum):
    """What the score says."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class LosMethod(StrEnum):
    """How the days of a stay are counted."""

    MIDNIGHTS = "midnights"
    """Local midnights spent in hospital (D-08)."""
    INCLUSIVE = "inclusive"
    """The day of admission and that of discharge count both."""


@dataclass(frozen=True, slots=True)
class LaceRules:
    """Which form of the index a site uses."""

    variant: Comorbidity = Comorbidity.TOOL
    los_method: LosMethod = LosMethod.MIDNIGHTS
    icd10cm_cancers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LaceInputs:
    """What the index is computed from, as this network knows it."""

    admitted_on: date
    discharged_on: date
    """Local dates."""
    admission_type: str
    came_by_emergency: bool
    """By way of an emergency department, in the same episode."""
    diagnoses: Sequence[str]
    ed_visits: int
    """In the six months before, elsewhere unknown: visits to other networks are not seen."""


@dataclass(frozen=True, slots=True)
class LaceEvidence:
    """What a score was computed from, kept beside it."""

    days: int
    los_method: str
    admission_type: str
    came_by_emergency: bool
    charlson: int
    conditions: tuple[str, ...]
    icd10cm_cancers: bool
    ed_visits: int


@dataclass(frozen=True, slots=True)
class Lace:
    """The score with its parts, the variant of the form and what it was computed from."""

    score: int
    tier: Tier
    length_of_stay: int
    acuity: int
    comorbidity: int
    ed_visits: int
    variant: str
    inputs: LaceEvidence | None = None


def lace_of(inputs: LaceInputs, rules: LaceRules | None = None) -> Lace:
    """The index. Acuity, comorbidity and visits are the points, not the counts."""
    rules = rules or LaceRules()
    days = days_of_stay(inputs.admitted_on, inputs.discharged_on, rules.los_method)
    found = conditions_of(inputs.diagnoses, rules.variant, icd10cm_cancers=rules.icd10cm_cancers)
    urgent = is_urgent(inputs.admission_type, came_by_emergency=inputs.came_by_emergency)
    parts = (
        points_for_stay(days, rules.variant),
        3 if urgent else 0,
        _points_for_comorbidity(found.points),
        min(inputs.ed_visits, _MOST_ED_VISITS),
    )
    score = sum(parts)
    evidence = _evidence(inputs, rules, days, found)
    return Lace(score, tier_of(score), *parts, rules.variant.value, evidence)


def _evidence(inputs: LaceInputs, rules: LaceRules, days: int, found: Conditions) -> LaceEvidence:
    return LaceEvidence(
        days=days,
        los_method=rules.los_method.value,
        admission_type=inputs.admission_type,
        came_by_emergency=inputs.came_by_emergency,
        charlson=found.points,
        conditions=found.names,
        icd10cm_cancers=rules.icd10cm_cancers,
        ed_visits=inputs.ed_visits,
    )


def days_of_stay(admitted_on: date, discharged_on: date, method: LosMethod) -> int:
    """Midnights between two local dates (D-08), or the dates themselves."""
    midnights = (discharged_on - admitted_on).days
    return midnights + 1 if method is LosMethod.INCLUSIVE else midnights


def points_for_stay(days: int, variant: Comorbidity = Comorbidity.TOOL) -> int:
    points = next((points for least, points in _STAYS if days >= least), 0)
    capped = variant is Comorbidity.BMJ_OPEN
    return min(points, _MOST_FOR_STAY_IN_BMJ_OPEN) if capped else points


def tier_of(score: int) -> Tier:
    if score >= HIGH_FROM:
        return Tier.HIGH
    return Tier.MODERATE if score >= MODERATE_FROM else Tier.LOW


def is_urgent(admission_type: str, *, came_by_emergency: bool) -> bool:
    """Whether an admission was acute: by its type, else by the way the patient came (D-09)."""
    return admission_type.strip().upper() in _URGENT or came_by_emergency


def _points_for_comorbidity(charlson: int) -> int:
    return charlson if charlson < _CHARLSON_CAP else _CHARLSON_CAPPED
