"""The smallest service there can be: it takes numbers in, once each, and keeps their order.

Run as a program (`python -m tests.support.counting`) it can be killed at the worst moment.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import asyncpg

from care_chassis.clock import SystemClock
from care_chassis.consumption import Consumption, Delivery, Reaction
from care_chassis.database import Connection, Database
from care_chassis.errors import PermanentError
from care_chassis.events import Event, OutgoingEvent
from care_chassis.health import Health
from care_chassis.inbox import unseen
from care_chassis.kafka import Publisher, make_broker
from care_chassis.settings import KafkaSettings

CLOCK = SystemClock()
TABLES = """
CREATE TABLE inbox (event_id text PRIMARY KEY, seen_at timestamptz NOT NULL);
CREATE TABLE counted (
    place bigint GENERATED ALWAYS AS IDENTITY, key text NOT NULL, number int NOT NULL
);
"""


def numbered(topic: str, key: str, number: int, data: bytes | None = None) -> OutgoingEvent:
    """The event that says `number` under `key`."""
    return OutgoingEvent(
        topic=topic,
        key=key,
        event_id=f"{key}-{number}",
        type="number.said",
        source="/test",
        subject=key,
        time=CLOCK.now(),
        data=str(number).encode() if data is None else data,
    )


def read_number(event: Event) -> int:
    """The number in an event's body."""
    if not event.data.isdigit():
        raise PermanentError("the body is no number", "body")
    return int(event.data)


async def nothing() -> None:
    """What happens at a moment of no interest."""


@dataclass(kw_only=True)
class Counting:
    """Writes down every number, once, and can be made to fail in between."""

    database: Database
    poisonous: set[int] = field(default_factory=set[int])
    before_commit: Callable[[], Awaitable[None]] = nothing
    after_commit: Callable[[], Awaitable[None]] = nothing
    batches: list[int] = field(default_factory=list[int])

    async def handle(self, deliveries: Sequence[Delivery[int]]) -> None:
        self.batches.append(len(deliveries))
        async with self.database.transaction() as connection:
            await self._count(connection, deliveries)
            await self.before_commit()
        await self.after_commit()

    async def _count(self, connection: Connection, deliveries: Sequence[Delivery[int]]) -> None:
        ids = [delivery.event.event_id for delivery in deliveries]
        fresh = await unseen(connection, ids, CLOCK.now())
        for delivery in deliveries:
            if delivery.body in self.poisonous:
                raise ValueError("a bug that this number brings out")
            if delivery.event.event_id in fresh:
                fresh.remove(delivery.event.event_id)
                await connection.execute(
                    "INSERT INTO counted (key, number) VALUES ($1, $2)",
                    delivery.event.key,
                    delivery.body,
                )


@dataclass(kw_only=True)
class Consumer:
    """One member of a consumer group, with everything it needs."""

    counting: Counting
    consumption: Consumption[int]
    health: Health
    stop: Callable[[], Awaitable[None]]


async def start_consumer(
    *, bootstrap: str, database_url: str, group: str, topic: str, counting: Counting | None = None
) -> Consumer:
    """Start a member of `group` that counts what is on `topic`."""
    settings = KafkaSettings(bootstrap_servers=bootstrap)
    database = Database(database_url)
    await database.open()
    counting = counting or Counting(database=database)
    counting.database = database
    health, publisher, broker = Health(), Publisher(settings, group), make_broker(settings, group)
    reaction = Reaction(group=group, topics=(topic,), read=read_number, handle=counting.handle)
    consumption = Consumption(reaction, publisher=publisher, clock=CLOCK, health=health)
    consumption.subscribe(broker)
    await broker.start()

    async def stop() -> None:
        consumption.release()
        await broker.stop()
        await publisher.stop()
        await database.close()

    return Consumer(counting=counting, consumption=consumption, health=health, stop=stop)


async def counted(url: str) -> dict[str, list[int]]:
    """What was written down, in the order it was, by key."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT key, number FROM counted ORDER BY place")
    finally:
        await connection.close()
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(row["key"], []).append(row["number"])
    return numbers


async def _die_after_commit(bootstrap: str, database_url: str, group: str, topic: str) -> None:
    async def die() -> None:
        os._exit(9)

    consumer = await start_consumer(
        bootstrap=bootstrap, database_url=database_url, group=group, topic=topic
    )
    consumer.counting.after_commit = die
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_die_after_commit(*sys.argv[1:5]))
