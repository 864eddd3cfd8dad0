"""The orchestrator as it is deployed: one process, its own database, its place in the topic."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import psutil
import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from psycopg import sql
from tests.bench.arriving.peers import Peer
from tests.bench.following.events import publish

from care_chassis.events import OutgoingEvent
from care_contracts.topics import ENCOUNTERS
from care_devstack.databases import apply_roles, migrate_one, service_url, sibling_url
from care_devstack.ports import free_ports
from care_devstack.processes import running
from care_devstack.services import SERVICES_WITH_DATABASE, snake
from care_devstack.settings import CHECKOUT, StackSettings

SERVICE = "transition-orchestrator"
_GIVE_UP_SECONDS = 200.0
_LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class Places:
    """Where the servers of a run are, and how the services are set."""

    settings: StackSettings
    bootstrap: str
    admin_url: str

    def database(self, name: str, service: str = SERVICE) -> str:
        """A fresh, migrated database; gives the address of the service's own role."""
        admin = self.empty_database(name)
        passwords = {other: snake(other) for other in SERVICES_WITH_DATABASE}
        apply_roles(admin, CHECKOUT / "deploy" / "postgres", passwords)
        url = service_url(admin, service, snake(service))
        migrate_one(service, url)
        return url

    def empty_database(self, name: str) -> str:
        """A fresh database; gives the administrator's address of it."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            for command in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
                connection.execute(sql.SQL(command).format(sql.Identifier(name)))
        return self.admin_of(name)

    def admin_of(self, name: str) -> str:
        """The administrator's address of a database."""
        return sibling_url(self.admin_url, name)


def program(places: Places, database_url: str, name: str) -> Peer:
    """The orchestrator, every setting at its default but for places."""
    (http_port,) = free_ports(1)
    environment = {
        **places.settings.caller,
        "KAFKA_BOOTSTRAP_SERVERS": places.bootstrap,
        "TRANSITION_ORCHESTRATOR_DATABASE_URL": database_url,
        "TRANSITION_ORCHESTRATOR_HTTP_PORT": str(http_port),
        "CARE_SITES_DIR": str(places.settings.sites_dir),
    }
    return Peer(
        name=name,
        port=http_port,
        commands=[[sys.executable, "-m", snake(SERVICE)]],
        environments=[environment],
        folder=places.settings.run_dir / "bench",
        ready=[f"http://127.0.0.1:{http_port}/readyz"],
    )


def follow_all(
    places: Places, database_url: str, events: Sequence[OutgoingEvent], name: str
) -> dict[str, Any]:
    """Have the program take in events that wait on the topic; how fast it was.

    The clock runs from the first tenth of them on, because a program that just started is no
    measure, until the last is committed, and until the last of what they led to is published.
    """
    publish(events, places.bootstrap)
    peer = program(places, database_url, name)
    peer.start()
    try:
        figures = asyncio.run(_watch(places, database_url, peer, len(events)))
    finally:
        peer.stop()
    print(f"{name:24} {figures}", file=sys.stderr)
    return figures


async def _watch(places: Places, url: str, peer: Peer, count: int) -> dict[str, Any]:
    async with _Waiting(places.bootstrap) as waiting:
        left = await _once_left(waiting, peer, int(0.9 * count))
        spent, began = _spent(places, peer), time.perf_counter()
        await _once_left(waiting, peer, 0)
        taken_in = time.perf_counter() - began
    await _once_sent(url, peer)
    sent, after = time.perf_counter() - began, _spent(places, peer)
    micros = {f"{part}_us": round(1e6 * (after[part] - spent[part]) / left) for part in spent}
    rates = {"per_second": round(left / taken_in), "sent_per_second": round(left / sent)}
    return {"events": count, **rates, **micros}


class _Waiting:
    """How much of the topic the orchestrator has not committed yet."""

    def __init__(self, bootstrap: str) -> None:
        self._admin: Any = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        self._reader: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap)
        self._ends: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> Self:
        await self._admin.start()
        await self._reader.start()
        partitions = [TopicPartition(ENCOUNTERS, number) for number in range(6)]
        self._ends = await self._reader.end_offsets(partitions)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._reader.stop()
        await self._admin.close()

    async def count(self) -> int:
        committed = await self._admin.list_consumer_group_offsets(SERVICE)
        taken = {part: max(0, committed[part].offset) for part in self._ends if part in committed}
        return sum(end - taken.get(part, 0) for part, end in self._ends.items())


async def _once_left(waiting: _Waiting, peer: Peer, most: int) -> int:
    """Wait until at most so many events wait; gives back how many do."""
    until = time.perf_counter() + _GIVE_UP_SECONDS
    while (left := await waiting.count()) > most:
        await _rest(until, peer)
    return left


async def _once_sent(url: str, peer: Peer) -> None:
    until = time.perf_counter() + _GIVE_UP_SECONDS
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while await (await connection.execute("SELECT 1 FROM outbox LIMIT 1")).fetchone():
            await _rest(until, peer)


async def _rest(until: float, peer: Peer) -> None:
    if time.perf_counter() > until:
        raise SystemExit(f"the orchestrator does not get on: see {peer.folder}")
    await asyncio.wait((asyncio.get_running_loop().create_future(),), timeout=_LOOK_EVERY_SECONDS)


def _spent(places: Places, peer: Peer) -> dict[str, float]:
    """CPU seconds of the program and of the servers; a backend that ended is not counted."""
    servers = running(places.settings.run_dir)
    return {"program": peer.cpu_seconds()} | {
        part: sum(_cpu_of(one) for one in _with_children(servers.get(part, [])))
        for part in ("postgres", "kafka")
    }


def _with_children(processes: Sequence[psutil.Process]) -> set[psutil.Process]:
    """PostgreSQL's backends write over the marks that a stack's programs are known by."""
    return {*processes, *(child for one in processes for child in one.children(recursive=True))}


def _cpu_of(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return times.user + times.system
    return 0.0
