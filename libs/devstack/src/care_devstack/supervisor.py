"""Keeps the parts of a stack running: `python -m care_devstack.supervisor <run folder>`.

It knows nothing of Kafka or services: it reads what to run from `parts.json`, starts what is not
running, starts again what ended, and leaves alone what is held by a file of its name in `held/`.
Everything else, such as waiting and order, is the business of whoever writes these files. Killed
and started again, it takes over the parts that still run.
"""

import json
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from care_devstack.processes import Part, end_part, lives, running, start

_LOOK_EVERY_SECONDS = 0.05
_STABLE_AFTER_SECONDS = 10.0
_FIRST_DELAY_SECONDS = 0.25
_LONGEST_DELAY_SECONDS = 15.0
_SERVERS_LAST = ("mail", "kafka", "postgres")


def write_parts(run_dir: Path, parts: Sequence[Part]) -> None:
    """Say what a stack consists of, in the order of its start."""
    run_dir.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(part) for part in parts], default=str, indent=1)
    unfinished = run_dir / "parts.json.part"
    unfinished.touch(mode=0o600)  # it holds development secrets
    unfinished.write_text(text, "utf-8")
    unfinished.replace(run_dir / "parts.json")


def read_parts(run_dir: Path) -> list[Part]:
    """What a stack consists of; empty if nobody has said."""
    file = run_dir / "parts.json"
    entries: list[dict[str, Any]] = json.loads(file.read_text("utf-8")) if file.is_file() else []
    return [
        Part(
            name=entry["name"],
            command=entry["command"],
            environment=entry["environment"],
            log=Path(entry["log"]),
            folder=Path(entry["folder"]),
            # A folder from an older checkout may not know these; it must still be taken down.
            user_id=entry.get("user_id"),
            stop_signal=entry.get("stop_signal", signal.SIGTERM),
            grace_seconds=entry.get("grace_seconds", 12.0),
        )
        for entry in entries
    ]


def held(run_dir: Path, part: str) -> Path:
    """The file that keeps a part from running while it exists."""
    return run_dir / "held" / part


@dataclass(frozen=True)
class Fare:
    """How a part has fared since the supervisor watches it."""

    starts: int
    quick_ends: int
    """How often in a row it ended soon after its start."""


def read_fares(run_dir: Path) -> dict[str, Fare]:
    """How each part has fared, as far as the supervisor has said."""
    file = run_dir / "fares.json"
    if not file.is_file():
        return {}
    return {name: Fare(*fare) for name, fare in json.loads(file.read_text("utf-8")).items()}


@dataclass
class _Kept:
    """One part and how it has fared."""

    process: psutil.Process | None = None
    started_at: float = 0.0
    quick_ends: int = 0
    next_start_at: float = 0.0
    told_to_stop: bool = False
    starts: int = 0

    def lives(self) -> bool:
        return self.process is not None and lives(self.process)

    def hold(self, stop_signal: int) -> None:
        """Ask it to stop if it runs; an end that was wished for is none to wait after."""
        if self.process is None or not self.lives():
            self.process, self.told_to_stop, self.quick_ends = None, False, 0
            self.next_start_at = 0.0
        elif not self.told_to_stop:
            self.told_to_stop = True
            self.process.send_signal(stop_signal)

    def ended(self, now: float) -> float:
        """Note an end and give back the seconds to wait: none at first, then more and more."""
        self.process = None
        if now - self.started_at > _STABLE_AFTER_SECONDS:
            self.quick_ends = 0
        delay = 0.0 if not self.quick_ends else _FIRST_DELAY_SECONDS * 2.0**self.quick_ends
        self.quick_ends += 1
        self.next_start_at = now + min(delay, _LONGEST_DELAY_SECONDS)
        return self.next_start_at - now


@dataclass
class Supervisor:
    """Watches over the parts of one stack."""

    run_dir: Path
    _kept: dict[str, _Kept] = field(default_factory=dict[str, _Kept])
    _parts: Sequence[Part] = ()
    _parts_of: int = 0

    def run(self) -> None:
        """Watch until told to end; then end every part in order."""
        told: list[int] = []

        def note(number: int, _: FrameType | None) -> None:
            told.append(number)

        signal.signal(signal.SIGTERM, note)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._adopt()
        while not told:
            self._read_again()
            for part in self._parts:
                self._look_after(part)
            time.sleep(_LOOK_EVERY_SECONDS)
        end_stack(self.run_dir)

    def _read_again(self) -> None:
        written = (self.run_dir / "parts.json").stat().st_mtime_ns
        if written != self._parts_of:
            self._parts, self._parts_of = read_parts(self.run_dir), written

    def _adopt(self) -> None:
        for name, processes in running(self.run_dir).items():
            self._kept[name] = _Kept(process=processes[0], started_at=processes[0].create_time())

    def _look_after(self, part: Part) -> None:
        kept = self._kept.setdefault(part.name, _Kept())
        alive, now = kept.lives(), time.time()
        if held(self.run_dir, part.name).exists():
            kept.hold(part.stop_signal)
        elif kept.process is not None and not alive:
            delay = kept.ended(now)
            _say(f"{part.name} ended; starting it again in {delay:.2f} s")
        elif kept.process is None and now >= kept.next_start_at:
            self._start(part, kept)

    def _start(self, part: Part, kept: _Kept) -> None:
        # Children of a part that was killed may still hold its ports.
        end_part(running(self.run_dir).get(part.name, []), part.stop_signal, grace_seconds=2)
        kept.process = start(part, self.run_dir)
        kept.started_at = time.time()
        kept.starts += 1
        _say(f"{part.name} started as process {kept.process.pid}")
        fares = {name: (one.starts, one.quick_ends) for name, one in self._kept.items()}
        unfinished = self.run_dir / "fares.json.part"
        unfinished.write_text(json.dumps(fares), "utf-8")
        unfinished.replace(self.run_dir / "fares.json")


def end_stack(run_dir: Path) -> None:
    """End every part that runs: services side by side, then the servers, the database last."""
    known = {part.name: part for part in read_parts(run_dir)}
    parts = running(run_dir)
    parts.pop("supervisor", None)
    servers = [name for name in _SERVERS_LAST if name in parts]
    services = [name for name in parts if name not in servers]
    mains = [parts[name][0] for name in services]
    children = [process for name in services for process in parts[name][1:]]
    grace = max((known[name].grace_seconds for name in services if name in known), default=1.0)
    end_part([*mains, *children], signal.SIGTERM, grace_seconds=grace, told=len(mains))
    for name in servers:
        first = known[name].stop_signal if name in known else signal.SIGTERM
        grace = known[name].grace_seconds if name in known else 1.0
        end_part(parts[name], first, grace_seconds=grace)
    for left in running(run_dir).values():
        end_part(left, signal.SIGKILL, grace_seconds=5)


def _say(sentence: str) -> None:
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), sentence, flush=True)


if __name__ == "__main__":
    Supervisor(Path(sys.argv[1])).run()
