"""Measures the orchestrator: `python -m tests.bench.following [--only PART] [--million]`."""

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench.arriving.peers import environment_of
from tests.bench.following.chain import chain
from tests.bench.following.events import events_of
from tests.bench.following.orchestrator import Places, follow_all
from tests.bench.following.pure import plan, storm
from tests.bench.following.stored import store
from tests.bench.following.stories import discharges_of, messages, told_of, visits_until
from tests.bench.following.table import table_of, write_page
from tests.bench.results import keep, kept, taken

from care_chassis.clock import SystemClock
from care_chassis.events import OutgoingEvent
from care_devstack.servers import SharedServers, clear_up, guard
from care_devstack.settings import CHECKOUT, environment, settings_from
from care_devstack.topics import apply_topics, read_topics

_VISITS = 4_000
_SOME, _MANY = 10_000, 1_000_000
_RATES = (10, 100, 1_000)
_SECTION = "following"
_HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=_PARTS, action="append")
    parser.add_argument("--visits", type=int, default=_VISITS)
    parser.add_argument("--rate", type=int, action="append", help="of the chain's messages")
    parser.add_argument("--million", action="store_true", help="store a million encounters too")
    asked = parser.parse_args()
    parts = asked.only or [part for part in _PARTS if asked.million or part != "million"]
    with tempfile.TemporaryDirectory(prefix="homeward-bench-") as folder:
        Path(folder).chmod(0o755)
        settings = replace(settings_from(environment()), run_dir=Path(folder))
        guard(os.getpid(), settings.run_dir)  # clears up even after a run that is killed
        try:
            servers = SharedServers(settings)
            places = Places(settings, servers.kafka(), servers.postgres())
            apply_topics(
                places.bootstrap, read_topics(CHECKOUT / "deploy" / "kafka" / "topics.yaml")
            )
            for part in parts:
                figures = {"taken": taken(), **_PARTS[part](places, asked)}
                keep(_SECTION, kept().get(_SECTION, {}) | {part: figures})
        finally:
            clear_up(settings.run_dir)
    write_page(kept()[_SECTION])
    print(table_of(kept()[_SECTION]))


def _mix(count: int, prefix: str, settings_dir: Path) -> list[OutgoingEvent]:
    visits = visits_until(SystemClock().now(), count, known=_SOME, prefix=prefix)
    return events_of(messages(told_of(visits)), settings_dir)


def _with(stored: int, name: str) -> Callable[[Places, argparse.Namespace], dict[str, Any]]:
    def measure(places: Places, asked: argparse.Namespace) -> dict[str, Any]:
        url = places.database(name)
        sites_dir = places.settings.sites_dir
        if stored:
            admin_url = places.admin_of(name)
            store(url, admin_url, stored, now=SystemClock().now(), sites_dir=sites_dir)
        return {"stored": stored} | follow_all(
            places, url, _mix(asked.visits, name[:3].upper(), sites_dir), name
        )

    return measure


def _beside_dbos(places: Places, asked: argparse.Namespace) -> dict[str, Any]:
    """The same flow there and here: discharges alone, each of which sets out timers and tasks."""
    venv = environment_of("dbos", _HERE / "dbos.txt", places.settings)
    there = places.empty_database("dbos")
    count = asked.visits // 4
    command = [str(venv / "bin" / "python"), str(_HERE / "dbos_flow.py"), there, str(count)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=200)
    dbos = {"events": count} | json.loads(done.stdout.splitlines()[-1])
    url, sites_dir = places.database("discharges"), places.settings.sites_dir
    several_batches = 4 * asked.visits
    visits = visits_until(SystemClock().now(), several_batches, prefix="D")
    events = events_of(messages(discharges_of(visits)), sites_dir)
    here = follow_all(places, url, events, "discharges")
    ratio = round(here["per_second"] / dbos["per_second"], 1)
    return {"dbos": dbos, "homeward": here, "ratio": ratio}


def _storm(places: Places, _asked: argparse.Namespace) -> dict[str, Any]:
    return storm(places.database("storm"), places.settings.sites_dir)


def _plan(places: Places, _asked: argparse.Namespace) -> dict[str, Any]:
    return plan(places.settings.sites_dir)


def _chain(places: Places, asked: argparse.Namespace) -> dict[str, Any]:
    return {"rows": chain(places.settings.run_dir / "chain", asked.rate or _RATES)}


_PARTS: dict[str, Callable[[Places, argparse.Namespace], dict[str, Any]]] = {
    "empty": _with(0, "empty"),
    "ten_thousand": _with(_SOME, "ten_thousand"),
    "million": _with(_MANY, "million"),
    "storm": _storm,
    "plan": _plan,
    "dbos": _beside_dbos,
    "chain": _chain,
}


if __name__ == "__main__":
    main()
