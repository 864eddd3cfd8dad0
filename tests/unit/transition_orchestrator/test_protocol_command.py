"""The command `protocol`: what it says of files, plans and slips, and how it ends."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from transition_orchestrator.cli import cli

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "services/transition-orchestrator/src/transition_orchestrator/protocols"
FRIDAY = ("--discharge", "2026-05-22T17:00-04:00")
NEW_YORK = ("--zone", "America/New_York")
BEFORE = ("--expected-discharge", "2026-05-22T17:00")


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_SITES_DIR", str(ROOT / "deploy/sites"))


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, list(args))


def row_of(result: Result, code: str) -> str:
    found = next(line for line in result.stdout.splitlines() if f" {code} " in line)
    return re.sub(r" {2,}", "  ", found).strip()


def test_all_that_is_shipped_and_every_site_are_good() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "good default@2: steps for home_visit (14)" in result.stdout
    assert "good GHH follows default@2" in result.stdout


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.name)
def test_a_file_without_a_slip_is_good(path: Path) -> None:
    assert run("check", str(path)).exit_code == 0


def test_every_slip_of_a_file_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    text = (SHIPPED / "naylor-1.yaml").read_text("utf-8")
    path.write_text(text.replace("role: nurse", "role: cook"))
    result = run("check", str(path))
    assert result.exit_code == 1
    assert [line.partition("line ")[2][:2] for line in result.stdout.splitlines()] == ["15", "23"]
    assert "'cook' is no role; there are: nurse" in result.stdout


def test_a_slip_of_a_site_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_SITES_DIR", str(tmp_path))
    site = "code: N\nname: N\ntime_zone: UTC\nprotocols: [coleman]\n"
    (tmp_path / "N.yaml").write_text(site)
    result = run("check")
    assert result.exit_code == 1
    assert "N.yaml, line 4: protocols: none of these protocols has a plan" in result.stdout


@pytest.mark.parametrize(
    ("hl7", "key"),
    [
        ("classes: {B: I}", "classes.B"),
        ("classes: {b: observation}", "classes.b"),
        ("observation: {patient_class: [b]}", "observation.patient_class"),
    ],
)
def test_a_site_whose_births_are_of_another_class_is_warned_if_it_follows_maternity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hl7: str, key: str
) -> None:
    monkeypatch.setenv("CARE_SITES_DIR", str(tmp_path))
    path = tmp_path / "N.yaml"
    site = f"code: N\nname: N\ntime_zone: UTC\nhl7:\n  {hl7}\n"
    path.write_text(f"{site}protocols: [default, maternity]\n")
    result = run("check")
    assert result.exit_code == 0
    assert f"warning {path}, line 5: hl7.{key}: no stay is of class obstetrics" in result.stdout
    path.write_text(site)
    assert "warning" not in run("check").stdout


@pytest.mark.parametrize("hl7", ["{}", "{classes: {B: O, OB: B}}", "{classes: {B: B}}"])
def test_a_site_that_has_obstetric_stays_is_not_warned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hl7: str
) -> None:
    monkeypatch.setenv("CARE_SITES_DIR", str(tmp_path))
    site = f"code: N\nname: N\ntime_zone: UTC\nhl7: {hl7}\nprotocols: [default, maternity]\n"
    (tmp_path / "N.yaml").write_text(site)
    assert "warning" not in run("check").stdout


def test_a_plan_is_a_timeline_in_local_time_with_windows_and_rules() -> None:
    result = run("preview", "default", *FRIDAY, *NEW_YORK)
    assert result.exit_code == 0
    assert "Discharged Fri 22 May 2026 17:00, America/New_York: home_visit" in result.stdout
    assert row_of(result, "initial_contact") == (
        "Fri 22 May 17:00  Wed 27 May 23:59  initial_contact  Reach the patient or caregiver  "
        "nurse  2 business days after discharge  coordinator, Thu 28 May 23:59  default@2"
    )
    assert row_of(result, "home_visit").startswith("Sun 24 May 17:00  Mon 25 May 17:00  home_visit")
    assert "left out: find_pcp (default@2), only for no_pcp" in result.stdout
    assert "The period ends Sat 20 Jun 23:59: 29 days after discharge." in result.stdout


def test_protocols_side_by_side_and_who_is_enrolled() -> None:
    high = run("preview", "default", "naylor", *FRIDAY, *NEW_YORK, "--tier", "high")
    assert "naylor@1 follows it: high_risk" in high.stdout
    assert "Sat 23 May 17:00  Sun 24 May 17:00  home_visit" in row_of(high, "home_visit")
    low = run("preview", "default", "naylor", *FRIDAY, *NEW_YORK, "--tier", "low")
    assert "naylor@1 does not follow it: only for high_risk" in low.stdout
    assert "weekly_visit" not in low.stdout


def test_a_site_gives_its_zone_calendar_and_protocols() -> None:
    result = run("preview", "--discharge", "2026-12-23T10:00", "--site", "GHH", "--flag", "ama")
    assert "Known: ama, inpatient" in result.stdout
    assert "Tue 29 Dec 23:59  initial_contact" in row_of(result, "initial_contact")


def test_what_is_done_moves_what_counts_from_it(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(
        'name: ours\nversion: 1\nvisiting_hours: {first: "08:00", last: "18:00"}\n'
        "plans: {home_visit: {period: 29 days after discharge, steps: ["
        "{code: visit, title: V, role: nurse, due: 72 hours after discharge}, "
        "{code: call, title: C, role: nurse, due: 24 hours after visit}]}}\n"
    )
    result = run("preview", str(path), *FRIDAY, *NEW_YORK, "--done", "visit=2026-05-24T10:00")
    assert "Mon 25 May 10:00  call" in row_of(result, "call")


def test_the_maternity_pathway_is_off_unless_it_is_followed() -> None:
    birth = (*FRIDAY, *NEW_YORK, "--class", "obstetrics")
    off = run("preview", "default", *birth)
    assert off.stdout.startswith("Nothing is followed up: class obstetrics, disposition 01")
    on = run("preview", "default", "maternity", *birth)
    assert "America/New_York: maternity" in on.stdout
    assert "default@2 does not follow it: it has no plan for maternity" in on.stdout
    assert "Mon 08 Jun 23:59  postpartum_contact" in row_of(on, "postpartum_contact")
    child = run("preview", "default", "maternity", *birth, "--flag", "newborn")
    assert "Sun 24 May 17:00  newborn_visit" in row_of(child, "newborn_visit")
    assert "postpartum_visit (maternity@1), not for newborn" in child.stdout


def test_the_plan_before_a_discharge_is_that_of_the_message_that_plans_it() -> None:
    result = run("preview", *BEFORE, "--planned", "2026-05-20T09:00", "--site", "GHH")
    assert result.exit_code == 0
    assert "Expected to leave Fri 22 May 2026 17:00, America/New_York" in result.stdout
    assert row_of(result, "pre_discharge_plan").startswith(
        "Wed 20 May 09:00  Thu 21 May 23:59  Fri 22 May 17:00  pre_discharge_plan"
    )
    assert result.stdout.endswith(
        "It ends when the discharge comes or is called off, at the latest Sat 20 Jun 23:59.\n"
    )
    assert "after discharge" not in result.stdout
    assert "Thu 21 May 17:00" in row_of(run("preview", *BEFORE, *NEW_YORK), "pre_discharge_plan")
    none = run("preview", "naylor", *BEFORE, *NEW_YORK)
    assert none.stdout == "Nothing is asked for before a discharge.\n"


def test_a_disposition_may_be_a_word_of_the_site() -> None:
    result = run("preview", *FRIDAY, "--site", "GHH", "--disposition", "home")
    assert result.stdout.startswith(
        "Discharged Fri 22 May 2026 17:00, America/New_York: home_visit"
    )
    short = run("preview", *FRIDAY, *NEW_YORK, "--disposition", "3")
    assert "America/New_York: facility_tracking" in short.stdout


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["--disposition", "99"], "disposition 99"),
        (["--class", "unknown"], "the class of the visit"),
    ],
)
def test_a_discharge_that_people_decide_about_says_why(args: list[str], what: str) -> None:
    result = run("preview", *FRIDAY, *NEW_YORK, *args)
    assert "America/New_York: manual_review" in result.stdout
    assert f"People decide: no rule says what follows {what}.\n" in result.stdout
    assert "People decide" not in run("preview", *FRIDAY, *NEW_YORK).stdout


@pytest.mark.parametrize(
    ("wall", "discharged", "note"),
    [
        (
            "2026-03-08T02:30",
            "Sun 08 Mar 2026 03:30",
            "2026-03-08T02:30 is skipped in America/New_York: it is taken as Sun 08 Mar 03:30",
        ),
        (
            "2026-11-01T01:30",
            "Sun 01 Nov 2026 01:30",
            "2026-11-01T01:30 comes twice in America/New_York: the first is meant",
        ),
        ("2026-03-08T03:30", "Sun 08 Mar 2026 03:30", ""),
        ("2026-03-08T02:30-05:00", "Sun 08 Mar 2026 03:30", ""),
    ],
)
def test_a_wall_time_that_the_change_of_clocks_makes_doubtful_is_said(
    wall: str, discharged: str, note: str
) -> None:
    result = run("preview", "--discharge", wall, *NEW_YORK)
    assert result.stdout.startswith(f"Discharged {discharged}, America/New_York")
    assert result.stderr == (f"{note} (D-11).\n" if note else "")


def test_a_discharge_that_needs_nothing_says_so() -> None:
    result = run("preview", *FRIDAY, *NEW_YORK, "--disposition", "20")
    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing is followed up: class inpatient, disposition 20")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["nowhere", *FRIDAY, *NEW_YORK], "no protocol 'nowhere'; there are: boost@1"),
        (["nowhere.yaml", *FRIDAY, *NEW_YORK], "it cannot be read"),
        ([*FRIDAY], "either --site, such as GHH, or --zone"),
        ([*FRIDAY, "--site", "XXX"], "no site 'XXX'"),
        ([*FRIDAY, "--zone", "Mars"], "not an IANA time zone"),
        (["--discharge", "soon", *NEW_YORK], "no instant such as"),
        ([*NEW_YORK], "either --discharge or --expected-discharge"),
        ([*FRIDAY, *BEFORE, *NEW_YORK], "either --discharge or --expected-discharge"),
        ([*BEFORE, *NEW_YORK, "--tier", "high"], "nothing depends on --tier or --flag"),
        ([*FRIDAY, *NEW_YORK, "--tier", "huge"], "no tier"),
        ([*FRIDAY, *NEW_YORK, "--flag", "rain"], "'rain' is none of"),
        ([*FRIDAY, *NEW_YORK, "--done", "visit"], "no CODE=INSTANT"),
        (
            [*FRIDAY, *NEW_YORK, "--done", "nope=2026-05-24T10:00"],
            "'nope' is no step of this plan; there are: initial_contact, ",
        ),
        (
            [*BEFORE, *NEW_YORK, "--done", "home_visit=2026-05-24T10:00"],
            "'home_visit' is no step of this plan; there are: pre_discharge_plan",
        ),
        ([*FRIDAY, *NEW_YORK, "--disposition", "HOME"], "(--site); there are: none"),
        ([*FRIDAY, "--site", "GHH", "--disposition", "SNF"], "(--site); there are: HOME"),
    ],
)
def test_what_cannot_be_previewed_is_told_in_a_sentence(args: list[str], sentence: str) -> None:
    result = run("preview", *args)
    assert result.exit_code == 1
    assert sentence in result.stderr


def test_a_file_that_is_not_there_cannot_be_checked() -> None:
    result = run("check", "nowhere.yaml")
    assert (result.exit_code, result.stderr) == (1, "There is no file nowhere.yaml.\n")
