"""Class and disposition lead to the follow-up that the rulebook's table names."""

import pytest

from transition_orchestrator.domain.encounter import EncounterClass
from transition_orchestrator.domain.routing import (
    Eligibility,
    Flag,
    Route,
    TransitionKind,
    route_of,
)

INPATIENT, EMERGENCY = EncounterClass.INPATIENT, EncounterClass.EMERGENCY
TABLE = {
    TransitionKind.HOME_VISIT: "01 06 07 08 81 86",
    TransitionKind.FACILITY_TRACKING: "03 04 61 62 63 64 65 69 70 83 84 89 90 91 92 93 95",
    TransitionKind.ACUTE_TRANSFER_WATCH: "02 05 43 66 82 85 88 94",
    TransitionKind.HOSPICE: "50 51",
    None: "20 40 41 42 21 87 30 09",
}
CODES = {code: kind for kind, codes in TABLE.items() for code in codes.split()}


@pytest.mark.parametrize("encounter_class", [INPATIENT, EncounterClass.OBSERVATION])
@pytest.mark.parametrize("code", [f"{number:02}" for number in range(1, 100)])
def test_every_code_of_a_stay_leads_where_the_table_says(
    code: str, encounter_class: EncounterClass
) -> None:
    expected = CODES.get(code, TransitionKind.MANUAL_REVIEW)
    assert route_of(encounter_class, code).kind is expected


@pytest.mark.parametrize("code", ["01", "06", "07", "08", "81", "86", ""])
def test_an_emergency_visit_that_ends_at_home_gets_a_call_and_no_tcm(code: str) -> None:
    route = route_of(EMERGENCY, code)
    assert (route.kind, route.tcm) == (TransitionKind.ED_FOLLOWUP, Eligibility.NO)


@pytest.mark.parametrize(
    "encounter_class",
    [
        EncounterClass.OUTPATIENT,
        EncounterClass.RECURRING,
        EncounterClass.PREADMIT,
        EncounterClass.NOT_APPLICABLE,
        EncounterClass.COMMERCIAL,
    ],
)
@pytest.mark.parametrize("code", ["01", "03", "", "99"])
def test_other_visits_are_not_followed_up(encounter_class: EncounterClass, code: str) -> None:
    assert route_of(encounter_class, code).kind is None


@pytest.mark.parametrize(
    ("code", "kind", "flags"),
    [
        ("01", TransitionKind.MATERNITY, set[Flag]()),
        ("07", TransitionKind.MATERNITY, {Flag.AMA, Flag.PRIORITY_HIGH}),
        ("", TransitionKind.MATERNITY, {Flag.PROVISIONAL, Flag.CONFIRM_DISPOSITION}),
        ("02", TransitionKind.MATERNITY, {Flag.CONFIRM_DISPOSITION}),
        ("99", TransitionKind.MATERNITY, {Flag.CONFIRM_DISPOSITION}),
        ("21", None, {Flag.CUSTODY}),
        ("30", None, set[Flag]()),
    ],
)
def test_an_obstetric_stay_has_a_pathway_of_its_own(
    code: str, kind: TransitionKind | None, flags: set[Flag]
) -> None:
    route = route_of(EncounterClass.OBSTETRICS, code)
    assert (route.kind, route.tcm) == (kind, Eligibility.NO)
    assert route.flags == flags | {Flag.MATERNITY_PATHWAY}


@pytest.mark.parametrize("encounter_class", [EncounterClass.UNKNOWN, None])
def test_a_visit_of_unknown_class_is_for_a_person_to_look_at(
    encounter_class: EncounterClass | None,
) -> None:
    route = route_of(encounter_class, "01")
    assert (route.kind, route.tcm) == (TransitionKind.MANUAL_REVIEW, Eligibility.REVIEW)


@pytest.mark.parametrize("encounter_class", list(EncounterClass))
def test_a_death_is_a_death_in_every_class(encounter_class: EncounterClass) -> None:
    for code in ("20", "40", "41", "42"):
        route = route_of(encounter_class, code)
        assert (route.kind, route.has_died) == (None, True)
        assert route.flags == {Flag.DECEASED, Flag.SUPPRESS_PATIENT_MESSAGES}


def _flags(code: str) -> frozenset[Flag]:
    return route_of(INPATIENT, code).flags


def test_dispositions_carry_their_flags() -> None:
    assert _flags("01") == frozenset()
    assert _flags("06") == {Flag.HOME_HEALTH_AGENCY}
    assert _flags("07") == {Flag.AMA, Flag.PRIORITY_HIGH}
    assert _flags("04") == {Flag.CONFIRM_RESIDENCE_TYPE}
    assert _flags("64") == {Flag.TCM_REVIEW_NURSING_FACILITY}
    assert _flags("21") == {Flag.CUSTODY}
    assert _flags("87") == {Flag.CUSTODY, Flag.PLANNED_READMISSION}
    assert _flags("86") == {Flag.HOME_HEALTH_AGENCY, Flag.PLANNED_READMISSION}
    assert _flags("") == {Flag.PROVISIONAL, Flag.CONFIRM_DISPOSITION}


@pytest.mark.parametrize("code", range(81, 96))
def test_a_planned_readmission_is_flagged(code: int) -> None:
    assert Flag.PLANNED_READMISSION in _flags(str(code))


@pytest.mark.parametrize(
    ("code", "eligible"),
    [("01", "yes"), ("81", "yes"), ("03", "no"), ("62", "no"), ("65", "no"), ("02", "no"),
     ("50", "no"), ("51", "no"), ("04", "review"), ("64", "review"), ("84", "review"),
     ("92", "review"), ("99", "review"), ("", "review")],
)  # fmt: skip
def test_tcm_is_for_those_who_go_to_the_community(code: str, eligible: str) -> None:
    assert route_of(INPATIENT, code).tcm == eligible


def test_codes_are_trimmed_and_padded() -> None:
    padded: Route = route_of(INPATIENT, "01")
    assert route_of(INPATIENT, " 1 ") == padded
    assert route_of(INPATIENT, None) == route_of(INPATIENT, "  ")
    assert route_of(INPATIENT, "HOME").kind is TransitionKind.MANUAL_REVIEW
