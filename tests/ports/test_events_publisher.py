"""What receiving asks of a publisher, tried on the fake and on the real Kafka."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from tests.support.adt_ingest_fakes import FakeEvents
from tests.support.eventually import eventually

from adt_ingest.ports import Events
from adt_ingest.publisher import PromptPublisher, anyone_listening
from care_chassis.errors import TransientError
from care_chassis.events import OutgoingEvent, read_event
from care_chassis.health import Health
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_devstack.ports import free_ports


class Store(Protocol):
    """A publisher, and a look at what it keeps."""

    topic: str
    events: Events

    async def ids(self) -> list[str]: ...


class FakeStore:
    """The fake, whose broker can be away."""

    def __init__(self, *, away: bool) -> None:
        self.topic = "topic"
        self._fake = FakeEvents()
        self._fake.away = away
        self.events: Events = self._fake

    async def ids(self) -> list[str]:
        return [event.event_id for event in self._fake.held]


class KafkaStore:
    """The real thing."""

    def __init__(self, events: Events, bootstrap: str, topic: str) -> None:
        self.events = events
        self.topic = topic
        self._bootstrap = bootstrap

    async def ids(self) -> list[str]:
        consumer: Any = AIOKafkaConsumer(bootstrap_servers=self._bootstrap)
        await consumer.start()
        try:
            part = TopicPartition(self.topic, 0)
            consumer.assign([part])
            await consumer.seek_to_beginning(part)
            end = (await consumer.end_offsets([part]))[part]
            found: list[str] = []
            while await consumer.position(part) < end:
                for records in (await consumer.getmany(timeout_ms=1000)).values():
                    found += [read_event(record).event_id for record in records]
            return found
        finally:
            await consumer.stop()


async def kafka_store(bootstrap: str, topic: str) -> AsyncGenerator[Store]:
    settings = KafkaSettings(bootstrap_servers=bootstrap, publish_timeout_seconds=20)
    publisher, health = Publisher(settings, "test"), Health()
    events = PromptPublisher(publisher, health, reachable=anyone_listening(bootstrap))
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(events.watch())
        if topic != "nowhere":
            await eventually(lambda: health.ready, within=30)
        yield KafkaStore(events, bootstrap, topic)
        watch.cancel()
    await publisher.stop()


@pytest.fixture(params=["fake", "kafka"])
async def store(request: pytest.FixtureRequest) -> AsyncGenerator[Store]:
    if request.param == "fake":
        yield FakeStore(away=False)
        return
    bootstrap: str = request.getfixturevalue("kafka_bootstrap")
    (topic,) = request.getfixturevalue("make_topics")("published")
    async for made in kafka_store(bootstrap, topic):
        yield made


@pytest.fixture(params=["fake", "kafka"])
async def away(request: pytest.FixtureRequest) -> AsyncGenerator[Store]:
    """A store whose broker is away."""
    if request.param == "fake":
        yield FakeStore(away=True)
        return
    (port,) = free_ports(1)
    async for made in kafka_store(f"127.0.0.1:{port}", "nowhere"):
        yield made


def numbered(topic: str, numbers: Sequence[int]) -> list[OutgoingEvent]:
    return [
        OutgoingEvent(
            topic=topic,
            key="key",
            event_id=str(number),
            type="tried",
            source="/test",
            subject="",
            time=datetime(2026, 5, 22, tzinfo=UTC),
            data=b"x" * 1000,
        )
        for number in numbers
    ]


async def test_what_was_published_is_held_in_order(store: Store) -> None:
    await store.events.publish(numbered(store.topic, range(100)))
    await store.events.publish(numbered(store.topic, range(100, 150)))
    assert await store.ids() == [str(number) for number in range(150)]


async def test_many_may_publish_at_once(store: Store) -> None:
    async with asyncio.TaskGroup() as group:
        for start in range(0, 2000, 20):
            group.create_task(store.events.publish(numbered(store.topic, range(start, start + 20))))
    ids = await store.ids()
    assert sorted(map(int, ids)) == list(range(2000))
    for start in range(0, 2000, 20):
        mine = [each for each in ids if start <= int(each) < start + 20]
        assert mine == [str(number) for number in range(start, start + 20)]


async def test_publishing_nothing_is_no_error(store: Store) -> None:
    await store.events.publish(())
    assert await store.ids() == []


async def test_an_event_may_be_published_again(store: Store) -> None:
    for _ in range(2):
        await store.events.publish(numbered(store.topic, [1]))
    assert await store.ids() == ["1", "1"]


async def test_nobody_waits_for_a_broker_that_is_there(store: Store) -> None:
    async with asyncio.timeout(10):
        await store.events.until_back()


async def test_who_waits_for_a_broker_that_is_away_waits(away: Store) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await away.events.until_back()


async def test_a_broker_that_is_away_is_a_transient_error(away: Store) -> None:
    for _ in range(3):
        with pytest.raises(TransientError):
            await away.events.publish(numbered(away.topic, [1]))
