"""Services run as programs of their own, to be killed, and what they say overheard."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer
from tests.support.eventually import eventually

from care_chassis.events import Event, OutgoingEvent, read_event
from care_devstack.ports import free_ports


class Program:
    """One service as a process; it may be killed and started again under the same address."""

    def __init__(self, package: str, settings: Mapping[str, str]) -> None:
        (self._port,) = free_ports(1)
        self._package = package
        self._settings = {**settings, f"{package.upper()}_HTTP_PORT": str(self._port)}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where its pages and its REST API are."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self, *, patiently: bool = True) -> None:
        """Start it and wait until it is ready.

        Kafka gives the partitions of a consumer that was killed away only after ten seconds: who
        wants none of them need not wait.
        """
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._package,
            env={**os.environ, **self._settings},
            stdout=asyncio.subprocess.DEVNULL,
        )
        if patiently:
            await eventually(self._ready, within=60)

    async def _ready(self) -> bool:
        assert self._process is not None
        if self._process.returncode is not None:
            raise RuntimeError(f"{self._package} ended with {self._process.returncode}")
        try:
            async with httpx.AsyncClient() as client:
                answer = await client.get(f"http://127.0.0.1:{self._port}/readyz")
        except httpx.TransportError:
            return False
        return answer.status_code == 200

    async def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """End it in good order, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


@asynccontextmanager
async def running(package: str, settings: Mapping[str, str]) -> AsyncGenerator[Program]:
    """A service that is ready, and ends with the block."""
    program = Program(package, settings)
    try:
        await program.start()
        yield program
    finally:
        await program.stop()


@asynccontextmanager
async def overhearing(bootstrap: str, topic: str) -> AsyncGenerator[list[Event]]:
    """A list that grows with the events of a topic, from now on."""
    events: list[Event] = []
    consumer: Any = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="latest")
    await consumer.start()
    await consumer.seek_to_end()
    for partition in consumer.assignment():
        await consumer.position(partition)

    async def listen() -> None:
        while True:
            events.append(read_event(await consumer.getone()))

    try:
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(listen())
            yield events
            listening.cancel()
    finally:
        await consumer.stop()


def types_of(events: Iterable[Event], key: str) -> list[str]:
    """What was said under a key, each event once: after a kill one may be said again."""
    return list({one.event_id: one.type for one in events if one.key == key}.values())


def outgoing(topic: str, event: Event) -> OutgoingEvent:
    """An event as it was heard, to be said on a topic."""
    return OutgoingEvent(
        topic=topic,
        key=event.key,
        event_id=event.event_id,
        type=event.type,
        source=event.source,
        subject=event.subject,
        time=event.time,
        data=event.data,
        correlation_id=event.correlation_id,
    )
