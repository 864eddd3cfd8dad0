"""Reads `hl7.received.v1` back: the quarantine is no second store, but this topic read again.

It costs as much as the period is long: every record from its beginning until now travels once, at
some ten thousand a second. That suits an operator's question and no page that is asked often.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from adt_ingest.domain.quarantine import Received
from care_chassis.errors import PermanentError, TransientError
from care_chassis.events import Event, read_event
from care_chassis.settings import KafkaSettings
from care_contracts.topics import HL7_RECEIVED

_PATIENCE_MS: Final = 1_000
_Ends: TypeAlias = Mapping[TopicPartition, int]


class TopicOfReceived:
    """A `ReceivedStore` on Kafka; it joins no consumer group and commits nothing."""

    def __init__(self, settings: KafkaSettings, topic: str = HL7_RECEIVED) -> None:
        self._settings = settings
        self._topic = topic

    async def since(self, instant: datetime) -> AsyncIterator[Received]:
        """All that was received from `instant` until now. Raises TransientError."""
        consumer: Any = AIOKafkaConsumer(
            self._topic,  # without a group: all its partitions are ours
            bootstrap_servers=self._settings.bootstrap_servers,
            client_id="adt-ingest-quarantine",
            enable_auto_commit=False,
        )
        try:
            await consumer.start()
            ends = await _rewind(consumer, int(instant.timestamp() * 1000))
            async for record in _until(consumer, ends):
                received = received_of(record)
                if received is not None:
                    yield received
        except (KafkaError, OSError, TimeoutError) as error:
            raise TransientError("Kafka") from error
        finally:
            await consumer.stop()


async def _rewind(consumer: Any, since_ms: int) -> _Ends:  # noqa: ANN401 - aiokafka is annotated in part
    """Go back to the instant in every partition; returns where each ends now."""
    parts: list[TopicPartition] = list(consumer.assignment())
    ends: _Ends = await consumer.end_offsets(parts)
    found = await consumer.offsets_for_times(dict.fromkeys(parts, since_ms))
    for part in parts:
        start = found.get(part)
        consumer.seek(part, start.offset if start else ends[part])
    return ends


async def _until(consumer: Any, ends: _Ends) -> AsyncIterator[Any]:  # noqa: ANN401
    while [part for part in ends if await consumer.position(part) < ends[part]]:
        for records in (await consumer.getmany(timeout_ms=_PATIENCE_MS)).values():
            for record in records:
                yield record


def received_of(record: Any) -> Received | None:  # noqa: ANN401
    """A record as it is looked at; None for what is no event of ours."""
    try:
        event = read_event(record)
    except PermanentError:
        return None
    return _received(event)


def _received(event: Event) -> Received:
    said = event.extensions.get
    return Received(
        event_id=event.event_id,
        received_at=event.time,
        verdict=said("verdict", ""),
        site=said("site", ""),
        control_id=said("controlid", ""),
        trigger=said("trigger", ""),
        answer=said("answer", ""),
        reason=said("reason", ""),
        place=said("place", ""),
        peer=said("peer", ""),
        repairs=said("repairs", ""),
        data=event.data,
    )
