"""The worked cases of the rulebook, through the real wire: HL7 in, due instants out."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.chain import Chain
from tests.support.eventually import eventually_sync
from tests.support.hl7_builders import admission, adt, discharge, registration

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "worked-cases.json").read_text("utf-8")
)["cases"]
LACE = [case for case in CASES if case["id"].startswith("LACE-")]
SEQUENCES = [case for case in CASES if case["id"].startswith("SEQ-")]
ON_THE_WIRE = [case for case in CASES if case["id"].startswith(("DATE-", "DISP-", "TZ-"))]
SITES = {
    "America/New_York": "GHH",
    "America/Chicago": "LSC",
    "America/Denver": "MHD",
    "America/Los_Angeles": "PBA",
    "America/Phoenix": "SDP",
}
CLOCKS = {
    ("initial_contact", "due"): "initial_contact_due_at",
    ("home_visit", "window_open"): "home_visit_opens_at",
    ("home_visit", "due"): "home_visit_due_at",
    ("followup_visit_7d", "due"): "follow_up_7d_due_at",
    ("followup_visit_14d", "due"): "follow_up_14d_due_at",
    ("medrec_hedis", "due"): "medrec_hedis_due_at",
}
TASKS = {
    "initial_contact": "initial_contact",
    "home_visit": "home_visit",
    "facility_checkin_weekly": "facility_check_in",
    "ed_followup_call": "ed_call",
    "ed_followup_visit": "follow_up_visit",
}
HEDIS = {
    "engagement_first_date": "engagement_first_on",
    "engagement_last_date": "engagement_last_on",
    "medrec_first_date": "medrec_first_on",
    "medrec_last_date": "medrec_last_on",
    "discharge_info_last_date": "discharge_info_last_on",
}


def messages_of(case: dict[str, Any]) -> list[bytes]:
    """The A01 and the A03 that tell the case's story."""
    inputs = case["inputs"]
    hl7 = inputs.get("hl7", {})
    observation = inputs.get("is_observation", False)
    local = datetime.fromisoformat(inputs["discharge_local"]) if not hl7 else None
    at = hl7.get("PV1-45") or local
    who: dict[str, Any] = {
        "sending_facility": SITES[inputs["facility_zone"]],
        "mrn": f"MR-{case['id']}",
        "visit": f"V-{case['id']}",
        "patient_class": inputs["patient_class"],
        "hospital_service": "OBS" if observation else "MED",
        "admitted_at": None,
        "sent_at": hl7.get("MSH-7") or at,
        "recorded_at": hl7.get("MSH-7") or at,
    }
    return [
        admission(
            **who
            | {"control_id": f"{case['id']}-1", "recorded_at": "20260301", "visit": who["visit"]}
        ),
        discharge(
            **who,
            control_id=f"{case['id']}-2",
            discharged_at=at,
            disposition=inputs["disposition"],
            deceased=inputs.get("PID-30"),
        ),
    ]


def instant(expected: dict[str, str]) -> str:
    return expected["utc"]


@pytest.mark.parametrize("case", ON_THE_WIRE, ids=[case["id"] for case in ON_THE_WIRE])
def test_a_worked_case_comes_out_as_written(chain: Chain, case: dict[str, Any]) -> None:
    expected = case["expected"]
    site, mrn = SITES[case["inputs"]["facility_zone"]], f"MR-{case['id']}"
    assert chain.say(*messages_of(case)) == ["AA", "AA"]
    eventually_sync(
        lambda: [e["status"] for e in chain.encounters(site, mrn)],
        until=lambda statuses: statuses == ["finished"],
        within=15,
    )
    if expected["workflow_kind"] == "none":
        assert chain.transitions(site, mrn) == []
        return
    got = chain.one_transition(site, mrn)
    assert got["kind"] == expected["workflow_kind"]
    assert got["tcm"]["eligible"] == expected["tcm_eligible"]
    assert got["state"] == "active"
    check_clocks(got, expected)


def check_clocks(got: dict[str, Any], expected: dict[str, Any]) -> None:
    tasks = {task["code"]: task for task in got["tasks"]}
    for name, times in expected.get("tasks", {}).items():
        for moment, when in times.items():
            if (clock := CLOCKS.get((name, moment))) and got["kind"] == "home_visit":
                assert got["clocks"][clock] == instant(when), name
            if code := TASKS.get(name):
                field = {"due": "due_at", "window_open": "window_opens_at"}[moment]
                assert tasks[code][field] == instant(when), name
    if "discharge" in expected:
        assert got["discharged_at"] == instant(expected["discharge"])
        assert got["discharged_on"] == expected["discharge_local_date"]
    assert expected.get("business_days", got["business_days"]) == got["business_days"]
    if "tcm_period" in expected:
        period = (got["tcm"]["period_first_on"], got["tcm"]["period_last_on"])
        assert period == tuple(expected["tcm_period"].values())
    for name, day in expected.get("hedis", {}).items():
        assert got["hedis"][HEDIS[name]] == day


def sequence_of(case: dict[str, Any], mrn: str) -> list[bytes]:
    """The messages of a sequence, its visits made this patient's own."""
    return [
        adt(
            event["trigger"],
            sending_facility=SITES[case["inputs"]["facility_zone"]],
            mrn=mrn,
            control_id=f"{mrn}-{event['MSH-10']}",
            sent_at=datetime.fromisoformat(event["EVN-2"]),
            recorded_at=datetime.fromisoformat(event["EVN-2"]),
            occurred_at=_time(event.get("EVN_6")),
            visit=f"{mrn}-{event['visit']}",
            patient_class=event.get("klass", "I"),
            admission_type=event.get("PV1_4"),
            admitted_at=_time(event.get("PV1_44")),
            discharged_at=_time(event.get("PV1_45")),
            disposition=event.get("disposition"),
            segments=(f"MRG|{mrn}^^^GHH^MR||||{mrn}-{event['MRG_5']}^^^GHH",)
            if "MRG_5" in event
            else (),
        )
        for event in case["inputs"]["events"]
    ]


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@pytest.mark.parametrize("turned", [False, True], ids=["as sent", "turned round"])
@pytest.mark.parametrize("case", SEQUENCES, ids=[case["id"] for case in SEQUENCES])
def test_a_sequence_of_messages_ends_as_written(
    chain: Chain, case: dict[str, Any], *, turned: bool
) -> None:
    expected, site = case["expected"], SITES[case["inputs"]["facility_zone"]]
    mrn = f"MR-{case['id']}-{'turned' if turned else 'sent'}"
    messages = sequence_of(case, mrn)
    answers = chain.say(*(reversed(messages) if turned else messages))
    assert answers == ["AA"] * len(messages)
    wanted = [
        (f"{mrn}-{one['visit']}", one["kind"], one["state"], one.get("reason"))
        for one in expected["workflows"]
    ]
    found = eventually_sync(
        lambda: chain.transitions(site, mrn),
        until=lambda them: [outline(one) for one in them] == wanted and known(chain, site, mrn),
        within=15,
    )
    for one in found:
        is_live = one["state"] in ("active", "provisional")
        states = {task["state"] for task in one["tasks"]}
        assert states == ({"requested"} if is_live else {"cancelled"})
    visits = {one["visit"].removeprefix(f"{mrn}-"): one for one in chain.encounters(site, mrn)}
    if "encounter_status" in expected:
        assert visits["V1"]["status"] == expected["encounter_status"]
    if "readmission" in expected:
        assert visits["V7"]["readmission_of"] == f"{mrn}-V1"


def outline(transition: dict[str, Any]) -> tuple[str, ...]:
    return tuple(transition[name] for name in ("visit", "kind", "state", "reason"))


def known(chain: Chain, site: str, mrn: str) -> bool:
    """Whether anything of the patient has gone all the way, so that none opened is none."""
    return bool(chain.encounters(site, mrn))


@pytest.mark.parametrize("case", LACE, ids=[case["id"] for case in LACE])
def test_a_lace_index_comes_out_of_the_wire(chain: Chain, case: dict[str, Any]) -> None:
    inputs, expected, own = case["inputs"], case["expected"], case["id"]
    admitted_at = datetime.fromisoformat(inputs["admit_local"])
    who: dict[str, Any] = {"mrn": f"MR-{own}"}
    stay: dict[str, Any] = {
        **who,
        "visit": f"V-{own}",
        "admission_type": inputs["PV1-4"],
        "diagnoses": inputs["diagnoses_icd10"],
        "admitted_at": admitted_at,
    }
    earlier = [admitted_at - timedelta(days=20 * (n + 1)) for n in range(6)]
    came = [
        registration(
            **who,
            control_id=f"{own}-E{n}",
            visit=f"E{n}-{own}",
            recorded_at=at,
            admitted_at=at,
            diagnoses=(),
        )
        for n, at in enumerate(earlier[: inputs["ed_visits_prior_6_months"]])
    ]
    left_at = datetime.fromisoformat(inputs["discharge_local"])
    story = [
        *came,
        admission(**stay, control_id=f"{own}-1", recorded_at=admitted_at),
        discharge(**stay, control_id=f"{own}-2", recorded_at=left_at, discharged_at=left_at),
    ]
    assert set(chain.say(*story)) == {"AA"}
    lace = chain.one_transition("GHH", f"MR-{own}")["risk"]["lace"]
    parts = ("length_of_stay", "acuity", "comorbidity", "ed_visits")
    assert [lace[part] for part in parts] == [expected[part] for part in "LACE"]
    assert (lace["score"], lace["tier"]) == (expected["lace"], expected["band"])
