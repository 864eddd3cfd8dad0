"""The supervisor keeps parts running, holds what is held, and leaves nothing behind."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from tests.support.eventually import eventually_sync

from care_devstack.processes import Part, end_part, running, start
from care_devstack.supervisor import end_stack, held, read_fares, write_parts

_STAYS = "import signal; signal.sigwait({signal.SIGTERM})"
_STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
_ENDS = ""

Supervise = Callable[..., psutil.Process]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    """Starts a supervisor over small Python programs, by name."""

    def begin(**programs: str) -> psutil.Process:
        if programs:
            parts = [_part(tmp_path, name, ["-c", text]) for name, text in programs.items()]
            write_parts(tmp_path, parts)
        module = ["-m", "care_devstack.supervisor", str(tmp_path)]
        return start(_part(tmp_path, "supervisor", module), tmp_path)

    yield begin
    for part in ("supervisor", *running(tmp_path)):
        end_part(running(tmp_path).get(part, []), signal.SIGKILL, grace_seconds=5)


def _part(run_dir: Path, name: str, arguments: list[str]) -> Part:
    log = run_dir / "logs" / f"{name}.log"
    return Part(name=name, command=[sys.executable, *arguments], log=log, grace_seconds=1)


def _pid_of(run_dir: Path, part: str) -> int | None:
    processes = running(run_dir).get(part)
    return processes[0].pid if processes else None


def test_a_part_that_is_killed_is_started_again(supervise: Supervise, tmp_path: Path) -> None:
    supervise(one=_STAYS, two=_STAYS)
    first = eventually_sync(lambda: _pid_of(tmp_path, "one"))
    other = eventually_sync(lambda: _pid_of(tmp_path, "two"))
    assert first is not None
    psutil.Process(first).kill()
    eventually_sync(lambda: _pid_of(tmp_path, "one") not in (None, first))
    assert _pid_of(tmp_path, "two") == other


def test_a_held_part_stops_and_runs_again_when_released(
    supervise: Supervise, tmp_path: Path
) -> None:
    supervise(one=_STAYS)
    eventually_sync(lambda: _pid_of(tmp_path, "one"))
    hold = held(tmp_path, "one")
    hold.parent.mkdir()
    hold.touch()
    eventually_sync(lambda: _pid_of(tmp_path, "one") is None)
    hold.unlink()
    eventually_sync(lambda: _pid_of(tmp_path, "one"))


def test_a_part_that_ends_again_and_again_is_started_more_and_more_slowly(
    supervise: Supervise, tmp_path: Path
) -> None:
    supervise(one=_ENDS)
    fares = eventually_sync(
        lambda: read_fares(tmp_path), until=lambda known: known and known["one"].quick_ends == 3
    )
    assert fares["one"].starts == 4
    waits = (tmp_path / "logs" / "supervisor.log").read_text("utf-8").split("again in ")[1:4]
    assert [wait.split(" ")[0] for wait in waits] == ["0.00", "0.50", "1.00"]


def test_told_to_end_it_ends_every_part_even_a_stubborn_one(
    supervise: Supervise, tmp_path: Path
) -> None:
    supervisor = supervise(one=_STUBBORN, kafka=_STAYS)
    eventually_sync(lambda: len(running(tmp_path)) == 3)
    supervisor.terminate()
    eventually_sync(lambda: running(tmp_path) == {}, within=40)


def test_parts_whose_supervisor_was_killed_are_still_found_and_ended(
    supervise: Supervise, tmp_path: Path
) -> None:
    supervisor = supervise(one=_STAYS, two=_STAYS)
    eventually_sync(lambda: len(running(tmp_path)) == 3)
    supervisor.kill()
    eventually_sync(lambda: set(running(tmp_path)) == {"one", "two"})
    end_stack(tmp_path)
    assert running(tmp_path) == {}


def test_a_new_supervisor_takes_over_what_its_predecessor_started(
    supervise: Supervise, tmp_path: Path
) -> None:
    supervisor = supervise(one=_STAYS)
    first = eventually_sync(lambda: _pid_of(tmp_path, "one"))
    assert first is not None
    supervisor.kill()
    eventually_sync(lambda: "supervisor" not in running(tmp_path))
    supervise()
    eventually_sync(lambda: "supervisor" in running(tmp_path))
    assert _pid_of(tmp_path, "one") == first
    psutil.Process(first).kill()
    eventually_sync(lambda: _pid_of(tmp_path, "one") not in (None, first))
