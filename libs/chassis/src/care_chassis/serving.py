"""How a service runs: parts start as their servers allow, show their state, and end in order."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, TypeVar

import uvicorn
import uvloop
from aiokafka.errors import KafkaError
from fastapi import FastAPI
from faststream.kafka import KafkaBroker

from care_chassis.clock import Clock
from care_chassis.consumption import Consumption
from care_chassis.database import Database
from care_chassis.errors import TransientError
from care_chassis.health import Health
from care_chassis.inbox import forget_old
from care_chassis.kafka import Publisher
from care_chassis.logs import configure_logs, get_logger
from care_chassis.outbox import OutboxRelay
from care_chassis.probes import add_probes
from care_chassis.settings import LogSettings, TelemetrySettings
from care_chassis.telemetry import configure_telemetry
from care_chassis.workers import Worker, listening, patiently, repeatedly

_log = get_logger("care_chassis.serving")
_PRUNE_EVERY = timedelta(minutes=10)
_NEW_OBJECTS = 200_000
"""So many more than before are made between two looks for garbage.

A batch of thousands of records has that many in use until it is written, and none of it is garbage.
"""


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """A service put together: all its parts, not yet started.

    `workers` begin when the database is there and run until cancelled; with a database, the outbox
    relay is among them, unnamed.
    """

    service: str
    http: FastAPI
    host: str
    port: int
    clock: Clock
    health: Health
    publisher: Publisher
    broker: KafkaBroker | None = None
    database: Database | None = None
    consumptions: Sequence[Consumption[Any]] = ()
    workers: Sequence[Worker] = ()
    closers: Sequence[Worker] = field(default=())
    """Awaited one after the other at the end, for what must be let go in good order."""


class ServiceSettings(Protocol):
    """What `main` needs of a service's settings."""

    @property
    def logs(self) -> LogSettings: ...

    @property
    def telemetry(self) -> TelemetrySettings: ...


S = TypeVar("S", bound=ServiceSettings)


def main(package: str, settings: Callable[[], S], build: Callable[[S], Assembly]) -> None:
    """The program of every service: `python -m <package>` serves, with `migrate` it migrates."""
    configured = settings()
    configure_logs(package, configured.logs)
    match sys.argv[1:]:
        case []:
            configure_telemetry(package, configured.telemetry)
            _run(package, serve_until_told(build, configured))
        case ["migrate"]:
            # Here, because it takes a second to load, and what serves does not need it.
            from care_chassis.migrations import migrate  # noqa: PLC0415

            migrate(package, configured.database_url)  # type: ignore[attr-defined]
            _log.info("schema_migrated", service=package)
        case _:
            sys.exit(f"usage: python -m {package} [migrate]")


def _run(package: str, serving: Coroutine[Any, Any, None]) -> None:
    """Run to the end; a crash is told by its types only, for texts may quote what was worked on."""
    try:
        uvloop.run(serving)
    except Exception as error:  # noqa: BLE001 - whatever it is, it ends the process
        for leaf in _leaves_of(error):
            _log.critical("service_failed", service=package, error_type=type(leaf).__name__)
        sys.exit(1)


def _leaves_of(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        inner: list[BaseException] = list(error.exceptions)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        return [leaf for one in inner for leaf in _leaves_of(one)]
    return [error]


def _spare_what_stays() -> None:
    """Have the garbage collector look at what a message leaves behind, and seldom.

    By default it walks through all that the program is made of over and over while messages wait:
    a tenth of a second each time. Cycles are rare here; reference counting frees all else at once.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 10, 10)


async def serve_until_told(build: Callable[[S], Assembly], settings: S) -> None:
    """Serve until SIGTERM or SIGINT."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await serve(build(settings), told)


async def serve(assembly: Assembly, told: asyncio.Event) -> None:
    """Serve until `told` is set, then end in order: intake, workers, connections, probes."""
    add_probes(assembly.http, assembly.health)
    listener = _listen(assembly)
    _spare_what_stays()
    server = _Server(
        uvicorn.Config(
            assembly.http,
            log_config=None,
            access_log=False,  # its lines hold query strings, and those may hold identifiers
            lifespan="off",
            timeout_graceful_shutdown=3,
        )
    )
    async with asyncio.TaskGroup() as group:
        http = group.create_task(server.serve(sockets=[listener]))
        parts = group.create_task(_run_parts(assembly))
        stop = group.create_task(told.wait())
        await asyncio.wait((http, parts, stop), return_when=asyncio.FIRST_COMPLETED)
        if not stop.done():
            raise RuntimeError("the web server ended unasked")
        _log.info("stopping", service=assembly.service)
        for consumption in assembly.consumptions:
            consumption.release()
        parts.cancel()
        await asyncio.wait((parts,))
        server.should_exit = True


def _listen(assembly: Assembly) -> socket.socket:
    """Take the service's port, or end with a sentence that says what to do."""
    try:
        return socket.create_server((assembly.host, assembly.port), backlog=2048)
    except OSError as error:
        why = f"{assembly.service} cannot listen on {assembly.host}: is port {assembly.port} free?"
        _log.error("port_not_available", port=assembly.port, detail=error.strerror)
        raise SystemExit(why) from error


async def _run_parts(assembly: Assembly) -> None:
    """Start what is there to start, patiently, and run it until cancelled."""
    try:
        if assembly.database is not None:
            await patiently("database", assembly.database.open, assembly.health)
        async with asyncio.TaskGroup() as group:
            for worker in _workers_of(assembly):
                group.create_task(worker())
            if assembly.broker is not None:
                broker = assembly.broker
                await patiently("broker", lambda: _start(broker), assembly.health)
            _log.info("started", service=assembly.service, port=assembly.port)
            await asyncio.Event().wait()
    finally:
        if assembly.broker is not None:
            await assembly.broker.stop()
        for close in assembly.closers:
            await close()
        await assembly.publisher.stop()
        if assembly.database is not None:
            await assembly.database.close()


async def _start(broker: KafkaBroker) -> None:
    try:
        await broker.start()
    except (KafkaError, OSError) as error:
        await broker.stop()
        raise TransientError("Kafka") from error


def _workers_of(assembly: Assembly) -> list[Worker]:
    workers = list(assembly.workers)
    workers += [
        repeatedly("watch", consumption.watch, assembly.health)
        for consumption in assembly.consumptions
    ]
    database = assembly.database
    if database is not None:
        woken, schema = asyncio.Event(), assembly.service.replace("-", "_")
        relay = OutboxRelay(database, assembly.publisher)
        workers += [
            repeatedly("outbox", relay.relay, assembly.health, woken),
            listening(database, f"{schema}_outbox", woken, assembly.health),
            repeatedly("inbox", lambda: _prune(database, assembly.clock), assembly.health),
        ]
    return workers


async def _prune(database: Database, clock: Clock) -> float:
    all_gone = await forget_old(database, clock.now())
    return _PRUNE_EVERY.total_seconds() if all_gone else 0.0


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: the service ends in an order of its own."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
