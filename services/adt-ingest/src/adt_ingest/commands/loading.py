"""`adt-ingest load`: sends the messages of files and folders and says what became of each."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from adt_ingest.commands.terminal import end, err, out, run, url_of
from adt_ingest.domain.captures import read_capture
from adt_ingest.hl7_client import Hl7Client
from adt_ingest.load import FileNotes, Load, Outcome, StoppedError, notes_for
from adt_ingest.settings import Settings

_Paths = Annotated[
    list[Path],
    typer.Argument(exists=True, help="Files, or folders: of those, every *.hl7 by name."),
]
_Url = Annotated[str, typer.Option(help="adt-ingest's HTTP address; else by its settings.")]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How a load is to go."""

    url: str
    secret: str
    notes_folder: Path
    again: bool
    patience: float
    as_json: bool
    quiet: bool


@dataclass(slots=True)
class _Counts:
    """How a load went."""

    taken: int = 0
    before: int = 0
    refused: int = 0
    files: int = 0
    stray_bytes: int = 0
    stopped: str = ""
    empty: list[str] = field(default_factory=list[str])

    def add(self, outcome: Outcome) -> None:
        self.taken += outcome.taken and not outcome.before
        self.before += outcome.before
        self.refused += not outcome.taken

    @property
    def all_taken(self) -> bool:
        return not self.refused and not self.stopped and bool(self.taken + self.before)


def load(
    paths: _Paths,
    *,
    url: _Url = "",
    again: Annotated[bool, typer.Option(help="Send what was taken before as well.")] = False,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for a receiver.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    quiet: Annotated[bool, typer.Option(help="Tell only of what was not taken.")] = False,
) -> None:
    """Send the messages of files in order, and tell what was answered; 0 only if all are taken.

    A load that was interrupted goes on where it stopped: run the same command again. Batches (FHS,
    BHS), messages one behind another and captures with MLLP marks are taken apart.
    """
    settings, counts = Settings(), _Counts()
    wanted = _Wanted(
        url=url_of(settings, url),
        secret=settings.patient_key_secret,
        notes_folder=settings.run_dir / "loads",
        again=again,
        patience=patience,
        as_json=as_json,
        quiet=quiet,
    )
    files = _files_of(paths)
    if not files:
        end("There is no file to load: a folder's are those that end in .hl7.")
    run(_load(files, wanted, counts))
    _sum_up(counts)
    if not counts.all_taken:
        raise typer.Exit(1)


def _files_of(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.rglob("*") if one.suffix.lower() == ".hl7")
        else:
            found.append(path)
    return found


async def _load(files: Sequence[Path], wanted: _Wanted, counts: _Counts) -> None:
    async with Hl7Client(wanted.url, secret=wanted.secret) as door:
        use_case = Load(door=door, rest=asyncio.sleep, patience=wanted.patience)
        with _progress() as progress:
            for path in files:
                capture = read_capture(path.read_bytes())
                notes = _notes_on(path, wanted)
                counts.files += 1
                counts.stray_bytes += capture.stray_bytes
                bar = progress.add_task(path.name, total=len(capture.frames))
                try:
                    async for outcome in use_case.load(capture.frames, notes):
                        progress.advance(bar)
                        counts.add(outcome)
                        _tell(path, outcome, wanted, progress)
                except StoppedError as error:
                    counts.stopped = f"{path}: {error}"
                    return
                finally:
                    notes.close()
                if not capture.frames:
                    counts.empty.append(str(path))


def _notes_on(path: Path, wanted: _Wanted) -> FileNotes:
    try:
        return FileNotes(notes_for(wanted.notes_folder, path, wanted.url), again=wanted.again)
    except OSError as error:
        end(f"{wanted.notes_folder} cannot be written ({error.strerror}): set CARE_RUN_DIR.")


def _progress() -> Progress:
    """A bar for every file; on standard error, so that results can be piped."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeRemainingColumn(), console=err, disable=not err.is_terminal)


def _tell(path: Path, outcome: Outcome, wanted: _Wanted, progress: Progress) -> None:
    if wanted.quiet and outcome.taken:
        return
    if wanted.as_json:
        sys.stdout.write(f"{json.dumps({'file': str(path), **asdict(outcome)})}\n")
        return
    print_to = progress.console if out.is_terminal and err.is_terminal else out
    print_to.print(_line(path, outcome), markup=False)


def _line(path: Path, outcome: Outcome) -> str:
    name = outcome.control_id or "no control id"
    answer = outcome.answer or "--"
    place = f" ({outcome.place})" if outcome.place else ""
    said = "taken before" if outcome.before else "taken" if outcome.taken else outcome.reason
    return f"{path.name} #{outcome.position:<5} {name:<20} {answer:<5} {said}{place}"


def _sum_up(counts: _Counts) -> None:
    for path in counts.empty:
        err.print(f"There is no message in {path}.", markup=False)
    files = "1 file" if counts.files == 1 else f"{counts.files} files"
    before = f", {counts.before} taken before" if counts.before else ""
    err.print(f"{files}: {counts.taken} taken{before}, {counts.refused} not taken.")
    if counts.stray_bytes:
        err.print(f"{counts.stray_bytes} bytes belong to no message: left out.")
    if counts.refused:
        err.print("What was answered AE or AR is in quarantine: adt-ingest quarantine list")
    if counts.stopped:
        err.print(f"{counts.stopped}. Run the same command again to go on.", markup=False)
