"""An explanation says in sentences which fact led to what, as things stand now and never before."""

import inspect
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support.worklist_app import App, fresh_app
from tests.support.worklist_builders import (
    known_as,
    newer,
    predicted,
    step,
    transition,
    withdrawn,
)

from care_contracts.encounters import Practitioner
from care_contracts.measures import Measure, Tcm, TcmElement
from care_contracts.scores import (
    Contribution,
    Flagged,
    Hospital,
    HospitalEvidence,
    HospitalParts,
    Lace,
    LaceEvidence,
    Risk,
)
from care_contracts.transitions import Attribution, DayOff, Step, TransitionSnapshot
from transition_orchestrator.domain import measures as judged_measures
from transition_orchestrator.domain.tcm_terms import Why
from worklist.domain.measures import Standing, standing_of
from worklist.explaining import Told, claims, explain

NEW_YORK = ZoneInfo("America/New_York")
FRIDAY = datetime(2026, 5, 22, 21, 0, tzinfo=UTC)
NOW = datetime(2026, 5, 26, 14, 0, tzinfo=UTC)
DUE = datetime(2026, 5, 28, 3, 59, 59, tzinfo=UTC)


@pytest.fixture
def app() -> App:
    return fresh_app()


def memorial_day(**more: Any) -> TransitionSnapshot:
    """The rulebook's worked example: the Friday before Memorial Day."""
    call = step(
        known_as("one"),
        "initial_contact",
        title="Reach the patient or caregiver",
        due_at=DUE,
        rule="2 business days after discharge",
        best_before_at=FRIDAY + timedelta(hours=24),
    )
    facts: dict[str, Any] = {
        "discharged_at": FRIDAY,
        "discharged_on": date(2026, 5, 22),
        "encounter_class": "inpatient",
        "business_days": [date(2026, 5, 26), date(2026, 5, 27)],
        "days_off": [DayOff(on=date(2026, 5, 25), name="Memorial Day")],
        "steps": [call],
    }
    return transition(**(facts | more))


def sentences(one: TransitionSnapshot, now: datetime = NOW) -> dict[str, str]:
    return {said.about: said.text for said in explain(Told(one, NEW_YORK, now))}


def test_the_worked_example_is_told_from_the_discharge_to_the_deadline() -> None:
    said = sentences(memorial_day())
    assert said["route"] == (
        "Discharged Fri 22 May 2026 17:00 (America/New_York) from an inpatient stay, "
        "disposition 01: went home. That calls for: home follow-up."
    )
    assert said["step:initial_contact"] == (
        "Reach the patient or caregiver is due Wed 27 May 2026 23:59:59 because the rule is "
        "2 business days after discharge; the weekend and Memorial Day Mon 25 May 2026 are not "
        "counted. It is best done by Sat 23 May 2026 17:00."
    )


PAULAS = (
    "The primary care provider is Paula Primary, whom the message names in PD1-4, at Maple by the "
    "site's directory."
)
PAULA = Practitioner(identifier="GP1", family_name="Primary", given_name="Paula")


@pytest.mark.parametrize(
    ("whose", "provider", "steps", "pcp", "team"),
    [
        (None, PAULA, [], None, None),
        (
            Attribution(pcp="PD1-4", practice="Maple", team="north", rule="north-side"),
            PAULA,
            [],
            PAULAS,
            "The team north has it, by the site's rule north-side.",
        ),
        (
            Attribution(pcp="message", team="pool", rule="default"),
            Practitioner(identifier="GP9"),
            [],
            "The primary care provider is GP9, whom a message names.",
            "The team pool has it, because no rule of the site gives it to another.",
        ),
        (
            Attribution(pcp="none"),
            None,
            [step(known_as("find"), "find_pcp")],
            "No message names a primary care provider: the plan asks to find one.",
            None,
        ),
        (
            Attribution(pcp="none"),
            None,
            [withdrawn(step(known_as("find"), "find_pcp"))],
            "No message names a primary care provider: no step of the plan looks for one.",
            None,
        ),
    ],
)
def test_whose_a_transition_is_is_told_with_what_says_so(
    whose: Attribution | None,
    provider: Practitioner | None,
    steps: list[Step],
    pcp: str | None,
    team: str | None,
) -> None:
    one = memorial_day(attribution=whose, primary_care_provider=provider, steps=steps)
    said = sentences(one)
    assert (said.get("pcp"), said.get("team")) == (pcp, team)


def test_a_step_that_is_escalated_says_when_and_to_whom() -> None:
    (call,) = memorial_day().steps
    later = {"escalates_at": DUE + timedelta(days=1), "escalates_to": "coordinator"}
    said = sentences(memorial_day(steps=[call.model_copy(update=later)]))
    assert said["step:initial_contact"].endswith(
        "If it is still open Thu 28 May 2026 23:59:59, the coordinator is to know."
    )


def test_every_sentence_names_its_rule() -> None:
    said = explain(Told(memorial_day(flags=["ama", "custody"]), NEW_YORK, NOW))
    assert all(one.rule and one.text.endswith(".") for one in said)
    assert ("flag:ama", "D-07") in {(one.about, one.rule) for one in said}


def test_a_replan_leaves_no_sentence_of_before() -> None:
    one = memorial_day()
    gone = newer(
        one,
        state="voided",
        reason="discharge_cancelled",
        steps=[withdrawn(planned) for planned in one.steps],
    )
    said = sentences(gone)
    assert "Discharge was cancelled by the hospital" in said["state"]
    assert "is not asked for any more" in said["step:initial_contact"]
    assert "is due" not in " ".join(said.values())


# --- scores


def test_scores_say_what_they_stand_on_and_what_they_do_not_know() -> None:
    evidence = LaceEvidence(
        days=3,
        los_method="midnights",
        admission_type="E",
        came_by_emergency=True,
        charlson=2,
        conditions=["heart_failure"],
        icd10cm_cancers=False,
        ed_visits=1,
    )
    lace = Lace(
        score=9,
        tier="moderate",
        length_of_stay=3,
        acuity=3,
        comorbidity=2,
        ed_visits=1,
        variant="tool",
        inputs=evidence,
    )
    hospital = Hospital(
        incomplete=True,
        known_points=3,
        maximum_points=5,
        tier=None,
        missing=["hemoglobin", "sodium"],
        variant="2016",
        parts=HospitalParts(),
        inputs=HospitalEvidence(has_cancer=False, is_urgent=True, admissions=2, days=3),
    )
    flag = Flagged(factor="p8_psychological", because="mental disorder (F329)")
    said = sentences(memorial_day(risk=Risk(lace=lace, hospital=hospital, boost=[flag])))
    assert "LACE is 9 (moderate) by the form tool" in said["risk:lace"]
    assert "in this network only" in said["risk:lace"]
    assert "3 points known, 5 at most" in said["risk:hospital"]
    assert "hemoglobin and sodium are not known" in said["risk:hospital"]
    assert said["risk:p8_psychological"] == "BOOST psychological: mental disorder (F329)."


def test_a_prediction_says_what_added_how_much_and_how_well_it_held() -> None:
    said = sentences(memorial_day(risk=Risk(prediction=predicted())))
    assert said["risk:prediction"] == (
        "The model simulated-logistic@1 (Logistic model trained on simulated data, not for "
        "clinical use, learnt from simulated stays) predicts 14.2 % for an unplanned readmission "
        "within 30 days: moderate risk. The plan goes by LACE and not by this."
    )
    assert said["risk:prediction:factors"] == (
        "In log-odds, simulated-logistic@1 starts from -3.00: days in hospital (5) adds +0.20 and "
        "low sodium (1) adds +1.00."
    )
    assert said["risk:prediction:calibration"] == (
        "Of 999 stays held out of the training and predicted 10.0 % to 15.0 %, 13.1 % were "
        "predicted and 12.8 % came back. On 10000 held-out simulated stays the calibration of "
        "simulated-logistic@1 has intercept +0.07, slope 1.00 and Brier score 0.120."
    )


def test_an_incomplete_prediction_says_what_is_not_known_and_what_it_could_come_to() -> None:
    unknown = Contribution(factor="low_sodium", title="low sodium")
    prediction = predicted(
        probability=None,
        lowest=0.05,
        highest=0.16,
        tier=None,
        incomplete=True,
        missing=["low_sodium"],
        contributions=[unknown],
        band=None,
    )
    said = sentences(memorial_day(risk=Risk(prediction=prediction)))
    assert (
        "predicts nothing for an unplanned readmission within 30 days, because it is not known: "
        "low sodium. It would be 5.0 % to 16.0 %. The plan goes by LACE"
    ) in said["risk:prediction"]
    assert said["risk:prediction:factors"].endswith("starts from -3.00, and nothing is known.")
    assert said["risk:prediction:calibration"].startswith("On 10000 held-out")


def test_a_prediction_that_decides_is_told_to_decide() -> None:
    one = memorial_day(risk=Risk(prediction=predicted(), prediction_sets_tier=True))
    assert sentences(one)["risk:prediction"].endswith(
        "The plan goes by this tier, as the site has chosen."
    )


# --- claims and measures


def test_every_reason_that_is_told_has_a_sentence_of_its_own() -> None:
    assert set(claims.WHY) == set(Why)


def test_every_exclusion_that_is_told_has_words() -> None:
    code = inspect.getsource(judged_measures)
    told = set(re.findall(r'^        \("([a-z0-9_]+)", ', code, re.MULTILINE))
    assert told | {"receipt_not_recorded"} == set(claims.EXCLUSIONS)


def with_element(**more: Any) -> TransitionSnapshot:
    return memorial_day(tcm=Tcm(eligible="yes", elements=[TcmElement(**more)]))


def test_an_open_element_is_missed_once_its_time_has_passed() -> None:
    one = with_element(name="contact", standing="open", why="no_contact", due_at=DUE)
    assert sentences(one)["tcm:contact"] == (
        "No contact and no attempt is on record. It is due Wed 27 May 2026 23:59:59."
    )
    late = sentences(one, DUE + timedelta(seconds=1))["tcm:contact"]
    assert late.endswith("It was due Wed 27 May 2026 23:59:59, and is missed.")


def test_a_nurse_s_visit_is_told_not_to_be_the_one() -> None:
    one = with_element(
        name="visit", standing="open", why="seen_by_staff", by="RN", on=date(2026, 5, 25)
    )
    assert "The visit by RN on Mon 25 May 2026 is not" in sentences(one)["tcm:visit"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"code": "99496"}, "All is met for 99496."),
        ({"code_if_high": "99496", "code_if_moderate": "99495"}, "99495 if moderate"),
        ({"code_if_high": "99495", "code_if_moderate": "99495"}, "moderate or high"),
        ({}, "No TCM code as things stand"),
    ],
)
def test_the_code_is_told_as_a_hint(more: dict[str, Any], words: str) -> None:
    element = TcmElement(name="setting", standing="met", why="community")
    one = memorial_day(tcm=Tcm(eligible="yes", elements=[element], **more))
    assert words in sentences(one)["tcm:code"]


LAST = date(2026, 6, 21)


@pytest.mark.parametrize(
    ("more", "today", "standing"),
    [
        ({}, LAST, Standing.OPEN),
        ({}, LAST + timedelta(days=1), Standing.MISSED),
        ({"met_on": date(2026, 6, 1)}, LAST + timedelta(days=1), Standing.MET),
        ({"excluded_for": "hospice"}, LAST, Standing.EXCLUDED),
    ],
)
def test_a_measure_stands_as_of_the_day_it_is_looked_at(
    more: dict[str, Any], today: date, standing: Standing
) -> None:
    measure = Measure(code="TRC-PE", first_on=date(2026, 5, 23), last_on=LAST, **more)
    assert standing_of(measure, today) is standing
    now = datetime(today.year, today.month, today.day, 12, tzinfo=NEW_YORK)
    said = sentences(memorial_day(measures=[measure]), now)["measure:TRC-PE"]
    assert standing in said or "does not count here, because the patient is in hospice" in said


# --- where it is shown


async def test_the_api_explains_a_transition(app: App) -> None:
    measure = Measure(code="TRC-MRP", first_on=date(2026, 5, 22), last_on=LAST)
    one = memorial_day(measures=[measure])
    await app.hear(one)
    async with app.client() as client:
        answer = await client.get(f"/api/transitions/{one.transition_id}/explanation")
        listed = await client.get("/api/transitions", params={"mrn": "MR1001"})
        missing = await client.get(f"/api/transitions/{known_as('nothing')}/explanation")
    body = answer.json()
    assert (answer.status_code, body["version"]) == (200, 1)
    assert {"about", "text", "rule"} == set(body["sentences"][0])
    assert body["sentences"][0]["text"].startswith("Discharged Fri 22 May 2026 17:00")
    assert listed.json()["items"][0]["measures"][0]["standing"] == "open"
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/no-such-transition")


async def test_only_who_may_see_patients_reads_an_explanation(app: App) -> None:
    async with app.client("ops") as client:
        answer = await client.get(f"/api/transitions/{known_as('one')}/explanation")
    assert answer.status_code == 403


async def test_the_page_names_the_model_beside_lace(app: App) -> None:
    await app.hear(memorial_day(risk=Risk(prediction=predicted())))
    async with app.browser() as nora:
        await nora.post("/sign-in", data={"role": "nurse"})
        page = (await nora.get(f"/transitions/{known_as('one')}")).text
    assert '<dt class="whole">simulated-logistic@1: 14.2 %, moderate risk</dt>' in page
    assert (
        '<dd class="whole">Logistic model trained on simulated data, not for clinical use' in page
    )


async def test_the_page_explains_it_too(app: App) -> None:
    await app.hear(memorial_day())
    async with app.browser() as nora:
        await nora.post("/sign-in", data={"role": "nurse"})
        page = (await nora.get(f"/transitions/{known_as('one')}")).text
    assert "Why it looks so" in page
    assert "Memorial Day Mon 25 May 2026 are not counted" in page
