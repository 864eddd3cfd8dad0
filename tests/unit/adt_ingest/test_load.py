"""Loading files: what is a message in them, what is sent, and where a load goes on."""

import hashlib
from pathlib import Path

import pytest
from tests.support.hl7_builders import discharge, framed
from tests.support.quarantine_fakes import FakeDoor
from typer.testing import CliRunner

from adt_ingest.cli import cli
from adt_ingest.domain.captures import read_capture
from adt_ingest.domain.framing import Flaw, Frame
from adt_ingest.domain.replies import Answered
from adt_ingest.load import FileNotes, Load, Outcome, StoppedError, notes_for

ONE, TWO, THREE = (discharge(control_id=f"C{number}") for number in (1, 2, 3))
REFUSED = Answered(("AE",), "No number names the visit", "PV1-19", "101")
LATER = Answered(("AE",), "The message could not be stored: send it again later", "", "207")


@pytest.mark.parametrize(
    "content",
    [
        ONE + TWO + THREE,
        framed(ONE, TWO, THREE),
        b"noise" + framed(ONE) + b"\r\n" + framed(TWO) + framed(THREE),
        b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + ONE + TWO + THREE + b"BTS|3\rFTS|1\r",
        framed(b"BHS|^~\\&|A\r" + ONE + TWO + b"BTS|2\r", THREE),
    ],
)
def test_the_messages_of_a_file_are_found_whatever_it_is(content: bytes) -> None:
    assert [frame.data for frame in read_capture(content).frames] == [ONE, TWO, THREE]


def test_line_feeds_stay_as_they_are() -> None:
    lines = [message.replace(b"\r", b"\n") for message in (ONE, TWO)]
    assert [frame.data for frame in read_capture(b"".join(lines)).frames] == lines


def test_what_is_no_message_is_still_one_to_be_answered_and_nothing_is_nothing() -> None:
    assert read_capture(b"hello").frames == (Frame(b"hello"),)
    assert read_capture(b"\r\n \n").frames == ()


def test_what_stands_between_the_messages_of_a_capture_is_counted() -> None:
    capture = read_capture(b"14:02 in\r\n" + framed(ONE) + b"14:03 in\r\n" + framed(TWO))
    assert [frame.data for frame in capture.frames] == [ONE, TWO]
    assert capture.stray_bytes == 16


def test_a_capture_that_ends_inside_of_a_message_says_so() -> None:
    *whole, last = read_capture(framed(ONE, TWO)[:-20]).frames
    assert [frame.data for frame in whole] == [ONE]
    assert last.flaw is Flaw.CUT_OFF


async def run(
    door: FakeDoor, frames: list[Frame], path: Path, *, again: bool = False, patience: float = 0
) -> list[Outcome]:
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)

    notes = FileNotes(path, again=again)
    try:
        use_case = Load(door=door, rest=rest, patience=patience)
        return [outcome async for outcome in use_case.load(frames, notes)]
    finally:
        notes.close()


def frames(*messages: bytes) -> list[Frame]:
    return [Frame(message) for message in messages]


async def test_every_message_is_sent_in_order_and_told_of(tmp_path: Path) -> None:
    door = FakeDoor(Answered(("AA",)), REFUSED, Answered(("CA", "AA")))
    outcomes = await run(door, frames(ONE, TWO, THREE), tmp_path / "notes")
    assert [data for data, _ in door.taken] == [ONE, TWO, THREE]
    assert outcomes == [
        Outcome(1, "C1", "AA", taken=True),
        Outcome(2, "C2", "AE", taken=False, reason=REFUSED.reason, place="PV1-19"),
        Outcome(3, "C3", "CA AA", taken=True),
    ]


async def test_a_second_load_sends_only_what_was_not_taken(tmp_path: Path) -> None:
    await run(FakeDoor(Answered(("AA",)), REFUSED), frames(ONE, TWO), tmp_path / "notes")
    door = FakeDoor()
    outcomes = await run(door, frames(ONE, TWO, ONE), tmp_path / "notes")
    assert [data for data, _ in door.taken] == [TWO, ONE]
    assert [outcome.before for outcome in outcomes] == [True, False, False]
    door = FakeDoor()
    await run(door, frames(ONE, TWO, ONE), tmp_path / "notes")
    assert door.taken == []
    await run(door, frames(ONE, TWO, ONE), tmp_path / "notes", again=True)
    assert len(door.taken) == 3


async def test_a_note_that_was_not_finished_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text(hashlib.sha256(ONE).hexdigest()[:50])
    door = FakeDoor()
    await run(door, frames(ONE), path)
    await run(door, frames(ONE), path)
    assert len(door.taken) == 1


async def test_a_receiver_that_is_away_is_waited_for_and_the_order_kept(tmp_path: Path) -> None:
    door = FakeDoor(LATER, LATER, away=2)
    outcomes = await run(door, frames(ONE, TWO), tmp_path / "notes", patience=10)
    assert [outcome.taken for outcome in outcomes] == [True, True]
    assert [data for data, _ in door.taken] == [ONE, ONE, ONE, TWO]


async def test_a_receiver_that_stays_away_stops_the_load_where_it_is(tmp_path: Path) -> None:
    door = FakeDoor(Answered(("AA",)), LATER)
    with pytest.raises(StoppedError, match="stopped at message 2: The message could not be stored"):
        await run(door, frames(ONE, TWO, THREE), tmp_path / "notes")
    assert [data for data, _ in door.taken] == [ONE, TWO]


async def test_a_message_that_is_not_whole_is_not_sent(tmp_path: Path) -> None:
    door = FakeDoor()
    (outcome,) = await run(door, [Frame(ONE, Flaw.CUT_OFF)], tmp_path / "notes")
    assert not outcome.taken
    assert "not whole" in outcome.reason
    assert door.taken == []


def test_every_address_and_every_file_has_notes_of_its_own(tmp_path: Path) -> None:
    names = {
        notes_for(tmp_path, source, url)
        for source in (Path("a/x.hl7"), Path("b/x.hl7"))
        for url in ("http://one", "http://two")
    }
    assert len(names) == 4


def test_the_command_says_when_nobody_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARE_RUN_DIR", str(tmp_path / "run"))
    file = tmp_path / "one.hl7"
    file.write_bytes(ONE)
    result = CliRunner().invoke(
        cli, ["load", str(file), "--url", "http://127.0.0.1:9", "--patience", "0", "--json"]
    )
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "nobody listens there. Run the same command again to go on." in result.stderr


def test_a_folder_without_messages_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARE_RUN_DIR", str(tmp_path / "run"))
    (tmp_path / "README.txt").write_text("no message")
    result = CliRunner().invoke(cli, ["load", str(tmp_path)])
    assert result.exit_code == 1
    assert "There is no file to load" in result.stderr
    assert result.stdout == ""
