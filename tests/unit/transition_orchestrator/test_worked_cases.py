"""The rulebook's worked cases, straight from their file, through the use case."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import (
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)

from transition_orchestrator.domain.comorbidity import Comorbidity, comorbidity_of
from transition_orchestrator.domain.hospital_score import HospitalInputs, hospital_of
from transition_orchestrator.domain.labs import Reading
from transition_orchestrator.domain.lace import LaceInputs, LaceRules, lace_of
from transition_orchestrator.domain.messages import Message, MessageKind

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "worked-cases.json").read_text("utf-8")
)["cases"]
CLASSES = {"I": "inpatient", "E": "emergency", "O": "outpatient"}
TRIGGERS = {
    "A01": MessageKind.ADMITTED,
    "A02": MessageKind.MOVED,
    "A03": MessageKind.DISCHARGED,
    "A11": MessageKind.ADMISSION_CANCELLED,
    "A13": MessageKind.DISCHARGE_CANCELLED,
    "A21": MessageKind.ON_LEAVE,
    "A22": MessageKind.ON_LEAVE,
    "A50": MessageKind.NUMBER_CHANGED,
}
CLOCKS = {
    ("initial_contact", "due"): "initial_contact_due_at",
    ("home_visit", "window_open"): "home_visit_opens_at",
    ("home_visit", "due"): "home_visit_due_at",
    ("followup_visit_7d", "due"): "follow_up_7d_due_at",
    ("followup_visit_14d", "due"): "follow_up_14d_due_at",
    ("medrec_hedis", "due"): "medrec_hedis_due_at",
}
STEPS = {
    "initial_contact": "initial_contact",
    "home_visit": "home_visit",
    "facility_checkin_weekly": "facility_check_in",
    "ed_followup_call": "ed_call",
    "ed_followup_visit": "follow_up_visit",
}


def cases(*prefixes: str) -> Any:
    chosen = [case for case in CASES if case["id"].startswith(prefixes)]
    return pytest.mark.parametrize("case", chosen, ids=[case["id"] for case in chosen])


def discharge_of(case: dict[str, Any]) -> Message:
    inputs = case["inputs"]
    at = inputs.get("discharge_local") or case["expected"]["discharge"]["local"]
    encounter_class = CLASSES[inputs["patient_class"]]
    return said(
        MessageKind.DISCHARGED,
        at,
        site=inputs["facility_zone"],
        person={"deceased": True} if inputs.get("PID-30") == "Y" else {},
        encounter_class="observation" if inputs.get("is_observation") else encounter_class,
        disposition=inputs["disposition"],
        discharged_at=at,
    )


@cases("DATE-", "DISP-", "TZ-")
async def test_a_discharge_opens_what_the_case_says(case: dict[str, Any]) -> None:
    ledgers, expected = MemoryLedgers(), case["expected"]
    await following(ledgers, "2026-03-01T00:00:00Z").follow(
        message_deliveries([discharge_of(case)])
    )
    if expected["workflow_kind"] == "none":
        assert ledgers.transitions == []
        return
    (transition,) = ledgers.transitions
    view = transition.view
    assert (view.kind, view.state) == (expected["workflow_kind"], "active")
    assert view.tcm.eligible == expected["tcm_eligible"]
    check_times(view, expected)


def check_times(view: Any, expected: dict[str, Any]) -> None:
    steps = {step.code: step for step in view.steps}
    for name, times in expected.get("tasks", {}).items():
        for moment, when in times.items():
            instant = datetime.fromisoformat(when["utc"])
            if (clock := CLOCKS.get((name, moment))) and view.kind == "home_visit":
                assert getattr(view.clocks, clock) == instant
            if code := STEPS.get(name):
                field = {"due": "due_at", "window_open": "window_opens_at"}[moment]
                assert getattr(steps[code], field) == instant
    if "business_days" in expected:
        assert [day.isoformat() for day in view.business_days] == expected["business_days"]
    if "tcm_period" in expected:
        period = (view.tcm.period_first_on.isoformat(), view.tcm.period_last_on.isoformat())
        assert period == tuple(expected["tcm_period"].values())
    for name, day in expected.get("hedis", {}).items():
        assert getattr(view.hedis, name.replace("_date", "_on")).isoformat() == day


def message_of(event: dict[str, Any]) -> Message:
    facts: dict[str, Any] = {"encounter_class": CLASSES[event["klass"]]} if "klass" in event else {}
    names = (("admitted_at", "PV1_44"), ("discharged_at", "PV1_45"), ("disposition",) * 2)
    facts |= {name: event[key] for name, key in names if key in event}
    return said(
        TRIGGERS[event["trigger"]],
        event["EVN-2"],
        event_id=event["MSH-10"],
        visit=event["visit"],
        prior_visit=event.get("MRG_5"),
        occurred_at=event.get("EVN_6"),
        **facts,
    )


@cases("SEQ-")
@pytest.mark.parametrize("turned", [False, True], ids=["as sent", "turned round"])
async def test_a_sequence_ends_as_the_case_says(case: dict[str, Any], *, turned: bool) -> None:
    ledgers = MemoryLedgers()
    follow = following(ledgers, "2026-06-16T00:00:00Z")
    events = case["inputs"]["events"]
    for event in reversed(events) if turned else events:
        await follow.follow(message_deliveries([message_of(event)]))
    expected = case["expected"]
    assert [
        {"visit": one.view.visit, "kind": one.view.kind, "state": one.view.state}
        for one in ledgers.transitions
    ] == [{k: w[k] for k in ("visit", "kind", "state")} for w in expected["workflows"]]
    for one, workflow in zip(ledgers.transitions, expected["workflows"], strict=True):
        assert one.view.reason == workflow.get("reason")
        if workflow["state"] != "active":
            assert all(step.state == "withdrawn" for step in one.view.steps)
    visits: dict[str, Any] = {
        one.encounter.visit: one.view
        for cluster in ledgers.clusters.values()
        for one in cluster.encounters.values()
    }
    if "encounter_status" in expected:
        assert visits["V1"].status == expected["encounter_status"]
    if "encounter" in expected:
        assert visits["V1"].admitted_at == datetime.fromisoformat(expected["encounter"]["start"])
        assert visits["V1"].discharged_at == datetime.fromisoformat(expected["encounter"]["end"])
    if "readmission" in expected:
        assert visits["V7"].readmission_of == expected["readmission"]["index_visit"]


@cases("LACE-")
def test_the_lace_index_is_as_the_case_says(case: dict[str, Any]) -> None:
    inputs, expected = case["inputs"], case["expected"]
    facts = LaceInputs(
        admitted_on=date.fromisoformat(inputs["admit_local"][:10]),
        discharged_on=date.fromisoformat(inputs["discharge_local"][:10]),
        admission_type=inputs["PV1-4"],
        came_by_emergency=False,
        diagnoses=inputs["diagnoses_icd10"],
        ed_visits=inputs["ed_visits_prior_6_months"],
    )
    lace = lace_of(facts)
    assert (lace.length_of_stay, lace.acuity, lace.comorbidity, lace.ed_visits) == tuple(
        expected[part] for part in "LACE"
    )
    assert (lace.score, lace.tier) == (expected["lace"], expected["band"])
    if "cmaj_variant" in expected:
        cmaj = lace_of(facts, LaceRules(Comorbidity.CMAJ))
        assert (cmaj.score, cmaj.tier) == (
            expected["cmaj_variant"]["lace"],
            expected["cmaj_variant"]["band"],
        )
    assert comorbidity_of(inputs["diagnoses_icd10"], Comorbidity.TOOL) == expected["charlson"]


@cases("HOSP-")
def test_the_hospital_score_is_as_the_case_says(case: dict[str, Any]) -> None:
    inputs, expected = case["inputs"], case["expected"]
    at = datetime.fromisoformat("2026-06-01T06:00:00Z")
    score = hospital_of(
        HospitalInputs(
            hemoglobin=Reading(inputs["hemoglobin"], "", at),
            sodium=Reading(inputs["sodium"], "", at),
            from_oncology=inputs["oncology_service"],
            has_cancer=inputs["oncology_service"],
            had_procedure=inputs["procedure"],
            is_urgent=inputs["index_type"] in ("urgent", "emergent"),
            admissions=inputs["admissions_prior_12m"],
            days=inputs["los_days"],
        )
    )
    assert (score.score, score.tier, score.incomplete) == (
        expected["score"],
        expected["band"],
        False,
    )
