"""Many publish together, and what one of them cannot have published is nobody else's concern."""

import asyncio
import gc
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from tests.support.counting import numbered
from tests.support.eventually import eventually

from care_chassis.errors import PermanentError, TransientError
from care_chassis.events import OutgoingEvent
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_devstack.ports import free_ports


@pytest.fixture
def settings(kafka_bootstrap: str) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=kafka_bootstrap, publish_timeout_seconds=5)


@pytest.fixture
async def publisher(settings: KafkaSettings) -> AsyncGenerator[Publisher]:
    made = Publisher(settings, "test")
    yield made
    await made.stop()


@pytest.fixture
async def topic(make_topics: Callable[..., list[str]], publisher: Publisher) -> str:
    """One that the publisher knows already."""
    (made,) = make_topics("together")
    await publisher.publish([numbered(made, "a", 0)])
    return made


async def outcomes(
    publisher: Publisher, *events: OutgoingEvent
) -> list[type[BaseException] | None]:
    """What each of several, who publish one event at once, is told."""
    told = await asyncio.gather(
        *(publisher.publish([event]) for event in events), return_exceptions=True
    )
    return [type(each) if isinstance(each, BaseException) else None for each in told]


async def numbers_on(bootstrap: str, topic: str) -> list[int]:
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        part = TopicPartition(topic, 0)
        consumer.assign([part])
        await consumer.seek_to_beginning(part)
        end = (await consumer.end_offsets([part]))[part]
        found: list[int] = []
        while await consumer.position(part) < end:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found += [int(record.value) for record in records]
        return found
    finally:
        await consumer.stop()


async def test_what_is_too_large_for_kafka_fails_alone(
    publisher: Publisher, topic: str, kafka_bootstrap: str
) -> None:
    events = [numbered(topic, "a", number) for number in range(1, 7)]
    events[2] = numbered(topic, "a", 3, b"3" * (17 << 20))
    expected = [None, None, PermanentError, None, None, None]
    assert await outcomes(publisher, *events) == expected
    assert await numbers_on(kafka_bootstrap, topic) == [0, 1, 2, 4, 5, 6]


async def test_what_is_for_a_topic_that_is_not_there_fails_alone(
    publisher: Publisher, topic: str, kafka_bootstrap: str
) -> None:
    events = [numbered(topic, "a", number) for number in range(1, 7)]
    for number in (2, 4):
        events[number - 1] = numbered("nowhere.v1", "a", number)
    expected = [None, TransientError, None, TransientError, None, None]
    async with asyncio.timeout(4):
        assert await outcomes(publisher, *events) == expected
    assert await numbers_on(kafka_bootstrap, topic) == [0, 1, 3, 5, 6]


async def test_who_is_held_is_told_so_though_others_are_not(
    publisher: Publisher,
    topic: str,
    kafka_bootstrap: str,
    make_topics: Callable[..., list[str]],
) -> None:
    """Of a topic that was deleted the broker says again and again: not now."""
    (deleted,) = make_topics("deleted")
    await publisher.publish([numbered(deleted, "a", 0)])
    await delete(kafka_bootstrap, deleted)
    stuck = asyncio.create_task(publisher.publish([numbered(deleted, "a", 1)]))
    await publisher.publish([numbered(topic, "a", 1)])
    assert not stuck.done()
    with pytest.raises(TransientError):
        await stuck
    await publisher.publish([numbered(topic, "a", 2)])
    assert await numbers_on(kafka_bootstrap, topic) == [0, 1, 2]


async def delete(bootstrap: str, topic: str) -> None:
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.delete_topics([topic])

    async def gone() -> bool:
        return topic not in await admin.list_topics()

    await eventually(gone, within=15)
    await admin.close()


def publisher_to(port: int, seconds: float) -> Publisher:
    address = f"127.0.0.1:{port}"
    settings = KafkaSettings(bootstrap_servers=address, publish_timeout_seconds=seconds)
    return Publisher(settings, "test")


async def test_what_could_not_be_published_takes_no_memory_any_more() -> None:
    publisher, data = publisher_to(free_ports(1)[0], 1), bytes(1000)

    def references() -> int:
        return sys.getrefcount(data)

    before = references()
    gc.disable()
    try:
        assert await outcomes(publisher, numbered("t.v1", "a", 1, data)) == [TransientError]
        await eventually(references, until=before.__eq__, within=5)
    finally:
        gc.enable()


@pytest.fixture
def mute() -> Generator[Publisher]:
    """One whose broker does not say a word for longer than anybody would wait."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield publisher_to(listener.getsockname()[1], 60)


async def test_stopping_ends_what_waits_for_a_broker_that_says_nothing(mute: Publisher) -> None:
    before = asyncio.all_tasks()
    waiting = asyncio.create_task(mute.publish([numbered("t.v1", "a", 1)]))
    await eventually(lambda: len(asyncio.all_tasks() - before) > 1)
    async with asyncio.timeout(5):
        await mute.stop()
        with pytest.raises(TransientError):
            await waiting
    await eventually(lambda: asyncio.all_tasks() == before, within=5)


async def test_who_publishes_as_it_stops_is_told(mute: Publisher) -> None:
    waiting = asyncio.create_task(mute.publish([numbered("t.v1", "a", 1)]))
    stopping = asyncio.create_task(mute.stop())
    async with asyncio.timeout(5):
        await stopping
        with pytest.raises(TransientError):
            await waiting
