"""The servers that a test run shares are real, and each test module has its own corner of them."""

# pyright: reportUnknownMemberType=false
# (aiokafka has no types for its clients.)
from collections.abc import Callable

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def test_kafka_keeps_what_is_sent(
    kafka_bootstrap: str, make_topics: Callable[..., list[str]]
) -> None:
    [topic] = make_topics("letters")
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all") as producer:
        await producer.send_and_wait(topic, b"kept")
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        assert (await consumer.getone()).value == b"kept"


def test_two_topics_of_the_same_name_never_meet(make_topics: Callable[..., list[str]]) -> None:
    assert make_topics("letters") != make_topics("letters")


def test_postgres_keeps_its_promises_to_the_disk(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
