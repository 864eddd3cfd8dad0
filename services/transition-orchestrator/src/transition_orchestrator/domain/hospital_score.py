"""The HOSPITAL score in its three forms; what is not known is said, never counted as 0.

Rulebook section 5. Seven items, of which laboratory values, procedures and the service may be
missing from what a hospital sends: such a score is incomplete, with the points that are known and
the most that it can come to.
"""

from dataclasses import dataclass, fields
from enum import StrEnum

from transition_orchestrator.domain.labs import Reading

_LOW_HEMOGLOBIN = 12.0
"""g/dL"""
_LOW_SODIUM = 135.0
"""mmol/L"""
_LONG_STAY_DAYS = 5
_MANY_ADMISSIONS = 5
_INTERMEDIATE_FROM, _HIGH_FROM = 5, 7


class HospitalVariant(StrEnum):
    """Which form of the score."""

    FORM_2016 = "2016"
    FORM_2013 = "2013"
    """Counts any earlier admission."""
    SIMPLIFIED = "simplified"
    """Without procedures, and with a cancer diagnosis for the oncology service."""


class Band(StrEnum):
    """What the score says: about 6, 12 and 23 % were readmitted."""

    LOW = "low"
    INTERMEDIATE = "intermediate"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalInputs:
    """What the score is computed from; None is not known."""

    hemoglobin: Reading | None
    sodium: Reading | None
    from_oncology: bool | None
    has_cancer: bool
    had_procedure: bool | None
    is_urgent: bool
    admissions: int
    """In the twelve months before, in this network."""
    days: int


@dataclass(frozen=True, slots=True)
class HospitalParts:
    """The points of every item; None where it is not known or not in the form."""

    hemoglobin: int | None
    oncology: int | None
    sodium: int | None
    procedure: int | None
    index_type: int | None
    admissions: int | None
    length_of_stay: int | None


@dataclass(frozen=True, slots=True)
class HospitalEvidence:
    """What a score was computed from, kept beside it."""

    hemoglobin: float | None
    """g/dL"""
    sodium: float | None
    """mmol/L"""
    from_oncology: bool | None
    has_cancer: bool
    had_procedure: bool | None
    is_urgent: bool
    admissions: int
    days: int


@dataclass(frozen=True, slots=True)
class Hospital:
    """The score: complete, or what is known of it and the most it can be."""

    score: int | None
    """None while it is incomplete."""
    tier: Band | None
    """None while what is missing could change it."""
    incomplete: bool
    known_points: int
    maximum_points: int
    missing: tuple[str, ...]
    """Names of parts."""
    variant: str
    parts: HospitalParts
    inputs: HospitalEvidence


_MOST = HospitalParts(1, 2, 1, 1, 1, 5, 2)


def hospital_of(
    inputs: HospitalInputs, variant: HospitalVariant = HospitalVariant.FORM_2016
) -> Hospital:
    """The score of one stay."""
    parts = _parts(inputs, variant)
    asked = {one.name: getattr(parts, one.name) for one in fields(HospitalParts)}
    if variant is HospitalVariant.SIMPLIFIED:
        del asked["procedure"]
    missing = tuple(name for name, points in asked.items() if points is None)
    known = sum(points or 0 for points in asked.values())
    most = known + sum(getattr(_MOST, name) for name in missing)
    score, bands = (None if missing else known), (band_of(known), band_of(most))
    tier = bands[0] if bands[0] is bands[1] else None
    said = (variant.value, parts, _evidence(inputs))
    return Hospital(score, tier, bool(missing), known, most, missing, *said)


def band_of(points: int) -> Band:
    """0-4 low, 5-6 intermediate, from 7 high."""
    if points >= _HIGH_FROM:
        return Band.HIGH
    return Band.INTERMEDIATE if points >= _INTERMEDIATE_FROM else Band.LOW


def _parts(inputs: HospitalInputs, variant: HospitalVariant) -> HospitalParts:
    simplified = variant is HospitalVariant.SIMPLIFIED
    return HospitalParts(
        hemoglobin=_points(_below(inputs.hemoglobin, _LOW_HEMOGLOBIN), 1),
        oncology=_points(inputs.has_cancer if simplified else inputs.from_oncology, 2),
        sodium=_points(_below(inputs.sodium, _LOW_SODIUM), 1),
        procedure=None if simplified else _points(inputs.had_procedure, 1),
        index_type=_points(inputs.is_urgent, 1),
        admissions=_points_for_admissions(inputs.admissions, variant),
        length_of_stay=_points(inputs.days >= _LONG_STAY_DAYS, 2),
    )


def _points(holds: bool | None, points: int) -> int | None:  # noqa: FBT001 - an item of the form
    return None if holds is None else points * holds


def _below(reading: Reading | None, limit: float) -> bool | None:
    return reading.is_below(limit) if reading else None


def _points_for_admissions(count: int, variant: HospitalVariant) -> int:
    if count > _MANY_ADMISSIONS:
        return 5
    fewest = 1 if variant is HospitalVariant.FORM_2013 else 2
    return 2 if count >= fewest else 0


def _evidence(inputs: HospitalInputs) -> HospitalEvidence:
    return HospitalEvidence(
        hemoglobin=inputs.hemoglobin.value if inputs.hemoglobin else None,
        sodium=inputs.sodium.value if inputs.sodium else None,
        from_oncology=inputs.from_oncology,
        has_cancer=inputs.has_cancer,
        had_procedure=inputs.had_procedure,
        is_urgent=inputs.is_urgent,
        admissions=inputs.admissions,
        days=inputs.days,
    )
