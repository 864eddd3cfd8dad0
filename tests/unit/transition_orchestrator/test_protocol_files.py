"""Protocol files: what is shipped can be used; what is wrong is named by file, line and rule."""

from pathlib import Path

import pytest

from care_chassis.documents import DocumentError
from transition_orchestrator.domain.routing import TransitionKind
from transition_orchestrator.protocol_files import load_protocols

GOOD = """\
name: ours
version: 2
visiting_hours: {first: "09:00", last: "17:00"}
plans:
  home_visit:
    period: 29 days after discharge
    steps:
      - {code: home_visit, title: Visit, role: nurse, due: 48 hours after discharge}
  facility_tracking: {period: 29 days after discharge, steps: []}
  ed_followup: {period: 7 days after discharge, steps: []}
  acute_transfer_watch: {period: 29 days after discharge, steps: []}
  hospice: {period: 29 days after discharge, steps: []}
  manual_review: {period: 29 days after discharge, steps: []}
"""


def test_the_default_protocol_has_a_plan_for_every_kind() -> None:
    protocol = load_protocols()["default@1"]
    assert set(protocol.plans) == set(TransitionKind)
    codes = [step.code for step in protocol.plans[TransitionKind.HOME_VISIT].steps]
    assert {"initial_contact", "home_visit", "medication_reconciliation", "closure"} <= set(codes)


def test_a_folder_adds_protocols_to_those_that_are_shipped(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(GOOD)
    assert set(load_protocols(tmp_path)) == {"default@1", "ours@2"}


@pytest.mark.parametrize(
    ("right", "wrong", "line", "rule"),
    [
        ("due: 48 hours after", "due: 48 moons after", 8, "no due rule"),
        ("role: nurse", "role: plumber", 8, "role"),
        ("title: Visit", "titel: Visit", 8, "title"),
        ("period: 7 days after discharge", "period: a week", 9 + 1, "no due rule"),
        ("version: 2", "version: two", 2, "version"),
        ("nurse, due", "nurse, when: [rain], due", 8, "rain"),
        ("  hospice:", "  hostel:", 12, "hostel"),
        ("  hospice: {period: 29 days after discharge, steps: []}\n", "", 4, "no plan for hospice"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_rule(
    tmp_path: Path, right: str, wrong: str, line: int, rule: str
) -> None:
    path = tmp_path / "ours.yaml"
    assert right in GOOD
    path.write_text(GOOD.replace(right, wrong, 1))
    with pytest.raises(DocumentError, match=rule) as raised:
        load_protocols(tmp_path)
    assert (raised.value.path, raised.value.line) == (path, line)


def test_a_step_that_stands_twice_is_refused(tmp_path: Path) -> None:
    step = "      - {code: home_visit, title: Visit, role: nurse, due: 48 hours after discharge}\n"
    (tmp_path / "ours.yaml").write_text(GOOD.replace(step, step + step))
    with pytest.raises(DocumentError, match="stands twice"):
        load_protocols(tmp_path)
