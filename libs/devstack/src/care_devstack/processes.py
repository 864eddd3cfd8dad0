"""The programs of a stack as the operating system knows them.

Every program that a stack starts carries the stack's run folder and its own name in its
environment. So the process table itself says what runs: there are no pid files to go stale, and
`down` finds everything even when whoever started it was killed.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from care_devstack.waiting import wait_until

STACK_MARK = "CARE_STACK"
PART_MARK = "CARE_STACK_PART"
_LARGEST_LOG = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Part:
    """One program of a stack: what to run, with what, as whom."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    log: Path
    folder: Path = Path("/")
    user_id: int | None = None
    """Another system user to run as, which only root can do."""
    stop_signal: int = signal.SIGTERM
    grace_seconds: float = 12.0
    """How long it may take to stop before it is killed."""


def start(part: Part, run_dir: Path) -> psutil.Process:
    """Start a part in a session of its own, so that a Ctrl-C meant for us does not reach it."""
    part.log.parent.mkdir(parents=True, exist_ok=True)
    _turn_over(part.log)
    marks = {STACK_MARK: str(run_dir), PART_MARK: part.name}
    with part.log.open("ab") as log:
        program = subprocess.Popen(
            part.command,
            env={**part.environment, **marks},
            cwd=part.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=part.user_id,
            group=part.user_id,
            extra_groups=None if part.user_id is None else [],
        )
    program.returncode = 0  # from here on psutil follows it; whoever starts it may go first
    return psutil.Process(program.pid)


def _turn_over(log: Path) -> None:
    """Keep one older log beside a new one when it has grown large."""
    if log.is_file() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))


def lives(process: psutil.Process) -> bool:
    """Whether a process runs; collects what is left of one of our own children that ended."""
    try:
        process.wait(0)
    except psutil.TimeoutExpired:
        with contextlib.suppress(psutil.NoSuchProcess):
            return process.status() != psutil.STATUS_ZOMBIE
    return False


def running(run_dir: Path) -> dict[str, list[psutil.Process]]:
    """The live processes of a stack by the part they belong to, the oldest first."""
    parts: dict[str, list[psutil.Process]] = {}
    for process, folder, part in _marked():
        if folder == str(run_dir):
            parts.setdefault(part, []).append(process)
    return {
        name: sorted(found, key=lambda one: (one.create_time(), one.pid))
        for name, found in parts.items()
    }


def running_below(folder: Path) -> list[psutil.Process]:
    """The live processes of all stacks whose run folder lies in a folder."""
    inside = f"{folder}/"
    return [process for process, run_dir, _ in _marked() if f"{run_dir}/".startswith(inside)]


def _marked() -> Iterator[tuple[psutil.Process, str, str]]:
    for process in psutil.process_iter():
        # A process may end, or belong to somebody else, while we look at it.
        with contextlib.suppress(psutil.Error, OSError):
            marks = process.environ()
            ended = process.status() == psutil.STATUS_ZOMBIE
            if STACK_MARK in marks and not ended and process.pid != os.getpid():
                yield process, marks[STACK_MARK], marks.get(PART_MARK, "")


def end_part(
    processes: Sequence[psutil.Process], first: int, *, grace_seconds: float, told: int = 1
) -> None:
    """Ask the first `told` processes to end; after the grace, end all that are left."""
    for process in processes[:told]:
        with contextlib.suppress(psutil.Error):
            process.send_signal(first)
    left = [*processes]

    def ended() -> bool:
        # An orphan that nobody collects is a zombie, which holds nothing: it has ended.
        left[:] = [process for process in left if lives(process)]
        return not left

    if not wait_until(ended, seconds=grace_seconds, every=0.02):
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        wait_until(ended, seconds=5, every=0.02)
