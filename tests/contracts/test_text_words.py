"""What a text to a patient may say, and what a site is told whose words may not be sent."""

import json
from pathlib import Path
from typing import Any

import pytest

from care_chassis.documents import faults_in
from care_contracts.patient_texts import PatientTexts
from care_contracts.sites import Site
from care_contracts.text_words import fault_in, remedy_for

SENDER, NUMBER = "GHH Care Team", "555-0100"
SAY_LESS = "say no more than who is to be called, and where"
END = "Reply STOP to opt out."
SITE = """\
code: GHH
name: Good Health Hospital
time_zone: America/New_York
patient_texts:
  sender: GHH Care Team
  number: 555-0100
"""


def fault(text: str, *, sender: str = SENDER) -> str:
    return fault_in(text, sender=sender, number=NUMBER)


def faults_of(folder: Path, more: str, text: str = SITE) -> list[tuple[int, str]]:
    """What is told of a site's file, by line."""
    path = folder / "ghh.yaml"
    path.write_text(text + more)
    return [(one.line, one.rule) for one in faults_in(path, Site)]


def test_a_text_is_judged_as_the_worked_case_says() -> None:
    path = Path(__file__).parents[1] / "data" / "worked-cases.json"
    cases: dict[str, Any] = {one["id"]: one for one in json.loads(path.read_text())["cases"]}
    inputs, expected = cases["MSG-06"]["inputs"], cases["MSG-06"]["expected"]
    found = [fault(text) for text in inputs["texts"]]
    assert found == expected["reasons"]
    assert [one == "" for one in found] == expected["ok"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{SENDER}: call {NUMBER} about your diabetes. {END}", "diagnosis disclosed"),
        (f"{SENDER}: call {NUMBER} about your surgery. {END}", "hospital stay disclosed"),
        (f"{SENDER}: call {NUMBER} about your ER visit. {END}", "hospital stay disclosed"),
        (f"{SENDER}: you left on 6/10, call {NUMBER}. {END}", "hospital stay disclosed"),
        (f"Hello Jane, {SENDER} asks you to call {NUMBER}. {END}", "patient named"),
        (f"{SENDER}: call {NUMBER} about your bill. {END}", "marketing or billing"),
        (f"Please call {NUMBER}. {END}", "sender not identified"),
        (f"{SENDER}: please call us. {END}", "number to call missing"),
        (f"{SENDER}: please call {NUMBER}.", "opt-out missing"),
        (f"{SENDER}: please call {NUMBER}. {END}{' x' * 60}", "longer than 160 characters"),
    ],
)
def test_what_may_not_be_sent_is_told_with_a_remedy(text: str, expected: str) -> None:
    assert fault(text) == expected
    assert remedy_for(expected)


DIAGNOSES = (
    *("heart failure", "CHF", "high blood pressure", "hypertension", "HIV test", "schizophrenia"),
    *("bipolar care", "epilepsy", "blood clot", "hepatitis", "leukemia", "Alzheimer care", "heart"),
    *("Parkinson's", "atrial fibrillation", "anaemia", "ulcer", "anxiety", "warfarin", "the flu"),
    *("tuberculosis", "gout", "migraine", "arrhythmia", "opioids", "bronchitis", "sepsis"),
)
STAYS = (
    *("discharge", "ED visit", "recent stay", "June 10 stay", "time on unit 5B", "4th floor nurse"),
    *("maternity care", "psych team", "rehab", "detox", "nursing home", "knee replacement", "MRI"),
    *("colonoscopy", "hysterectomy", "angioplasty", "biopsy", "chemo", "CT scan", "bypass"),
    *("stent", "catheter", "x-ray", "amputation", "C-section", "transfusion", "pacemaker"),
    "transplant",
)


@pytest.mark.parametrize("subject", DIAGNOSES)
def test_no_text_tells_of_a_diagnosis(subject: str) -> None:
    assert "diagnosis" in fault(f"{SENDER}: call {NUMBER} about your {subject}. {END}")


@pytest.mark.parametrize("subject", STAYS)
def test_no_text_tells_of_a_stay_a_unit_or_a_procedure(subject: str) -> None:
    assert (
        fault(f"{SENDER}: call {NUMBER} about your {subject}. {END}") == "hospital stay disclosed"
    )


@pytest.mark.parametrize("subject", ["follow-up", "next call", "appointment", "care plan", "ride"])
def test_what_tells_nothing_may_be_said(subject: str) -> None:
    assert fault(f"{SENDER}: please call {NUMBER} about your {subject}. {END}") == ""


def test_whoever_is_greeted_by_name_is_named() -> None:
    assert fault(f"Good morning Jane, {SENDER}: call {NUMBER}. {END}") == "patient named"


def test_160_characters_are_the_most() -> None:
    text = f"{SENDER}: please call {NUMBER}. {END}"
    assert fault(text.ljust(160, ".")) == ""
    assert fault(text.ljust(161, ".")) == "longer than 160 characters"


def test_a_team_may_be_that_of_a_hospital_and_not_of_a_heart_clinic() -> None:
    text = "{}: please call 555-0100. Reply STOP to opt out."
    for sender in ("Good Health Hospital", "Sacred Heart Care Team"):
        assert fault(text.format(sender), sender=sender) == ""
    clinic = "GHH Heart Failure Clinic"
    assert fault(text.format(clinic), sender=clinic) == "diagnosis disclosed"


def test_a_site_s_own_words_are_filled_in() -> None:
    texts = PatientTexts(sender=SENDER, number=NUMBER)
    assert texts.follow_up_text == f"{SENDER}: please call {NUMBER} about your follow-up. {END}"
    assert texts.stopped_text.startswith(SENDER)
    assert (
        Site.model_validate({"code": "A", "name": "A", "time_zone": "UTC"}).patient_texts is None
    ), "nobody is texted unless a site wants it"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", []),
        (
            "  words: '{sender}: call {number} about your discharge. Reply STOP.'\n",
            [(7, f"patient_texts.words: hospital stay disclosed: {SAY_LESS}")],
        ),
        (
            "  words: 'Please call {number}. Reply STOP to opt out.'\n",
            [(7, "patient_texts.words: sender not identified: begin with {sender}")],
        ),
        (
            "  words: '{sender}: {given_name}, call {number}. Reply STOP to opt out.'\n",
            [(7, "patient_texts.words: only {sender} and {number} are filled in")],
        ),
        (
            "  stopped: 'No more texts.'\n",
            [(7, "patient_texts.stopped: sender not identified: begin with {sender}")],
        ),
    ],
)
def test_a_site_is_told_by_line_what_is_wrong_and_what_to_do(
    tmp_path: Path, more: str, expected: list[tuple[int, str]]
) -> None:
    assert faults_of(tmp_path, more) == expected


def test_a_sender_or_number_that_makes_even_the_default_words_wrong_is_told(
    tmp_path: Path,
) -> None:
    clinic = SITE.replace("GHH Care Team", "GHH Cancer Clinic")
    assert [rule for _, rule in faults_of(tmp_path, "", clinic)] == [
        f"patient_texts.words: diagnosis disclosed: {SAY_LESS}",
        f"patient_texts.stopped: diagnosis disclosed: {SAY_LESS}",
    ]
    ((line, rule),) = faults_of(tmp_path, "", SITE.replace("555-0100", "call us"))
    assert (line, rule.partition(":")[0]) == (6, "patient_texts.number")
