"""Every limit of LACE and HOSPITAL, from both sides (rulebook section 5, D-08, D-09)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from transition_orchestrator.domain.hospital_score import (
    HospitalInputs,
    HospitalVariant,
    hospital_of,
)
from transition_orchestrator.domain.labs import Reading
from transition_orchestrator.domain.lace import Lace, LaceInputs, lace_of, tier_of

ADMITTED_ON = date(2026, 5, 1)
AT = datetime.fromisoformat("2026-06-01T06:00:00Z")


def lace(days: int = 1, **more: Any) -> Lace:
    facts: dict[str, Any] = {
        "admitted_on": ADMITTED_ON,
        "discharged_on": ADMITTED_ON + timedelta(days),
        "admission_type": "R",
        "came_by_emergency": False,
        "diagnoses": (),
        "ed_visits": 0,
    }
    return lace_of(LaceInputs(**(facts | more)))


@pytest.mark.parametrize(
    ("days", "points"),
    [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (6, 4), (7, 5), (13, 5), (14, 7), (120, 7)],
)
def test_the_length_of_stay_has_its_points(days: int, points: int) -> None:
    assert lace(days).length_of_stay == points


@pytest.mark.parametrize("kind", ["E", "U", "A", "1", "2", "5", "e", "R", "N", "L", "C", "3", "4"])
def test_an_acute_admission_is_known_by_its_type(kind: str) -> None:
    assert lace(admission_type=kind).acuity == (3 if kind in set("EUA125e") else 0)


@pytest.mark.parametrize("kind", ["", "R", "3"])
def test_the_way_through_the_emergency_department_is_acute_too(kind: str) -> None:
    assert lace(admission_type=kind, came_by_emergency=True).acuity == 3


@pytest.mark.parametrize(("visits", "points"), [(0, 0), (1, 1), (3, 3), (4, 4), (5, 4), (40, 4)])
def test_emergency_visits_count_to_four(visits: int, points: int) -> None:
    assert lace(ed_visits=visits).ed_visits == points


@pytest.mark.parametrize(
    ("codes", "points"),
    [("I21.4", 1), ("I50.9", 2), ("F03.90", 3), ("I50.9 I21.4", 3), ("B20", 5), ("C78.7", 5)],
)
def test_comorbidity_of_four_or_more_is_five(codes: str, points: int) -> None:
    assert lace(diagnoses=tuple(codes.split())).comorbidity == points


@pytest.mark.parametrize(
    ("score", "tier"),
    [(0, "low"), (4, "low"), (5, "moderate"), (9, "moderate"), (10, "high"), (19, "high")],
)
def test_the_tiers_begin_at_5_and_at_10(score: int, tier: str) -> None:
    assert tier_of(score) == tier


def hospital(variant: HospitalVariant = HospitalVariant.FORM_2016, **more: Any) -> Any:
    """A score to which nothing adds, but what is said; a value may be None."""
    labs = {"hemoglobin": 13.0, "sodium": 140.0}
    facts: dict[str, Any] = {
        "from_oncology": False,
        "has_cancer": False,
        "had_procedure": False,
        "is_urgent": False,
        "admissions": 0,
        "days": 2,
        **{name: more.pop(name, value) for name, value in labs.items()},
    }
    facts |= more
    for name in labs:
        facts[name] = None if facts[name] is None else Reading(facts[name], "", AT)
    return hospital_of(HospitalInputs(**facts), variant)


@pytest.mark.parametrize(
    ("fact", "points"),
    [
        *(({"hemoglobin": 12.0}, 0), ({"hemoglobin": 11.9}, 1)),
        *(({"sodium": 135.0}, 0), ({"sodium": 134.9}, 1)),
        *(({"from_oncology": True}, 2), ({"had_procedure": True}, 1), ({"is_urgent": True}, 1)),
        *(({"days": 4}, 0), ({"days": 5}, 2)),
        *(({"admissions": 1}, 0), ({"admissions": 2}, 2), ({"admissions": 5}, 2)),
        ({"admissions": 6}, 5),
    ],
)
def test_each_item_of_hospital_has_its_points(fact: dict[str, Any], points: int) -> None:
    assert hospital(**fact).score == points


FOUR = {"from_oncology": True, "days": 5}
MOST = {"hemoglobin": 8.0, "sodium": 120.0, "is_urgent": True, "admissions": 6, "days": 5}


@pytest.mark.parametrize(
    ("facts", "score", "band"),
    [
        (FOUR, 4, "low"),
        (FOUR | {"is_urgent": True}, 5, "intermediate"),
        (FOUR | {"is_urgent": True, "had_procedure": True}, 6, "intermediate"),
        (FOUR | {"is_urgent": True, "had_procedure": True, "sodium": 130.0}, 7, "high"),
        (MOST | {"from_oncology": True, "had_procedure": True}, 13, "high"),
    ],
)
def test_the_bands_of_hospital_begin_at_5_and_at_7(
    facts: dict[str, Any], score: int, band: str
) -> None:
    found = hospital(**facts)
    assert (found.score, found.tier, found.incomplete) == (score, band, False)


def test_the_simplified_form_comes_to_12() -> None:
    facts = MOST | {"from_oncology": None, "had_procedure": None, "has_cancer": True}
    assert hospital(HospitalVariant.SIMPLIFIED, **facts).score == 12


@pytest.mark.parametrize(
    ("facts", "known", "most", "band"),
    [
        ({"hemoglobin": None, "days": 5}, 2, 3, "low"),
        (FOUR | {"hemoglobin": None, "sodium": None}, 4, 6, None),
        ({"hemoglobin": None, "sodium": None, "had_procedure": None}, 0, 3, "low"),
        ({"from_oncology": None, "is_urgent": True, "admissions": 6, "days": 5}, 8, 10, "high"),
    ],
)
def test_what_is_missing_leaves_known_and_maximum_points(
    facts: dict[str, Any], known: int, most: int, band: str | None
) -> None:
    found = hospital(**facts)
    assert (found.score, found.incomplete) == (None, True)
    assert (found.known_points, found.maximum_points, found.tier) == (known, most, band)
