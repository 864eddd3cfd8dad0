"""The events of messages, made as adt-ingest makes them, and put on their topic beforehand."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from adt_ingest.domain.doors import Door, Origin
from adt_ingest.domain.framing import Frame
from adt_ingest.domain.judgement import judge
from adt_ingest.records import Receipt, Records
from adt_ingest.sites import SiteFolder
from care_chassis.clock import SystemClock
from care_chassis.events import OutgoingEvent
from care_chassis.health import Health
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_contracts.topics import ENCOUNTERS

SECRET = "of the benchmark"
_AT_ONCE = 2_000


def events_of(messages: Iterable[bytes], sites_dir: Path) -> list[OutgoingEvent]:
    """What adt-ingest would tell on `encounters.v1`, in the order of the messages."""
    sites, records = SiteFolder(sites_dir, Health()), Records(secret=SECRET)
    clock, origin = SystemClock(), Origin(Door.MLLP, "127.0.0.1")
    told: list[OutgoingEvent] = []
    for message in messages:
        now = clock.now()
        judgement = judge(Frame(message), sites.find, now, origin)
        receipt = Receipt.of(judgement, received_at=now, origin=origin)
        made = [one for one in records.of(receipt) if one.topic == ENCOUNTERS]
        if not made:
            raise ValueError(f"a message that tells of nothing: {judgement.answer}")
        told += made
    return told


def publish(events: Sequence[OutgoingEvent], bootstrap: str) -> None:
    """Put the events on their topics, and return when the broker holds them."""
    asyncio.run(_publish(events, bootstrap))


async def _publish(events: Sequence[OutgoingEvent], bootstrap: str) -> None:
    publisher = Publisher(KafkaSettings(bootstrap_servers=bootstrap), "bench")
    try:
        for start in range(0, len(events), _AT_ONCE):
            await publisher.publish(events[start : start + _AT_ONCE])
    finally:
        await publisher.stop()
