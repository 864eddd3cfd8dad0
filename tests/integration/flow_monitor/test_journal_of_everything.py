"""The monitor on real Kafka and PostgreSQL: all that passes is written down, and once."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from tests.support.eventually import eventually

from care_chassis.clock import SystemClock
from care_chassis.events import OutgoingEvent
from care_chassis.identity import Identity, issue_token
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_contracts import topics
from care_contracts.encounters import (
    EncounterEvent,
    EncounterEventType,
    MessageReference,
    PatientReference,
    VisitReference,
)
from care_contracts.hl7 import HL7_CONTENT_TYPE, HL7_RECEIVED_TYPE
from care_devstack.ports import free_ports

SECRET = "a secret for tests alone"
CLOCK = SystemClock()


class Monitor:
    """A running monitor, asked over HTTP."""

    def __init__(self, port: int) -> None:
        token = issue_token(
            SECRET,
            Identity("t", "T", "integration"),
            now=CLOCK.now(),
            lifetime=timedelta(hours=1),
        )
        self._headers = {"Authorization": f"Bearer {token}"}
        self._url = f"http://127.0.0.1:{port}"

    async def ready(self) -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self._url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def get(self, path: str, **query: str) -> Any:
        async with httpx.AsyncClient(headers=self._headers) as client:
            answer = await client.get(f"{self._url}/api/{path}", params=query)
        return answer.raise_for_status().json()

    async def stations(self, **query: str) -> list[dict[str, Any]]:
        """The stations that this test made: services of others, at work beside it, add theirs."""
        found = (await self.get("journey", **query))["stations"]
        return [one for one in found if one["topic"] in (topics.HL7_RECEIVED, topics.ENCOUNTERS)]


@asynccontextmanager
async def running(port: int, url: str, kafka: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    settings = {
        "FLOW_MONITOR_HTTP_PORT": str(port),
        "FLOW_MONITOR_DATABASE_URL": url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka,
        "CARE_TOKEN_SECRET": SECRET,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "flow_monitor",
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@pytest.fixture
async def publisher(care_topics: str) -> AsyncGenerator[Publisher]:
    publisher = Publisher(KafkaSettings(bootstrap_servers=care_topics), "test")
    yield publisher
    await publisher.stop()


def frame(control_id: str, correlation_id: str, verdict: str = "accepted") -> OutgoingEvent:
    return OutgoingEvent(
        topic=topics.HL7_RECEIVED,
        key=control_id,
        event_id=correlation_id,
        type=HL7_RECEIVED_TYPE,
        source="adt-ingest",
        subject="",
        time=CLOCK.now(),
        data=f"MSH|{control_id}".encode(),
        correlation_id=correlation_id,
        extensions={"site": "GHH", "controlid": control_id, "verdict": verdict, "trigger": "A01"},
        content_type=HL7_CONTENT_TYPE,
    )


def admitted(control_id: str, correlation_id: str, data: bytes | None = None) -> OutgoingEvent:
    body = EncounterEvent(
        site="GHH",
        message=MessageReference(message_control_id=control_id, trigger="A01"),
        patient=PatientReference(patient_key=f"p-{control_id}", mrn=control_id, authority="GHH"),
        visit=VisitReference(visit_key=f"v-{control_id}", visit=f"V{control_id}"),
        recorded_at=CLOCK.now(),
        received_at=CLOCK.now(),
    )
    return OutgoingEvent(
        topic=topics.ENCOUNTERS,
        key=f"p-{control_id}",
        event_id=f"{correlation_id}:admitted",
        type=EncounterEventType.ADMITTED,
        source="adt-ingest",
        subject="",
        time=CLOCK.now(),
        data=body.to_json() if data is None else data,
        correlation_id=correlation_id,
    )


async def test_one_id_finds_every_station_and_nothing_is_refused(
    care_topics: str, make_database: Callable[[str], str], publisher: Publisher
) -> None:
    (port,) = free_ports(1)
    monitor = Monitor(port)
    async with running(port, make_database("flow-monitor"), care_topics):
        await eventually(monitor.ready, within=30)
        await publisher.publish([frame("J1", "cj1"), admitted("J1", "cj1")])
        await publisher.publish([admitted("J2", "cj2", data=b"\xff not JSON")])
        await publisher.put(topics.TASKS, b"key", None, [("ce_id", b"\xff"), ("no", b"event")])
        await publisher.put(
            topics.dead_letters_of("worklist"),
            b"key",
            b"{}",
            [("dead_topic", b"tasks.v1"), ("dead_reason", b"broken"), ("correlation_id", b"cj3")],
        )
        for query in ({"control_id": "J1"}, {"mrn": "J1"}, {"visit": "VJ1"}):
            stations = await eventually(
                lambda query=query: monitor.stations(**query),
                until=lambda found: len(found) == 2,
                within=30,
            )
            assert [one["topic"] for one in stations] == [topics.HL7_RECEIVED, topics.ENCOUNTERS]
            assert stations[1]["lag_seconds"] >= 0
        (unreadable,) = await monitor.stations(correlation_id="cj2")
        assert unreadable["outcome"] == "unreadable"
        await eventually(
            lambda: monitor.get("dead-letters"),
            until=lambda found: "broken" in [one["reason"] for one in found["items"]],
        )
        counts = (await monitor.get("feeds"))["items"]
        assert (topics.TASKS, "unreadable") in [(one["topic"], one["outcome"]) for one in counts]


async def test_killed_in_the_middle_it_goes_on_and_writes_nothing_twice(
    care_topics: str, make_database: Callable[[str], str], publisher: Publisher
) -> None:
    (port,) = free_ports(1)
    monitor, url = Monitor(port), make_database("flow-monitor")
    sent = [f"K{number}" for number in range(600)]
    async with running(port, url, care_topics) as process:
        await eventually(monitor.ready, within=30)
        await publisher.publish([frame(name, f"c{name}") for name in sent[:300]])
        await eventually(lambda: written(url), until=lambda count: count > 0, within=30)
        process.kill()
        await process.wait()
    await publisher.publish([frame(name, f"c{name}") for name in sent[300:]])
    async with running(port, url, care_topics):
        count = await eventually(
            lambda: written(url), until=lambda count: count >= len(sent), within=60
        )
    assert count == len(sent)


async def written(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT count(*) FROM journal WHERE control_id LIKE 'K%'")
    finally:
        await connection.close()
