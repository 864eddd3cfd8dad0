"""The LACE index from what ADT gives, with its parts (rulebook section 5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from transition_orchestrator.domain.comorbidity import Comorbidity, comorbidity_of

HIGH_FROM = 10
MODERATE_FROM = 5
_URGENT = frozenset({"E", "U", "A", "1", "2", "5"})
"""D-09: PV1-4, or UB-04 FL14."""
_MOST_ED_VISITS = 4
_CHARLSON_CAP, _CHARLSON_CAPPED = 4, 5
_STAYS = ((14, 7), (7, 5), (4, 4), (3, 3), (2, 2), (1, 1))


class Tier(StrEnum):
    """What the score says."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Lace:
    """The score with its parts and the variant of the comorbidity table."""

    score: int
    tier: Tier
    length_of_stay: int
    acuity: int
    comorbidity: int
    ed_visits: int
    variant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaceInputs:
    """What the index is computed from."""

    admitted_on: date
    discharged_on: date
    """Local dates: a night counts when its midnight was spent in hospital (D-08)."""
    admission_type: str
    came_by_emergency: bool
    """Used where the admission type says nothing."""
    diagnoses: Sequence[str]
    ed_visits: int


def lace_of(inputs: LaceInputs, variant: Comorbidity = Comorbidity.TOOL) -> Lace:
    """The index. Acuity, comorbidity and visits are the points, not the counts."""
    parts = (
        points_for_stay((inputs.discharged_on - inputs.admitted_on).days),
        _acuity(inputs),
        _points_for_comorbidity(comorbidity_of(inputs.diagnoses, variant)),
        min(inputs.ed_visits, _MOST_ED_VISITS),
    )
    score = sum(parts)
    return Lace(score, tier_of(score), *parts, variant.value)


def points_for_stay(nights: int) -> int:
    return next((points for least, points in _STAYS if nights >= least), 0)


def tier_of(score: int) -> Tier:
    if score >= HIGH_FROM:
        return Tier.HIGH
    return Tier.MODERATE if score >= MODERATE_FROM else Tier.LOW


def _acuity(inputs: LaceInputs) -> int:
    said = inputs.admission_type.strip().upper()
    urgent = said in _URGENT if said else inputs.came_by_emergency
    return 3 if urgent else 0


def _points_for_comorbidity(charlson: int) -> int:
    return charlson if charlson < _CHARLSON_CAP else _CHARLSON_CAPPED


def coded(diagnoses: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """The codes to count: the final diagnoses, else the working ones, else the admitting ones."""
    by_kind: dict[str, list[str]] = {}
    for diagnosis in diagnoses:
        kind = str(diagnosis.get("kind") or "").upper()
        by_kind.setdefault(kind, []).append(str(diagnosis.get("code") or ""))
    chosen = next((by_kind[kind] for kind in ("F", "W", "A", "") if kind in by_kind), list[str]())
    return tuple(code for code in chosen if code)
