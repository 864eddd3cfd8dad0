"""The small commands, and how they end when something stands in their way."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adt_ingest.cli import cli

ROOT = Path(__file__).parents[3]


def test_site_files_without_a_slip_are_good() -> None:
    result = CliRunner().invoke(cli, ["sites", "check", str(ROOT / "deploy" / "sites")])
    assert result.exit_code == 0
    assert re.match(r"good \d+ site files in ", result.stdout)


def test_every_slip_is_a_line_and_the_exit_code_says_so(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text("code: NEW\nzone: here\n")
    result = CliRunner().invoke(cli, ["sites", "check", str(tmp_path)])
    assert result.exit_code == 1
    assert [line.partition(", ")[2] for line in result.stdout.splitlines()] == [
        "line 1: name: is required",
        "line 1: time_zone: is required",
        "line 2: zone: there is no such key",
    ]


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_a_folder_without_site_files_is_not_good(tmp_path: Path, folder: str) -> None:
    result = CliRunner().invoke(cli, ["sites", "check", str(tmp_path / folder)])
    assert result.exit_code == 1
    assert "There is no" in result.stdout


def test_nothing_is_looked_at_where_it_cannot_be_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("CARE_RUN_DIR", str(file))
    result = CliRunner().invoke(cli, ["quarantine", "show", "0123"])
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert "set CARE_RUN_DIR" in result.stderr
