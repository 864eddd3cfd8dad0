"""Protocol files: what is shipped can be used; what is wrong is named by file, line and rule."""

from pathlib import Path

import pytest

from care_chassis.documents import DocumentError
from transition_orchestrator.domain.routing import TransitionKind
from transition_orchestrator.protocol_files import faults_of, load_protocols

SHIPPED = {
    "boost@1",
    "coleman@1",
    "default@1",
    "default@2",
    "find-pcp@1",
    "maternity@1",
    "naylor@1",
    "project-red@1",
}
GOOD = """\
name: ours
version: 2
visiting_hours: {first: "09:00", last: "17:00"}
plans:
  home_visit:
    period: 29 days after discharge
    steps:
      - {code: home_visit, title: Visit, role: nurse, due: 48 hours after discharge}
      - code: call
        title: Call
        role: nurse
        opens: 1 day after discharge
        due: P3D after discharge
        best_before: 24 hours after home_visit
        escalate: {after: 1 business day, to: provider}
        repeat: {every: 7 days, times: 3}
        checklist: [Ask about pain]
  hospice: {period: 29 days after discharge, steps: []}
"""


def test_the_shipped_protocols_can_be_used() -> None:
    assert set(load_protocols()) == SHIPPED


@pytest.mark.parametrize("label", ["default@1", "default@2"])
def test_the_default_protocol_has_a_plan_for_every_kind(label: str) -> None:
    protocol = load_protocols()[label]
    optional = {TransitionKind.DISCHARGE_PLANNING, TransitionKind.MATERNITY}
    assert set(protocol.plans) | optional == set(TransitionKind)
    codes = [step.code for step in protocol.plans[TransitionKind.HOME_VISIT].steps]
    assert {"initial_contact", "home_visit", "medication_reconciliation", "closure"} <= set(codes)


def test_a_folder_adds_protocols_to_those_that_are_shipped(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(GOOD)
    assert set(load_protocols(tmp_path)) == {*SHIPPED, "ours@2"}


def test_a_version_that_is_there_already_is_not_changed_by_another_file(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(GOOD.replace("name: ours", "name: default"))
    with pytest.raises(DocumentError, match="give this one the next version") as raised:
        load_protocols(tmp_path)
    assert (raised.value.path, raised.value.line) == (path, 2)


def test_a_step_that_repeats_is_several_steps_one_interval_apart(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(GOOD)
    plan = load_protocols(tmp_path)["ours@2"].plans[TransitionKind.HOME_VISIT]
    told = [(one.code, one.title, str(one.opens), str(one.due)) for one in plan.steps[1:]]
    assert told == [
        ("call", "Call (1 of 3)", "1 day after discharge", "3 days after discharge"),
        ("call_2", "Call (2 of 3)", "8 days after discharge", "10 days after discharge"),
        ("call_3", "Call (3 of 3)", "15 days after discharge", "17 days after discharge"),
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "rule"),
    [
        ("due: 48 hours after", "due: 48 moons after", 8, "no due rule"),
        ("role: nurse", "role: plumber", 8, "'plumber' is no role; there are: nurse"),
        ("title: Visit", "titel: Visit", 8, "title"),
        ("code: home_visit", "code: Home visit", 8, "small letters"),
        ("code: call", "code: discharge", 9, "small letters"),
        ("period: 29 days", "period: a week", 6, "no due rule"),
        ("period: 29 days", "period: 700 hours", 6, "say a period in days"),
        ("version: 2", "version: two", 2, "version"),
        ("name: ours", "name: Our own", 1, "small letters"),
        ("nurse, due", "nurse, when: [rain], due", 8, "'rain' is none of: .*high_risk"),
        ("  hospice:", "  hostel:", 18, "hostel"),
        ('"09:00"', "9", 3, "in quotes"),
        ('"17:00"', '"07:00"', 3, "end at 07:00, before they begin at 09:00"),
        ("{after: 1 business day", "{after: soon", 15, "no interval such as '7 days'"),
        ("every: 7 days", "every: 24 hours", 16, "repeats in hours and is due in days"),
        ("times: 3", "times: 1", 16, "times"),
        # What can be read, and makes no sense.
        ("opens: 1 day", "opens: 4 days", 12, "opens 4 days .* after it is due: 3 days"),
        ("24 hours after home_visit", "24 hours after home_visits", 14, "no step of that code"),
        ("24 hours after home_visit", "24 hours after call", 14, "no step of that code"),
        ("24 hours after home_visit", "4 days after discharge", 14, "later than the deadline"),
        ("24 hours after home_visit", "4 days after due", 14, "only an escalation counts from"),
        ("times: 3", "times: 5", 13, "due 31 days .* period has ended: 29 days"),
        ("discharge}", "discharge, sooner: {due: P3D after discharge}}", 8, "not sooner than 48"),
        ("code: call", "code: home_visit", 9, "'home_visit' stands twice in this plan"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_file_line_and_rule(
    tmp_path: Path, right: str, wrong: str, line: int, rule: str
) -> None:
    path = tmp_path / "ours.yaml"
    assert right in GOOD
    path.write_text(GOOD.replace(right, wrong, 1))
    with pytest.raises(DocumentError, match=rule) as raised:
        load_protocols(tmp_path)
    assert (raised.value.path, raised.value.line) == (path, line)


def test_all_slips_of_a_file_are_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(GOOD.replace("role: nurse", "role: cook").replace("version: 2", "version: 0"))
    assert [one.line for one in faults_of(path)] == [2, 8, 11]
