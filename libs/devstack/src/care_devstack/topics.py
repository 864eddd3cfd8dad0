"""Creates the stack's Kafka topics from their list, `deploy/kafka/topics.yaml`."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

from care_devstack.problems import StackProblem

_DAY_IN_MILLISECONDS = 24 * 60 * 60 * 1000
_TRY_FOR_SECONDS = 60.0
_MOST_REPLICAS = 3
_MOST_BYTES = 16 * 1024 * 1024
"""A snapshot adds up what several messages said, each of which fitted into the usual megabyte."""


@dataclass(frozen=True)
class Topic:
    """A topic as the list describes it."""

    name: str
    partitions: int
    retention_days: int = 7


def read_topics(path: Path) -> list[Topic]:
    """The topics that a file lists."""
    document = cast("dict[str, list[dict[str, Any]]]", yaml.safe_load(path.read_text("utf-8")))
    return [Topic(**entry) for entry in document["topics"]]


def apply_topics(bootstrap_servers: str, topics: Sequence[Topic]) -> None:
    """Create the topics that are missing, waiting for a broker that is still starting.

    Works where an event loop runs, too: it has a thread and a loop of its own.
    """
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(_apply(bootstrap_servers, topics))).result()


async def _apply(bootstrap_servers: str, topics: Sequence[Topic]) -> None:
    try:
        async with asyncio.timeout(_TRY_FOR_SECONDS):
            while not await _created(bootstrap_servers, topics):  # noqa: ASYNC110 - a far event
                await asyncio.sleep(0.2)
    except TimeoutError as error:
        raise StackProblem(
            f"Kafka at {bootstrap_servers} does not let topics be created: "
            "see that it runs and that KAFKA_BOOTSTRAP_SERVERS is right."
        ) from error


async def _created(bootstrap_servers: str, topics: Sequence[Topic]) -> bool:
    """Try once; false where a little later may do."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=10_000)
    try:
        await client.start()
        replicas = min(_MOST_REPLICAS, len((await client.describe_cluster())["brokers"]))
        answer = await client.create_topics([_request(topic, replicas) for topic in topics])
    except KafkaError as error:
        if not error.retriable:
            raise
        return False
    finally:
        await client.close()
    # The library types its answers as their empty base class.
    outcomes = cast("list[tuple[str, int]]", cast("Any", answer).topic_errors)
    return all(_stands(for_code(outcome[1])) for outcome in outcomes)


def _stands(outcome: type[BaseException]) -> bool:
    """Whether the topic is there now. Raises what no waiting will cure."""
    if outcome in (NoError, TopicAlreadyExistsError):
        return True
    if not getattr(outcome, "retriable", False):
        raise outcome
    return False


def _request(topic: Topic, replicas: int) -> NewTopic:
    retention = topic.retention_days * _DAY_IN_MILLISECONDS
    return NewTopic(
        name=topic.name,
        num_partitions=topic.partitions,
        replication_factor=replicas,
        topic_configs={
            "retention.ms": str(retention),
            "max.message.bytes": str(_MOST_BYTES),
        },
    )
