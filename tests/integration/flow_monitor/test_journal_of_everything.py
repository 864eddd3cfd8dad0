"""The monitor on real Kafka and PostgreSQL: all that passes is written down, and once."""

from collections.abc import AsyncGenerator, Callable

import asyncpg
import pytest
from tests.support.eventually import eventually
from tests.support.running_monitor import Monitor, running

from care_chassis.clock import SystemClock
from care_chassis.events import OutgoingEvent
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

CLOCK = SystemClock()


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
