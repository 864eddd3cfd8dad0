"""The settings catalogue and what is laid over it."""

from pathlib import Path

import pytest

from care_devstack.catalogue import database_passwords, find_setting, overlay, read_env_file
from care_devstack.problems import StackProblem


def test_the_caller_wins_over_the_catalogue_and_the_stack_over_both() -> None:
    catalogue = {"A": "catalogue", "B": "catalogue", "C": "catalogue"}
    laid = overlay(catalogue, {"B": "caller", "C": "caller"}, {"C": "stack"})
    assert laid == {"A": "catalogue", "B": "caller", "C": "stack"}


def test_comments_blank_lines_and_quotes_are_not_part_of_a_value(tmp_path: Path) -> None:
    file = tmp_path / "some.env"
    file.write_text("# a comment\n\nA=1\nB=a=b\n#C=2\nD='two words'\nE=\n", "utf-8")
    assert read_env_file(file) == {"A": "1", "B": "a=b", "D": "two words", "E": ""}


def test_a_line_that_is_no_setting_is_named_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "some.env"
    file.write_text("A=1\nexport B\n", "utf-8")
    with pytest.raises(StackProblem, match=r"some\.env, line 2, is not of the form NAME=value"):
        read_env_file(file)


def test_a_password_comes_from_the_catalogues_address_or_is_the_roles_name() -> None:
    catalogue: dict[str, dict[str, str]] = {
        "transition-orchestrator": {},
        "worklist": {"WORKLIST_DATABASE_URL": "postgresql://worklist:s3cret@host/homeward"},
        "reminders": {"REMINDERS_DATABASE_URL": "postgresql://reminders@host/homeward"},
        "notifier": {},
        "flow-monitor": {},
    }
    passwords = database_passwords(catalogue)
    assert passwords["worklist"] == "s3cret"
    assert passwords["reminders"] == "reminders"
    assert passwords["flow-monitor"] == "flow_monitor"


def test_a_shared_setting_is_the_callers_before_it_is_the_catalogues() -> None:
    catalogue = {"worklist": {"SECRET": "catalogue"}}
    assert find_setting(catalogue, {"SECRET": "caller"}, "SECRET") == "caller"
    assert find_setting(catalogue, {}, "SECRET") == "catalogue"
    with pytest.raises(StackProblem, match="OTHER is not set"):
        find_setting(catalogue, {}, "OTHER")
