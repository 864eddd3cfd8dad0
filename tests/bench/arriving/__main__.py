"""Measures messages arriving: `python -m tests.bench.arriving [--million]`, some six minutes.

Every row is taken in every round, one after the other, so that whatever else the machine does
touches all of them; what is kept is the median of the rounds.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from tests.bench.arriving.peers import Peer, hapi, hl7_package, homeward, messagefoundry
from tests.bench.arriving.table import ratios_of, table_of, targets_of, write_page
from tests.bench.results import keep, taken

from care_contracts.topics import ENCOUNTERS, HL7_RECEIVED
from care_devstack.servers import SharedServers, clear_up
from care_devstack.settings import CHECKOUT, StackSettings, environment, settings_from
from care_devstack.topics import apply_topics, read_topics

_ROUNDS = 3
_SOME_MESSAGES = 50_000
_MANY_MESSAGES = 1_000_000
_LARGEST_RECORD = 16 * 1024 * 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--million", action="store_true", help="look at memory over a million")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    asked, before = parser.parse_args(), taken()
    with tempfile.TemporaryDirectory(prefix="homeward-bench-") as folder:
        settings = replace(settings_from(environment()), run_dir=Path(folder))
        try:
            figures = {"taken": before, **_measure(settings, asked)}
        finally:
            clear_up(settings.run_dir)
    keep("arriving", figures)
    write_page(figures)
    print(table_of(figures))


def _measure(settings: StackSettings, asked: argparse.Namespace) -> dict[str, Any]:
    bootstrap = SharedServers(settings).kafka()
    apply_topics(bootstrap, read_topics(CHECKOUT / "deploy" / "kafka" / "topics.yaml"))
    peers = {
        peer.name: peer
        for peer in (
            homeward("homeward", 1, bootstrap, settings),
            homeward("homeward-two", 2, bootstrap, settings),
            hapi("default", settings),
            hapi("noValidation", settings),
            hl7_package(settings),
            messagefoundry(settings),
        )
    }
    try:
        for peer in peers.values():
            peer.start()
            _load(peer, 32, 4.0, "warm")
            peer.suspend()
        rows = _rounds(peers, asked.rounds, bootstrap)
        memory = _memory(peers["homeward"], _MANY_MESSAGES if asked.million else _SOME_MESSAGES)
    finally:
        for peer in peers.values():
            peer.stop()
    ratios = ratios_of(rows)
    return {
        "rounds": asked.rounds,
        "rows": rows,
        "ratios": ratios,
        "memory": memory,
        "targets": targets_of(rows, ratios, memory),
    }


def _rounds(peers: dict[str, Peer], rounds: int, bootstrap: str) -> list[dict[str, Any]]:
    taken_rows: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for number in range(rounds):
        for connections in (1, 8, 64, 256):
            for name, peer in peers.items():
                if name == "homeward-two" and connections != 64:
                    continue
                if name in ("hl7", "messagefoundry") and connections not in (1, 64):
                    continue
                row = _row(peer, connections, f"{number}{name[:2]}{name[-1]}{connections}-")
                taken_rows[name, connections].append(row)
        with _flushed(bootstrap):
            row = _row(peers["homeward"], 64, f"{number}fl-")
            taken_rows["homeward-flushed", 64].append(row)
    return [_summary(name, connections, rows) for (name, connections), rows in taken_rows.items()]


def _row(peer: Peer, connections: int, prefix: str) -> dict[str, Any]:
    with peer.awake():
        spent = peer.cpu_seconds()
        row = _load(peer, connections, 2.2, prefix)
        spent = peer.cpu_seconds() - spent
    row["cpu_us"] = 1_000_000 * spent / max(1, row["answered"])
    print(
        f"{peer.name:16} {connections:4} {row['per_second']:8.0f}/s  p99 {row['p99_ms']:.1f} ms"
        f"  {row['codes']}",
        file=sys.stderr,
    )
    return row


def _load(peer: Peer, connections: int, seconds: float, prefix: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.arriving.load", "--port", str(peer.port)]
    command += ["--connections", str(connections), "--seconds", str(seconds), "--prefix", prefix]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True, timeout=120)
    return json.loads(done.stdout)


def _summary(name: str, connections: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    rates = [row["per_second"] for row in rows]
    codes: dict[str, int] = defaultdict(int)
    for row in rows:
        for code, count in row["codes"].items():
            codes[code] += count
    return {
        "peer": name,
        "connections": connections,
        "per_second": round(median(rates)),
        "least": round(min(rates)),
        "most": round(max(rates)),
        "p50_ms": round(median(row["p50_ms"] for row in rows), 2),
        "p99_ms": round(median(row["p99_ms"] for row in rows), 2),
        "cpu_us": round(median(row["cpu_us"] for row in rows)),
        "codes": dict(codes),
    }


def _memory(peer: Peer, messages: int) -> dict[str, Any]:
    """Resident memory while many messages pass, at every tenth of them."""
    command = [sys.executable, "-m", "tests.bench.arriving.load", "--port", str(peer.port)]
    command += ["--connections", "64", "--count", str(messages), "--prefix", "m"]
    samples: list[int] = []
    with peer.awake():
        load = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
        assert load.stdout is not None
        samples += [
            round(peer.resident_bytes() / 2**20)
            for line in load.stdout
            if "tenth" in json.loads(line)
        ]
        load.wait()
    return {"messages": messages, "resident_mib_at_each_tenth": samples}


@contextmanager
def _flushed(bootstrap: str) -> Generator[None]:
    """Have the broker write every append to the disk before it confirms it."""
    asyncio.run(_configure(bootstrap, {"flush.messages": "1"}))
    yield
    asyncio.run(_configure(bootstrap, {}))


async def _configure(bootstrap: str, more: dict[str, str]) -> None:
    client: Any = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        configs = {"max.message.bytes": str(_LARGEST_RECORD), **more}
        await client.alter_configs(
            [
                ConfigResource(ConfigResourceType.TOPIC, topic, configs=configs)
                for topic in (HL7_RECEIVED, ENCOUNTERS)
            ]
        )
    finally:
        await client.close()


if __name__ == "__main__":
    main()
