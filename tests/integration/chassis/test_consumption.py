"""The consumption pattern on the real broker and database: nothing lost, doubled or reordered."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests.support.counting import (
    TABLES,
    Consumer,
    counted,
    numbered,
    start_consumer,
)
from tests.support.eventually import eventually
from tests.support.proxy import Proxy

from care_chassis.events import headers_of
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings

KEYS = ("a", "b", "c", "d", "e")


@dataclass(frozen=True)
class Trial:
    """A topic, a group and an empty database of one test's own."""

    bootstrap: str
    database_url: str
    group: str
    topic: str

    @property
    def dead_topic(self) -> str:
        return f"{self.group}.dead.v1"

    async def say(self, numbers: range) -> None:
        publisher = Publisher(KafkaSettings(bootstrap_servers=self.bootstrap), "test")
        await publisher.publish([numbered(self.topic, k, n) for n in numbers for k in KEYS])
        await publisher.stop()

    async def all_counted(self, upto: int, *, but: frozenset[int] = frozenset()) -> None:
        """Every number was written down once and in order under every key."""
        expected = {key: [n for n in range(upto) if n not in but] for key in KEYS}

        async def arrived() -> bool:
            numbers = await counted(self.database_url)
            return sum(map(len, numbers.values())) >= sum(map(len, expected.values()))

        await eventually(arrived, within=60)
        assert await counted(self.database_url) == expected

    async def settled(self) -> None:
        """All that was said is committed by the group."""

        async def committed() -> bool:
            return await uncommitted(self.bootstrap, self.group, self.topic) == 0

        await eventually(committed, within=30)

    async def dead_letters(self, count: int) -> list[dict[str, str]]:
        return await dead_letters(self.bootstrap, self.dead_topic, count)


async def uncommitted(bootstrap: str, group: str, topic: str) -> int:
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group)
    await consumer.start()
    try:
        parts = [TopicPartition(topic, p) for p in range(3)]
        ends = await consumer.end_offsets(parts)
        return sum([ends[part] - (await consumer.committed(part) or 0) for part in parts])
    finally:
        await consumer.stop()


async def dead_letters(bootstrap: str, topic: str, count: int) -> list[dict[str, str]]:
    consumer: Any = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    found: list[dict[str, str]] = []
    try:
        async with asyncio.timeout(30):
            while len(found) < count:
                record = await consumer.getone()
                headers = {name: (value or b"").decode("latin-1") for name, value in record.headers}
                found.append(headers | {"value": (record.value or b"").decode("latin-1")})
        assert not await consumer.getmany(timeout_ms=500)
    finally:
        await consumer.stop()
    return found


@pytest.fixture
async def trial(kafka_bootstrap: str, postgres_url: str, request: pytest.FixtureRequest) -> Trial:
    name = f"{abs(hash(request.node.nodeid)):x}"
    made = Trial(kafka_bootstrap, f"{postgres_url}?search_path=t{name}", f"g{name}", f"t{name}.v1")
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(made.topic, 3, 1), NewTopic(made.dead_topic, 1, 1)])
    await admin.close()
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(f"CREATE SCHEMA t{name}; SET search_path TO t{name}; {TABLES}")
    await connection.close()
    return made


@asynccontextmanager
async def consuming(trial: Trial, database_url: str = "") -> AsyncGenerator[Consumer]:
    consumer = await start_consumer(
        bootstrap=trial.bootstrap,
        database_url=database_url or trial.database_url,
        group=trial.group,
        topic=trial.topic,
    )
    try:
        yield consumer
    finally:
        await consumer.stop()


async def test_batches_are_taken_in_once_and_in_order(trial: Trial) -> None:
    await trial.say(range(300))
    async with consuming(trial) as consumer:
        await trial.all_counted(300)
        await trial.settled()
        assert consumer.health.ready
        assert max(consumer.counting.batches) > 10


async def test_one_record_that_brings_out_a_bug_costs_nothing_but_itself(trial: Trial) -> None:
    await trial.say(range(40))
    async with consuming(trial) as consumer:
        consumer.counting.poisonous = {17}
        await trial.all_counted(40, but=frozenset({17}))
        letters = await trial.dead_letters(len(KEYS))
        await trial.settled()
    assert {letter["dead_reason"] for letter in letters} == {"ValueError"}
    assert {letter["value"] for letter in letters} == {"17"}
    assert {letter["ce_id"] for letter in letters} == {f"{key}-17" for key in KEYS}


async def test_unreadable_records_are_put_aside_and_the_rest_flows(trial: Trial) -> None:
    await trial.say(range(3))
    producer: Any = AIOKafkaProducer(bootstrap_servers=trial.bootstrap)
    await producer.start()
    good = headers_of(numbered(trial.topic, "a", 3))
    for headers, value in (
        (good, b"not a number"),
        ([*good, ("x", None)], b"3"),
        ([*good, ("x", b"\xff\xfe")], b"3"),
        ([], b"3"),
        (good, None),
    ):
        await producer.send_and_wait(trial.topic, value, key=b"a", headers=headers)
    await producer.stop()
    await trial.say(range(3, 6))
    async with consuming(trial):
        await trial.all_counted(6)
        letters = await trial.dead_letters(5)
        await trial.settled()
    assert sorted(letter["dead_reason"] for letter in letters) == [
        "a header has no value",
        "a header is not UTF-8",
        "the body is no number",
        "the body is no number",
        "the time is no ISO 8601 instant",
    ]
    assert all(letter["dead_topic"] == trial.topic for letter in letters)


async def test_a_crash_between_the_two_commits_repeats_nothing(trial: Trial) -> None:
    await trial.say(range(20))
    arguments = (trial.bootstrap, trial.database_url, trial.group, trial.topic)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.counting", *arguments
    )
    assert await process.wait() == 9
    assert await counted(trial.database_url)
    await trial.say(range(20, 30))
    async with consuming(trial):
        await trial.all_counted(30)
        await trial.settled()


async def test_a_rebalance_waits_for_the_batch_at_hand(trial: Trial) -> None:
    await trial.say(range(100))
    held, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        held.set()
        await go_on.wait()

    async with consuming(trial) as first:
        first.counting.before_commit = hold
        await asyncio.wait_for(held.wait(), 30)
        async with asyncio.TaskGroup() as group:
            group.create_task(release_when(first, go_on))
            async with consuming(trial) as second:
                await trial.say(range(100, 200))
                await trial.all_counted(200)
                await trial.settled()
                assert sum(second.counting.batches) > 0


async def release_when(consumer: Consumer, go_on: asyncio.Event) -> None:
    """Let the held batch go once the rebalance asks for it."""

    async def asked() -> bool:
        return consumer.consumption.draining

    await eventually(asked, within=30)
    go_on.set()


async def test_the_database_away_for_twenty_seconds_costs_only_time(
    trial: Trial, postgres_url: str
) -> None:
    port = port_of(postgres_url)
    async with Proxy(port) as proxy:
        through = trial.database_url.replace(f":{port}/", f":{proxy.port}/")
        async with consuming(trial, database_url=through) as consumer:
            await trial.say(range(50))
            await trial.all_counted(50)
            await proxy.cut()
            await trial.say(range(50, 100))
            await eventually(lambda: unready(consumer), within=20)
            await twenty_seconds()
            assert sum(map(len, (await counted(trial.database_url)).values())) == 50 * len(KEYS)
            await proxy.restore()
            await trial.all_counted(100)
            await trial.settled()
            assert consumer.health.ready


async def twenty_seconds() -> None:
    """An outage has a length; there is nothing to poll for while it lasts."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), 20)


async def unready(consumer: Consumer) -> bool:
    return not consumer.health.ready


async def test_a_rebalance_while_the_database_is_away_loses_nothing(
    trial: Trial, postgres_url: str
) -> None:
    port = port_of(postgres_url)
    async with Proxy(port) as proxy:
        through = trial.database_url.replace(f":{port}/", f":{proxy.port}/")
        async with consuming(trial, database_url=through) as first:
            await trial.say(range(50))
            await trial.all_counted(50)
            await proxy.cut()
            await trial.say(range(50, 100))
            await eventually(lambda: unready(first), within=20)
            async with consuming(trial) as second:
                await eventually(lambda: has_worked(second), within=60)
                await proxy.restore()
                await trial.all_counted(100)
                await trial.settled()


def port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


async def has_worked(consumer: Consumer) -> bool:
    return bool(consumer.counting.batches)


async def test_too_many_dead_letters_stop_the_consumer_and_lose_nothing(trial: Trial) -> None:
    await trial.say(range(100))
    async with consuming(trial) as consumer:
        consumer.counting.poisonous = set(range(100))
        await eventually(lambda: unready(consumer), within=30)
        detail = consumer.health.conditions()["consumer"].detail
        assert detail.startswith("stopped: ")
    async with consuming(trial):
        await trial.all_counted(100)
        await trial.settled()
