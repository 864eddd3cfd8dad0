"""What a site follows: versions, changes of its own, who is enrolled, and why."""

from pathlib import Path

import orjson
import pytest
import yaml
from pydantic import TypeAdapter
from tests.support.transition_orchestrator_fakes import DEFAULT, MODELS, PROGRAMMES

from care_chassis.documents import DocumentError, load_document
from care_contracts.sites import Site
from transition_orchestrator.domain.programme import Enrolment, Followed, Programme
from transition_orchestrator.domain.routing import TransitionKind
from transition_orchestrator.ports import SiteRules
from transition_orchestrator.site_rules import rules_in

HOME = TransitionKind.HOME_VISIT
SITE = "code: NEW\nname: New Hospital\ntime_zone: America/Chicago\n"


def rules_of(tmp_path: Path, protocols: str) -> SiteRules:
    path = tmp_path / "NEW.yaml"
    path.write_text(f"{SITE}protocols:\n{protocols}")
    return rules_in(path, load_document(path, Site), PROGRAMMES, MODELS)


def programme_of(tmp_path: Path, protocols: str) -> Programme:
    return rules_of(tmp_path, protocols).opens_with


def decided(programme: Programme, *known: str) -> dict[str, tuple[bool, str]]:
    found = programme.enrolments(HOME, frozenset(known))
    return {one.protocol: (one.enrolled, one.because) for one in found}


def test_a_bare_name_follows_the_newest_version_as_it_is(tmp_path: Path) -> None:
    programme = programme_of(tmp_path, "  - default\n  - coleman\n")
    assert programme.label == "default@2+coleman@1"
    assert rules_of(tmp_path, "  - {name: default, version: 1}\n").opens_with.label == "default@1"


def test_a_site_without_a_word_on_protocols_follows_the_default(tmp_path: Path) -> None:
    path = tmp_path / "NEW.yaml"
    path.write_text(SITE)
    assert rules_in(path, load_document(path, Site), PROGRAMMES, MODELS).opens_with == DEFAULT


def test_a_site_changes_single_steps_and_hours(tmp_path: Path) -> None:
    programme = programme_of(
        tmp_path,
        "  - name: default\n"
        '    visiting_hours: {first: "09:00", last: "16:00"}\n'
        "    steps:\n"
        "      home_visit: {due: 60 hours after discharge, role: provider, title: Come by}\n"
        "      coach_call_2: {leave_out: true}\n",
    )
    steps = {step.code: step for step in programme.plan_of(HOME).steps}
    visit = steps["home_visit"]
    assert (str(visit.due), visit.role, visit.title) == (
        "60 hours after discharge", "provider", "Come by",
    )  # fmt: skip
    assert visit.visiting_hours is not None
    assert visit.visiting_hours.last.hour == 16
    assert "coach_call_2" not in steps
    assert str(steps["pcp_summary"].due) == "24 hours after discharge"
    assert programme.followed[0].is_adapted


@pytest.mark.parametrize(
    ("protocols", "line", "rule"),
    [
        ("  - defaults\n", 5, "no protocol 'defaults'; there are: boost@1, "),
        ("  - {name: default, version: 9}\n", 5, "no protocol 'default@9'"),
        ("  - default\n  - default\n", 4, "default stands here twice"),
        ("  - coleman\n", 4, "none of these protocols has a plan for ed_followup, .*: add default"),
        ("  - default\n  - {name: naylor, when: [rich]}\n", 6, "'rich' is none of"),
        (
            "  - name: default\n    steps:\n      hom_visit: {role: nurse}\n",
            7,
            "default@2 has no step 'hom_visit'; it has: .*home_visit",
        ),
        (
            "  - name: default\n    steps:\n      home_visit:\n        due: soon\n",
            8,
            "'soon' is no due rule",
        ),
        (
            "  - name: default\n    steps:\n      home_visit:\n        due: PT1H after discharge\n",
            7,
            "opens 48 hours after discharge, which is after it is due",
        ),
    ],
)
def test_what_a_site_cannot_follow_is_named_by_file_line_and_rule(
    tmp_path: Path, protocols: str, line: int, rule: str
) -> None:
    with pytest.raises(DocumentError, match=rule) as raised:
        rules_of(tmp_path, protocols)
    assert (raised.value.path, raised.value.line) == (tmp_path / "NEW.yaml", line)


@pytest.mark.parametrize(
    ("country", "place"),
    [("{country: XX}", "XX"), ("{country: US, subdivision: QQ}", "US QQ"),
     ("{country: registry}", "registry")],
)  # fmt: skip
def test_a_country_without_holidays_is_named_by_file_line_and_rule(
    tmp_path: Path, country: str, place: str
) -> None:
    path = tmp_path / "NEW.yaml"
    path.write_text(f"{SITE}holidays: {country}\n")
    with pytest.raises(DocumentError, match=f"no holidays are known for {place}$") as raised:
        rules_in(path, load_document(path, Site), PROGRAMMES, MODELS)
    assert raised.value.line == 4


def test_the_reference_file_can_be_followed() -> None:
    path = Path(__file__).parents[3] / "deploy/sites/reference.yaml.txt"
    site = Site.model_validate(yaml.safe_load(path.read_text("utf-8")))
    assert rules_in(path, site, PROGRAMMES, MODELS).opens_with.label == "default@2+naylor@1"


def test_a_protocol_follows_those_it_is_for_and_says_why(tmp_path: Path) -> None:
    programme = programme_of(tmp_path, "  - default\n  - naylor\n  - {name: boost, when: []}\n")
    assert decided(programme, "high_risk") == {
        "default@2": (True, "every discharge of this kind"),
        "naylor@1": (True, "high_risk"),
        "boost@1": (True, "every discharge of this kind"),
    }
    assert decided(programme, "low_risk")["naylor@1"] == (False, "only for high_risk")


def test_a_protocol_without_a_plan_for_the_kind_does_not_follow_it(tmp_path: Path) -> None:
    programme = programme_of(tmp_path, "  - default\n  - {name: boost, unless: [ama]}\n")
    (_, boost) = programme.enrolments(TransitionKind.HOSPICE, frozenset())
    assert boost == Enrolment("boost@1", enrolled=False, because="it has no plan for hospice")
    assert decided(programme, "ama")["boost@1"] == (False, "not for ama")


def test_a_programme_of_a_version_that_is_gone_is_not_known() -> None:
    assert not PROGRAMMES.known((Followed("default@99"),))
    assert not PROGRAMMES.known(())


def test_what_a_site_follows_is_kept_with_the_transition_as_it_was(tmp_path: Path) -> None:
    followed = programme_of(
        tmp_path,
        "  - default\n  - name: naylor\n    unless: [ama]\n"
        '    visiting_hours: {first: "09:00", last: "16:00"}\n'
        "    steps: {home_visit: {due: 36 hours after discharge}}\n",
    ).followed
    stored = orjson.dumps(followed)
    assert TypeAdapter(tuple[Followed, ...]).validate_json(stored) == followed
