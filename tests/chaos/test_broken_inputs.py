"""Broken inputs against the real service and the real broker, reconciled with what Kafka holds.

`CARE_CORPUS` says how many mutated messages: `make chaos` sends a hundred thousand.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from tests.support.adt_ingest_fakes import ORIGIN, FakeEvents, receiver
from tests.support.corpus import (
    broken_streams,
    codes_in,
    good_messages,
    kept_bad_inputs,
    mutations,
    truncations,
)
from tests.support.hl7_builders import framed
from tests.support.mllp_client import sending_to
from tests.support.programs import running
from tests.support.running_ingest import GHH

from adt_ingest.domain.framing import FrameCutter, FrameLimits
from care_contracts.topics import (
    APPOINTMENTS,
    DOCUMENTS,
    ENCOUNTERS,
    HL7_RECEIVED,
    REFERRALS,
    RESULTS,
)
from care_devstack.ports import free_ports

MUTATIONS = int(os.environ.get("CARE_CORPUS", "3000"))
AT_ONCE = 16
FRAMES_EACH = 100
LIMITS = FrameLimits(1_000_000)
TOPICS = (HL7_RECEIVED, ENCOUNTERS, APPOINTMENTS, RESULTS, DOCUMENTS, REFERRALS)


async def expected_of(stream: bytes) -> tuple[list[str], set[str]]:
    """The codes a stream is to be answered with, and the events of what is answered yes.

    Asked of the use case with a broker that never fails, frame by frame.
    """
    cutter, codes, promised = FrameCutter(LIMITS), list[str](), set[str]()
    for frame in [*cutter.feed(stream), *cutter.finish()]:
        events = FakeEvents()
        (reply,) = await receiver(events).receive([frame], ORIGIN)
        answered = [code for block in reply.blocks for code in codes_in(block)]
        codes += answered
        if {"AA", "CA"} & {*answered}:
            promised |= {event.event_id for event in events.held}
    return codes, promised


async def answers_to(port: int, stream: bytes) -> list[str]:
    """Send it without waiting for anything, and read until the other side has said all."""
    async with sending_to(port) as sender, asyncio.TaskGroup() as group:
        heard = group.create_task(sender.rest())
        await sender.send(stream)
        sender.end()
        return codes_in(await heard)


async def promised_by(port: int, streams: Iterable[bytes]) -> set[str]:
    """Send every stream, see that each is answered as it must be; gives back what was promised."""
    waiting, promised = iter(streams), set[str]()

    async def send_some() -> None:
        for stream in waiting:
            codes, events = await expected_of(stream)
            assert await answers_to(port, stream) == codes, stream
            promised.update(events)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(send_some())
    return promised


async def ids_in(bootstrap: str, topics: Sequence[str]) -> set[str]:
    """The ids of all events that Kafka holds on these topics."""
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        parts = [TopicPartition(topic, number) for topic in topics for number in range(6)]
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        ends = await consumer.end_offsets(parts)
        found: set[str] = set()
        while any([await consumer.position(part) < ends[part] for part in parts]):
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found |= {dict(record.headers)["ce_id"].decode() for record in records}
        return found
    finally:
        await consumer.stop()


def is_within_limits(message: bytes) -> bool:
    """What goes beyond ends its connection, which is tried elsewhere."""
    segments = message.count(b"\r") + message.count(b"\n")
    return len(message) < LIMITS.size and segments < LIMITS.segments


def in_streams(messages: Iterable[bytes]) -> Iterator[bytes]:
    """Many messages a connection, each in its block."""
    within = (each for each in messages if is_within_limits(each))
    while some := list(islice(within, FRAMES_EACH)):
        yield framed(*some)


def everything() -> Iterator[bytes]:
    yield from in_streams(good_messages())
    yield from in_streams(kept_bad_inputs())
    yield from in_streams(truncations(min(good_messages(), key=len)))
    yield from in_streams(mutations(MUTATIONS, seed=4))
    yield from broken_streams(max(100, MUTATIONS // 50), seed=4)


@pytest.mark.timeout(1200)
async def test_every_frame_is_answered_once_and_no_yes_is_said_of_what_kafka_does_not_hold(
    care_topics: str, tmp_path: Path
) -> None:
    (tmp_path / "ghh.yaml").write_text(GHH, "utf-8")
    mllp_port, mllps_port = free_ports(2)
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": care_topics,
        "CARE_SITES_DIR": str(tmp_path),
        "CARE_RUN_DIR": str(tmp_path),
        "ADT_INGEST_MLLP_PORT": str(mllp_port),
        "ADT_INGEST_MLLPS_PORT": str(mllps_port),
    }
    async with running("adt_ingest", settings):
        promised = await promised_by(mllp_port, everything())
        assert promised
        assert promised - await ids_in(care_topics, TOPICS) == set()
