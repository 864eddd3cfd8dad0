"""Kafka's two ends: a broker that consumes, and a publisher that waits until all is held."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.partitioner import DefaultPartitioner
from faststream.kafka import KafkaBroker

from care_chassis.errors import PermanentError, TransientError
from care_chassis.events import OutgoingEvent, headers_of
from care_chassis.settings import KafkaSettings

_Record = tuple[str, bytes | None, bytes | None, Sequence[tuple[str, bytes]]]
_BATCH_BYTES = 1024 * 1024  # at aiokafka's default of 16 KiB many senders queue for one open batch


def make_broker(settings: KafkaSettings, service: str) -> KafkaBroker:
    """A FastStream broker that only consumes; what is published goes through a `Publisher`."""
    return KafkaBroker(
        settings.bootstrap_servers,
        client_id=service,
        consumer_only=True,
        allow_auto_create_topics=False,
        logger=None,
    )


class Publisher:
    """Publishes events and returns when the broker holds every one of them.

    The producer is idempotent, so nothing is doubled by its own retries; after a failure it is made
    anew, because an idempotent producer that gave up on a batch has a gap in its sequence.
    """

    def __init__(self, settings: KafkaSettings, service: str) -> None:
        self._settings = settings
        self._service = service
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._ending: set[asyncio.Future[None]] = set()

    async def publish(self, events: Sequence[OutgoingEvent]) -> None:
        """Publish in the order given; order within a key is kept.

        Raises TransientError where the broker did not confirm all of them in time. Some may be
        stored all the same: publish them again with the same ids.
        """
        await self._put_all(
            [(event.topic, event.key.encode(), event.data, headers_of(event)) for event in events]
        )

    async def put(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]],
    ) -> None:
        """Put a record on a topic as it is, readable or not. Raises TransientError."""
        await self._put_all([(topic, key, value, headers)])

    async def _put_all(self, records: Sequence[_Record]) -> None:
        producer: AIOKafkaProducer | None = None
        try:
            async with asyncio.timeout(self._settings.publish_timeout_seconds):
                producer = self._producer or await self._start()
                await _send_all(producer, records)
        except MessageSizeTooLargeError as error:
            self._discard(producer)
            raise PermanentError("an event is too large for Kafka") from error
        except (KafkaError, OSError, TimeoutError) as error:
            self._discard(producer)
            raise TransientError("Kafka") from error

    async def _start(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._settings.bootstrap_servers,
                    client_id=self._service,
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=0,
                    max_batch_size=_BATCH_BYTES,
                    request_timeout_ms=int(self._settings.publish_timeout_seconds * 1000),
                    max_request_size=16 * _BATCH_BYTES,
                    partitioner=cast("DefaultPartitioner", partition_of),
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    def _discard(self, producer: AIOKafkaProducer | None) -> None:
        """Let a producer end in the background, once the broker has taken its last batches."""
        if producer is None or producer is not self._producer:
            return
        self._producer = None
        ending = asyncio.ensure_future(self._end(producer))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _end(self, producer: AIOKafkaProducer) -> None:
        """Wait for its last batches, as long as for a publish: they were never confirmed.

        An idempotent producer's batches never expire, so that a broker which answers and does not
        store would leave one more producer behind with every attempt.
        """
        stopping = asyncio.ensure_future(producer.stop())
        await asyncio.wait([stopping], timeout=self._settings.publish_timeout_seconds)
        if not stopping.done():
            untyped: Any = producer
            await untyped._sender.close()  # noqa: SLF001 - aiokafka has no other way
        await stopping

    async def stop(self) -> None:
        """Let go of every connection, and of what the broker does not take in time any more."""
        self._discard(self._producer)
        if self._ending:
            await asyncio.wait(self._ending)


async def _send_all(producer: AIOKafkaProducer, records: Sequence[_Record]) -> None:
    untyped: Any = producer  # aiokafka annotates its producer in part only
    confirmations: list[asyncio.Future[Any]] = []
    try:
        for topic, key, value, headers in records:
            confirmations.append(await untyped.send(topic, value, key=key, headers=headers))
        for confirmation in confirmations:
            await confirmation
    except BaseException:
        for confirmation in confirmations:
            confirmation.add_done_callback(_take_note)
        raise


_PARTITIONER: Any = DefaultPartitioner()


@lru_cache(maxsize=8192)
def _keyed_partition(key: bytes, partitions: tuple[int, ...]) -> int:
    return _PARTITIONER(key, list(partitions), list(partitions))


def partition_of(key: bytes | None, partitions: list[int], available: list[int]) -> int:
    """As every client of Kafka has it, remembered: the hash is slow in Python, and keys repeat."""
    if key is None:
        return _PARTITIONER(key, partitions, available)
    return _keyed_partition(key, tuple(partitions))


def _take_note(confirmation: asyncio.Future[Any]) -> None:
    """Once one event of several has failed nobody awaits the rest; asyncio would complain."""
    if not confirmation.cancelled():
        confirmation.exception()
