"""The risk scores: their forms, what is missing from them, and that order makes no difference."""

from datetime import date, datetime
from itertools import permutations
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import (
    MODELS,
    FakeSites,
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)

from care_contracts.sites import Site
from care_contracts.transitions import TransitionSnapshot
from transition_orchestrator.domain.boost import RiskFactor, boost_of
from transition_orchestrator.domain.comorbidity import Comorbidity, comorbidity_of, conditions_of
from transition_orchestrator.domain.hospital_score import (
    HospitalInputs,
    HospitalVariant,
    hospital_of,
)
from transition_orchestrator.domain.labs import Reading
from transition_orchestrator.domain.lace import LaceInputs, LaceRules, LosMethod, lace_of
from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.risk import RiskRules
from transition_orchestrator.site_rules import risk_rules_of

AT = datetime.fromisoformat("2026-06-09T06:00:00-04:00")
STAY = LaceInputs(
    admitted_on=date(2026, 5, 1),
    discharged_on=date(2026, 5, 15),
    admission_type="",
    came_by_emergency=True,
    diagnoses=("N18.6", "E11.22", "K25.9"),
    ed_visits=0,
)


def hospital_inputs(**more: Any) -> HospitalInputs:
    facts: dict[str, Any] = {
        "hemoglobin": Reading(13.0, "", AT),
        "sodium": Reading(140.0, "", AT),
        "from_oncology": False,
        "has_cancer": False,
        "had_procedure": False,
        "is_urgent": False,
        "admissions": 0,
        "days": 2,
    }
    return HospitalInputs(**(facts | more))


@pytest.mark.parametrize(
    ("variant", "points", "stay"),
    [
        (Comorbidity.TOOL, 4 + 2, 7),  # N18.6 severe, E11.22 complicated, no ulcer
        (Comorbidity.CMAJ, 0, 7),
        (Comorbidity.BMJ_OPEN, 2 + 2 + 1, 6),
    ],
)
def test_every_form_of_lace_has_a_table_of_its_own(
    variant: Comorbidity, points: int, stay: int
) -> None:
    lace = lace_of(STAY, LaceRules(variant))
    assert lace.inputs
    assert (lace.inputs.charlson, lace.length_of_stay, lace.variant) == (points, stay, variant)


def test_a_lace_index_keeps_what_it_was_computed_from() -> None:
    lace = lace_of(STAY)
    assert lace.acuity == 3
    assert lace.inputs
    assert (lace.inputs.days, lace.inputs.los_method) == (14, "midnights")
    assert lace.inputs.conditions == ("diabetes_complicated", "renal_severe")
    assert lace.inputs.came_by_emergency


def test_counting_both_days_makes_a_stay_one_longer() -> None:
    short = LaceInputs(
        admitted_on=date(2026, 5, 1),
        discharged_on=date(2026, 5, 1),
        admission_type="3",
        came_by_emergency=False,
        diagnoses=(),
        ed_visits=9,
    )
    inclusive = LaceRules(los_method=LosMethod.INCLUSIVE)
    assert [lace_of(short, rules).length_of_stay for rules in (LaceRules(), inclusive)] == [0, 1]
    assert lace_of(short).score == 4  # elective, and never more than 4 for emergency visits


@pytest.mark.parametrize(
    ("codes", "points"),
    [
        (["C34.90", "C78.7"], 6),  # metastatic supersedes the tumour
        (["K70.3", "I85.0"], 4),  # severe supersedes mild
        (["E11.9", "E11.2"], 2),
        (["i50.9"], 2),
        (["I21.9", "I25.2", "I22.0"], 1),  # an item counts once
        (["E10.1"], 1),  # where a widely copied query has a typing error
        (["Z00.0", ""], 0),
    ],
)
def test_the_comorbidity_table_counts_each_item_once(codes: list[str], points: int) -> None:
    assert comorbidity_of(codes, Comorbidity.TOOL) == points


@pytest.mark.parametrize(("code", "points"), [("C7A.00", 2), ("C4A.9", 2), ("C7B.0", 6)])
def test_cancers_of_icd_10_cm_count_where_a_site_wants_them(code: str, points: int) -> None:
    assert comorbidity_of([code], Comorbidity.TOOL) == 0
    assert comorbidity_of([code], Comorbidity.TOOL, icd10cm_cancers=True) == points
    assert conditions_of([code, "C34.9", "C78.0"], Comorbidity.TOOL).names == ("metastatic",)


@pytest.mark.parametrize(
    ("variant", "admissions", "points"),
    [
        (HospitalVariant.FORM_2016, 1, 0),
        (HospitalVariant.FORM_2016, 2, 2),
        (HospitalVariant.FORM_2016, 5, 2),
        (HospitalVariant.FORM_2016, 6, 5),
        (HospitalVariant.FORM_2013, 0, 0),
        (HospitalVariant.FORM_2013, 1, 2),
        (HospitalVariant.FORM_2013, 6, 5),
    ],
)
def test_earlier_admissions_count_by_the_form(
    variant: HospitalVariant, admissions: int, points: int
) -> None:
    score = hospital_of(hospital_inputs(admissions=admissions), variant)
    assert (score.score, score.parts.admissions, score.variant) == (points, points, variant)


def test_what_is_missing_makes_a_score_incomplete_and_not_smaller() -> None:
    unknown = hospital_inputs(sodium=None, had_procedure=None, from_oncology=None, days=6)
    score = hospital_of(unknown)
    assert (score.score, score.tier, score.incomplete) == (None, None, True)
    assert (score.known_points, score.maximum_points) == (2, 6)
    assert score.missing == ("oncology", "sodium", "procedure")


def test_an_incomplete_score_has_a_tier_where_nothing_missing_could_change_it() -> None:
    high = hospital_of(hospital_inputs(hemoglobin=None, admissions=6, days=9))
    assert (high.score, high.tier, high.maximum_points) == (None, "high", 8)


def test_the_simplified_form_asks_for_cancer_and_for_no_procedure() -> None:
    unknown = hospital_inputs(had_procedure=None, from_oncology=None, has_cancer=True)
    score = hospital_of(unknown, HospitalVariant.SIMPLIFIED)
    assert (score.score, score.incomplete, score.parts.procedure) == (2, False, None)


@pytest.mark.parametrize(
    ("value", "comparator", "below"),
    [
        (11.9, "", True),
        (12.0, "", False),
        (12.0, "<", True),
        (13.0, "<", None),
        (11.0, "<=", True),
        (12.0, "<=", None),
        (12.0, ">=", False),
        (11.0, ">=", None),
        (12.0, ">", False),
        (11.0, ">", None),
    ],
)
def test_a_value_beyond_the_scale_is_used_where_it_decides(
    value: float, comparator: str, below: object
) -> None:
    assert Reading(value, comparator, AT).is_below(12.0) is below


# --- by messages


def admitted(**more: Any) -> Message:
    facts: dict[str, Any] = {
        "encounter_class": "inpatient",
        "admission_type": "E",
        "hospital_service": "ONC",
        "admitted_at": "2026-06-05T07:40:00-04:00",
    }
    return said(MessageKind.ADMITTED, "2026-06-05T08:00:00-04:00", **(facts | more))


DISCHARGED = said(
    MessageKind.DISCHARGED,
    "2026-06-10T13:05:00-04:00",
    event_id="a03",
    encounter_class="inpatient",
    disposition="01",
    discharged_at="2026-06-10T13:00:00-04:00",
    procedures=[{"code": "0W9G3ZZ"}],
)


def lab(event_id: str, observed: str, number: float | None, **more: Any) -> Message:
    """A result, recorded an hour later unless said otherwise."""
    recorded = more.pop("recorded", f"{observed[:11]}{int(observed[11:13]) + 1:02}{observed[13:]}")
    name = more.pop("name", "sodium")
    reading = {"observed_at": observed, "number": number, "unit": "mmol/L", "status": "final"}
    facts: dict[str, Any] = {name: [reading | more]}
    return said(MessageKind.RESULT_REPORTED, recorded, event_id=event_id, **facts)


HEMOGLOBIN = lab("hb", "2026-06-09T06:00:00-04:00", 112, name="hemoglobin", unit="g/L")  # 11.2 g/dL
FIRST = lab("na1", "2026-06-06T06:00:00-04:00", 131)
LAST = lab("na2", "2026-06-09T06:00:00-04:00", 138)
CORRECTED = lab(
    "na3",
    "2026-06-09T06:00:00-04:00",
    134,
    recorded="2026-06-12T09:00:00-04:00",
    status="corrected",
)
AFTERWARDS = lab("na4", "2026-06-11T06:00:00-04:00", 120)


async def scored(*messages: Message, rules: RiskRules | None = None) -> Any:
    ledgers = MemoryLedgers()
    sites = FakeSites(rules or RiskRules())
    follow = following(ledgers, "2026-06-13T00:00:00Z", sites=sites)
    for message in messages:
        await follow.follow(message_deliveries([message]))
    (transition,) = ledgers.transitions
    return transition.view.risk


async def test_results_complete_the_hospital_score_in_any_order() -> None:
    messages = [admitted(), DISCHARGED, HEMOGLOBIN, LAST, CORRECTED]
    for order in tuple(permutations(messages))[::5]:
        score = (await scored(*order)).hospital
        assert (score.score, score.inputs.sodium, score.inputs.hemoglobin) == (8, 134, 11.2)


@pytest.mark.parametrize(
    ("number", "unit", "points"),
    [
        *((119.96, "g/L", 1), (120, "g/L", 0), (119.9, "G/L", 1), (11.996, "g/dL", 1)),
        *((12, "gm/dL", 0), (12, "", 0), (7.4, "mmol/L", None)),
    ],
)
async def test_a_value_just_below_a_limit_is_not_rounded_up_to_it(
    number: float, unit: str, points: int | None
) -> None:
    value = lab("hb", "2026-06-09T06:00:00-04:00", number, name="hemoglobin", unit=unit)
    score = (await scored(admitted(), value, DISCHARGED)).hospital
    assert score.parts.hemoglobin == points
    assert ("hemoglobin" in score.missing) is (points is None)


async def test_only_values_of_the_stay_count_and_the_last_one_taken() -> None:
    score = (await scored(admitted(), LAST, FIRST, AFTERWARDS, DISCHARGED)).hospital
    assert score.inputs.sodium == 138
    assert score.missing == ("hemoglobin",)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"status": "preliminary"},
        {"status": "entered_in_error"},
        {"unit": "mg/dL"},
        {"number": None},
    ],
)
async def test_a_value_that_cannot_be_relied_on_is_none(spoilt: dict[str, Any]) -> None:
    value = lab("na", "2026-06-09T06:00:00-04:00", **{"number": 130, **spoilt})
    score = (await scored(admitted(), value, DISCHARGED)).hospital
    assert score.inputs.sodium is None
    assert "sodium" in score.missing


async def test_a_final_word_without_a_number_keeps_the_preliminary_one() -> None:
    at = "2026-06-09T06:00:00-04:00"
    early = lab("na-p", at, 133, status="preliminary")
    final = lab("na-f", at, None, recorded="2026-06-09T18:00:00-04:00")
    assert (await scored(admitted(), final, early, DISCHARGED)).hospital.inputs.sodium == 133


async def test_results_alone_make_no_visit_to_tell_of() -> None:
    ledgers = MemoryLedgers()
    await following(ledgers).follow(message_deliveries([LAST]))
    assert ledgers.said == []


async def test_the_form_is_the_site_s_and_said_with_the_score() -> None:
    form = {
        "lace": {"variant": "cmaj", "los_method": "inclusive"},
        "hospital": {
            "variant": "simplified",
            "oncology_services": ["onc2"],
            "sends_procedures": True,
        },
    }
    site = Site.model_validate(
        {"code": "GHH", "name": "Good", "time_zone": "America/New_York", "risk": form}
    )
    rules = risk_rules_of(site.risk, MODELS)
    assert rules.oncology_services == {"ONC2"}
    risk = await scored(admitted(), DISCHARGED, rules=rules)
    assert (risk.lace.variant, risk.lace.inputs.los_method) == ("cmaj", "inclusive")
    assert (risk.lace.inputs.days, risk.hospital.variant) == (6, "simplified")


async def test_earlier_visits_count_that_this_network_saw() -> None:
    emergency = [
        said(
            MessageKind.REGISTERED,
            f"2026-0{month}-01T10:00:00-04:00",
            visit=f"E{month}",
            encounter_class="emergency",
        )
        for month in (1, 3, 5)
    ]  # the first of them is of half a year by 4 weeks
    before = said(
        MessageKind.ADMITTED,
        "2026-02-01T10:00:00-05:00",
        visit="V0",
        encounter_class="inpatient",
        admission_type="U",
    )
    risk = await scored(*emergency, before, admitted(), DISCHARGED)
    assert risk.lace.inputs.ed_visits == 3
    assert risk.hospital.inputs.admissions == 1
    (flag,) = risk.boost
    assert flag.factor is RiskFactor.PRIOR_ADMISSION
    assert flag.because == "admitted unplanned 1 time in six months, in this network"


@pytest.mark.parametrize("admission_type", ["", "3", "9", "R"])
async def test_the_way_through_the_emergency_department_makes_an_admission_acute(
    admission_type: str,
) -> None:
    came = said(
        MessageKind.REGISTERED,
        "2026-06-05T02:00:00-04:00",
        visit="E1",
        encounter_class="emergency",
    )
    taken_in = said(
        MessageKind.DISCHARGED,
        "2026-06-05T07:00:00-04:00",
        visit="E1",
        encounter_class="emergency",
        disposition="09",
        discharged_at="2026-06-05T07:00:00-04:00",
    )
    risk = await scored(came, taken_in, admitted(admission_type=admission_type), DISCHARGED)
    assert (risk.lace.acuity, risk.lace.ed_visits) == (3, 0)
    assert risk.lace.inputs.came_by_emergency
    assert risk.hospital.inputs.is_urgent
    elective = await scored(admitted(admission_type=admission_type), DISCHARGED)
    assert (elective.lace.acuity, elective.hospital.inputs.is_urgent) == (0, False)


async def test_no_score_is_made_up_for_a_stay_whose_begin_is_not_known() -> None:
    risk = await scored(DISCHARGED)
    assert (risk.lace, risk.hospital, risk.boost) == (None, None, ())


async def test_the_scores_are_told_with_their_inputs() -> None:
    ledgers = MemoryLedgers()
    follow = following(ledgers, "2026-06-13T00:00:00Z")
    await follow.follow(message_deliveries([admitted(), DISCHARGED, LAST]))
    told = TransitionSnapshot.model_validate_json(ledgers.said[-1].data)
    assert told.risk.hospital
    assert told.risk.hospital.missing == ["hemoglobin"]
    assert told.risk.lace
    assert told.risk.lace.inputs
    assert told.risk.lace.inputs.days == 5


# --- BOOST


@pytest.mark.parametrize(
    ("codes", "factor", "because"),
    [
        (["Z79.01"], RiskFactor.PROBLEM_MEDICATIONS, "long-term anticoagulant (Z7901)"),
        (["Z79.4"], RiskFactor.PROBLEM_MEDICATIONS, "long-term insulin (Z794)"),
        (
            ["Z79.02", "Z79.82"],
            RiskFactor.PROBLEM_MEDICATIONS,
            "dual antiplatelet (Z7902 and Z7982)",
        ),
        (["F32.9"], RiskFactor.PSYCHOLOGICAL, "mental disorder (F329)"),
        (["I50.9"], RiskFactor.PRINCIPAL_DIAGNOSIS, "heart failure (I509)"),
        (["J44.1"], RiskFactor.PRINCIPAL_DIAGNOSIS, "COPD (J441)"),
        (["Z99.3"], RiskFactor.PHYSICAL_LIMITATION, "depends on a machine or wheelchair (Z993)"),
        (["Z55.0"], RiskFactor.POOR_LITERACY, "literacy or education (Z550)"),
        (["Z60.2"], RiskFactor.POOR_SUPPORT, "lives alone or apart (Z602)"),
        (["Z51.5"], RiskFactor.PALLIATIVE, "palliative care (Z515)"),
    ],
)
def test_a_p_applies_because_of_a_code(codes: list[str], factor: RiskFactor, because: str) -> None:
    (flag,) = boost_of(codes, 0)
    assert (flag.factor, flag.because) == (factor, because)


def test_only_the_principal_diagnosis_makes_that_p() -> None:
    assert boost_of(["J18.9", "I50.9"], 0) == ()
    assert boost_of(["Z79.82"], 0) == ()  # aspirin alone
