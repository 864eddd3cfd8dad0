"""What people type, what they see, and what they are told when they mistype."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from hospital_sim.cli import cli
from hospital_sim.ledger import FeedProgress
from hospital_sim.mllp import Answer
from hospital_sim.picture import live_table, plain_line
from hospital_sim.sendings import Message

NOW = datetime(2026, 6, 3, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--mllp", "nowhere"], "is not HOST:PORT"),
        (["--clock-rate", "60"], "needs --clock-start and"),
        (["--clock-start", "today", "--clock-anchor", "2026-01-01T00:00Z"], "ISO 8601"),
        (["--starts-at", "2026-01-01T00:00"], "has no offset"),
        (["--patients", "0"], "--patients"),
    ],
)
def test_a_mistyped_option_is_explained(options: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, ["run", *options], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exit_code == 2
    assert words in result.output


def test_an_empty_file_holds_no_message(tmp_path: Path) -> None:
    file = tmp_path / "empty.hl7"
    file.touch()
    result = CliRunner().invoke(cli, ["send", str(file)])
    assert (result.exit_code, result.output) == (1, "There is no message in this file.\n")


def progress() -> FeedProgress:
    feed = FeedProgress("GHH", due=9, sent=3, retried=2, trouble="answered AE: Kafka is away")
    for trigger in ("A01", "A03"):
        feed.count(Message("M", "GHH", "M", trigger, b""), Answer("AA", "M", "", ""))
    feed.count(Message("X", "GHH", "", "", b"", flaw="garbage"), Answer("AE", "", "", ""))
    return feed


def test_the_live_picture_shows_every_hospital() -> None:
    feed = progress()
    feed.trouble = "answered AE: Kafka is away"
    console = Console(record=True, width=120)
    console.print(live_table([feed], {"GHH": 4}, NOW))
    text = console.export_text()
    assert "Wed 03 Jun 2026 14:30 UTC" in text
    for cell in ("GHH", "3/9", "Kafka is away", " 4 "):
        assert cell in text
    assert (feed.acknowledged, feed.refused, feed.admissions, feed.discharges) == (2, 1, 1, 1)


def test_a_log_gets_one_line_with_the_same() -> None:
    line = plain_line([progress()], {}, NOW)
    assert line.startswith("2026-06-03 14:30Z  GHH 3/9 sent, 1 refused, 2 retried, 0 transitions")
    assert "\n" not in line
