"""The broker is killed and stays away for twenty seconds: nothing is lost, doubled or reordered."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests.conftest import run_folder
from tests.support.counting import TABLES, counted, numbered, start_consumer
from tests.support.eventually import eventually
from tests.support.own_kafka import OwnKafka

from care_chassis.clock import SystemClock
from care_chassis.database import Database
from care_chassis.errors import TransientError
from care_chassis.health import Health
from care_chassis.kafka import Publisher
from care_chassis.outbox import OutboxRelay, append
from care_chassis.settings import KafkaSettings
from care_chassis.workers import repeatedly

CLOCK = SystemClock()
TABLES_DDL = Path(__file__).parents[3] / "libs/chassis/src/care_chassis/sql/tables.ddl"


@pytest.fixture
async def own_kafka(request: pytest.FixtureRequest) -> AsyncGenerator[OwnKafka]:
    kafka = OwnKafka(run_folder() / f"own-{request.node.name}")
    await kafka.start()
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("t.v1", 3, 1), NewTopic("g.dead.v1", 1, 1)])
    await admin.close()
    yield kafka
    kafka.kill()


async def schema(postgres_url: str, name: str, tables: str) -> str:
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(f"CREATE SCHEMA {name}; SET search_path TO {name}; {tables}")
    await connection.close()
    return f"{postgres_url}?search_path={name}"


async def away(kafka: OwnKafka, seconds: float = 20) -> None:
    """Kill the broker and leave it dead for so long."""
    kafka.kill()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)


async def test_a_consumer_goes_on_when_the_broker_is_back(
    own_kafka: OwnKafka, postgres_url: str
) -> None:
    url = await schema(postgres_url, "consumer_away", TABLES)
    publisher = Publisher(KafkaSettings(bootstrap_servers=own_kafka.bootstrap), "test")
    consumer = await start_consumer(
        bootstrap=own_kafka.bootstrap, database_url=url, group="g", topic="t.v1"
    )
    await publisher.publish([numbered("t.v1", "a", n) for n in range(50)])
    await eventually(lambda: says(url, 50), within=30)
    await away(own_kafka)
    await own_kafka.start()
    await publish_patiently(publisher, range(50, 100))
    await eventually(lambda: says(url, 100), within=60)
    await publisher.stop()
    await consumer.stop()


async def says(url: str, upto: int) -> bool:
    return await counted(url) == {"a": [*range(upto)]}


async def publish_patiently(publisher: Publisher, numbers: range) -> None:
    events = [numbered("t.v1", "a", n) for n in numbers]

    async def published() -> bool:
        try:
            await publisher.publish(events)
        except TransientError:
            return False
        return True

    await eventually(published, within=30)


async def test_a_publisher_never_claims_what_the_broker_does_not_hold(own_kafka: OwnKafka) -> None:
    settings = KafkaSettings(bootstrap_servers=own_kafka.bootstrap, publish_timeout_seconds=3)
    publisher = Publisher(settings, "test")
    await publisher.publish([numbered("t.v1", "a", 0)])
    own_kafka.kill()
    for number in range(1, 4):
        with pytest.raises(TransientError):
            await publisher.publish([numbered("t.v1", "a", number)])
    await own_kafka.start()
    await publish_patiently(publisher, range(4, 6))
    await publisher.stop()


async def test_a_producer_that_gave_up_ends_though_the_broker_hangs(own_kafka: OwnKafka) -> None:
    """Else each attempt would leave one behind, with copies for when the broker goes on."""
    settings = KafkaSettings(bootstrap_servers=own_kafka.bootstrap, publish_timeout_seconds=1)
    publishers = [Publisher(settings, "test") for _ in range(3)]
    for publisher in publishers:
        await publisher.publish([numbered("t.v1", "a", 0)])
    assert own_kafka.connections()
    own_kafka.hang()
    for publisher in publishers:
        with pytest.raises(TransientError):
            await publisher.publish([numbered("t.v1", "a", 1)])
    await eventually(own_kafka.connections, until=(0).__eq__, within=10)
    async with asyncio.timeout(10):
        for publisher in publishers:
            await publisher.stop()


async def test_an_outbox_drains_in_order_when_the_broker_is_back(
    own_kafka: OwnKafka, postgres_url: str
) -> None:
    url = await schema(postgres_url, "outbox_away", TABLES_DDL.read_text("utf-8"))
    publisher = Publisher(
        KafkaSettings(bootstrap_servers=own_kafka.bootstrap, publish_timeout_seconds=3), "test"
    )
    health = Health()
    async with Database(url) as database, asyncio.TaskGroup() as group:
        relay = OutboxRelay(database, publisher)
        worker = group.create_task(repeatedly("outbox", relay.relay, health)())
        await put_in_line(database, range(100))
        await eventually(lambda: waiting(database, 0), within=30)
        own_kafka.kill()
        await put_in_line(database, range(100, 700))
        await eventually(lambda: not health.ready, within=30)
        await waiting(database, 600)
        await away(own_kafka)
        await own_kafka.start()
        await eventually(lambda: waiting(database, 0), within=60)
        worker.cancel()
    await publisher.stop()
    assert await on_topic(own_kafka.bootstrap) == [*range(700)]


async def put_in_line(database: Database, numbers: range) -> None:
    async with database.transaction() as connection:
        await append(connection, [numbered("t.v1", "a", number) for number in numbers])


async def waiting(database: Database, count: int) -> bool:
    async with database.transaction() as connection:
        return await connection.fetchval("SELECT count(*) FROM outbox") == count


async def on_topic(bootstrap: str) -> list[int]:
    """What the topic holds, each event id once, in order."""
    consumer: Any = AIOKafkaConsumer(
        "t.v1", bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    ends = await consumer.end_offsets(consumer.assignment())
    numbers: list[int] = []
    async with asyncio.timeout(30):
        while [await consumer.position(part) for part in ends] != list(ends.values()):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                numbers += [int(record.value) for record in batch]
    await consumer.stop()
    return list(dict.fromkeys(numbers))
