"""Who sees a patient, and what it takes to break the glass."""

import json
from pathlib import Path
from typing import Any

import pytest

from worklist.domain.access import About, Access, Verdict, decide
from worklist.domain.people import Person

NORA = Person("nora", "Nora Field", "nurse")
SEEN = Verdict(allowed=True)
DENIED = Verdict(allowed=False, alert=True)


def worked_case() -> Any:
    path = Path(__file__).parents[2] / "data" / "worked-cases.json"
    return next(one for one in json.loads(path.read_text())["cases"] if one["id"] == "AUD-01")


def test_who_sees_a_patient_is_what_the_worked_case_says() -> None:
    case = worked_case()
    verdicts = [
        decide(
            Person(one["who"], one["who"], "nurse"),
            Access.ASSIGNED,
            assigned=one["assigned"],
            reason=one.get("break_glass_reason", ""),
        )
        for one in case["inputs"]["actions"]
    ]
    assert [one.allowed for one in verdicts] == case["expected"]["allowed"]
    assert [one.alert for one in verdicts] == case["expected"]["security_alert"]


@pytest.mark.parametrize("role", ["nurse", "pharmacist", "coordinator", "provider", "integration"])
def test_where_the_whole_team_sees_everybody_no_glass_is_broken(role: str) -> None:
    anybody = Person("anybody", "Any Body", role)
    assert decide(anybody, Access.TEAM, assigned=False) == SEEN
    assert decide(anybody, Access.TEAM, assigned=False, reason="to be sure") == SEEN


@pytest.mark.parametrize("role", ["ops", "admin"])
@pytest.mark.parametrize("access", list(Access))
def test_who_runs_the_system_breaks_no_glass(role: str, access: Access) -> None:
    operator = Person("otto", "Otto Operator", role)
    assert decide(operator, access, assigned=True, reason="curious", broken_for="x") == DENIED


@pytest.mark.parametrize("reason", ["", "  ", "...", "\n-\t"])
def test_a_reason_without_a_word_is_none(reason: str) -> None:
    assert decide(NORA, Access.ASSIGNED, assigned=False, reason=reason) == DENIED


@pytest.mark.parametrize(
    ("words", "named"),
    [
        *(("o'neill-king called", True), ("for NEILL", True), ("King's son", True)),
        *(("MR-1 is mine", True), ("mr.7", True), ("as (7) says", False), ("MR-12", False)),
        *(("the kingdom of Li, o my", False), ("", False)),
    ],
)
def test_a_name_is_told_by_its_longer_parts_as_words_and_by_mrns(words: str, named: bool) -> None:  # noqa: FBT001 - a case of the table
    about = About("GHH", "key", name="O'Neill-King, Li", mrns=("MR-1", "MR.7", ""))
    assert about.named_in(words) is named


def test_what_breaks_the_glass_alerts_and_what_goes_on_behind_it_does_not() -> None:
    breaking = decide(NORA, Access.ASSIGNED, assigned=False, reason=" covering weekend ")
    assert breaking == Verdict(allowed=True, alert=True, reason="covering weekend")
    assert breaking.breaks_glass
    after = decide(NORA, Access.ASSIGNED, assigned=False, broken_for="covering weekend")
    assert after == Verdict(allowed=True, reason="covering weekend")
    assert not after.breaks_glass
    assert not DENIED.breaks_glass


def test_who_is_assigned_needs_no_reason_and_gives_none() -> None:
    assert decide(NORA, Access.ASSIGNED, assigned=True, reason="covering") == SEEN


def test_a_system_is_let_in_by_its_site() -> None:
    assert decide(Person("ehr", "EHR", "integration"), Access.ASSIGNED, assigned=False) == SEEN
