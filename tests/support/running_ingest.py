"""adt-ingest in the test's own process, with its doors open, and a look at what Kafka holds."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from tests.support.eventually import eventually

from adt_ingest.app import build
from adt_ingest.settings import Settings
from care_chassis.events import Event, read_event
from care_chassis.serving import serve
from care_chassis.settings import KafkaSettings
from care_devstack.ports import free_ports

GHH = "{code: GHH, name: Good Health Hospital, time_zone: America/New_York}\n"


@dataclass(frozen=True)
class Ingest:
    """A running adt-ingest."""

    mllp_port: int
    http_port: int
    bootstrap: str
    stop: Callable[[], None]

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.http_port}") as client:
            return await client.get(path)

    async def post(self, body: bytes) -> httpx.Response:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.http_port}") as client:
            return await client.post("/hl7", content=body)

    async def ready(self) -> bool:
        try:
            return (await self.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False


@asynccontextmanager
async def running(
    bootstrap: str, folder: Path, *, publish_timeout_seconds: float = 20, site: str = GHH
) -> AsyncGenerator[Ingest]:
    """An adt-ingest that knows one hospital, for as long as the block lasts."""
    (folder / "ghh.yaml").write_text(site, "utf-8")
    mllp_port, http_port = free_ports(2)
    settings = Settings(
        mllp_port=mllp_port,
        http_port=http_port,
        publish_timeout_seconds=publish_timeout_seconds,
        sites_dir=folder,
        kafka=KafkaSettings(bootstrap_servers=bootstrap),
    )
    told = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(build(settings), told))
        ingest = Ingest(mllp_port, http_port, bootstrap, told.set)
        try:
            await eventually(ingest.ready, within=30)
            yield ingest
        finally:
            told.set()


async def held(bootstrap: str, topic: str) -> list[Event]:
    """All that Kafka holds on a topic."""
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        parts = [TopicPartition(topic, each) for each in range(6)]
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        ends = await consumer.end_offsets(parts)
        events: list[Event] = []
        while any([await consumer.position(part) < ends[part] for part in parts]):
            batches = await consumer.getmany(timeout_ms=1000)
            events += [read_event(record) for batch in batches.values() for record in batch]
        return events
    finally:
        await consumer.stop()
