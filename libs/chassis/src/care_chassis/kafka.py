"""Kafka's two ends: a broker that consumes, and a publisher that waits until all is held."""

import asyncio
from collections import deque
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    ProducerClosed,
    UnknownTopicOrPartitionError,
)
from aiokafka.partitioner import DefaultPartitioner
from faststream.kafka import KafkaBroker

from care_chassis.errors import PermanentError, TransientError
from care_chassis.events import OutgoingEvent, headers_of
from care_chassis.settings import KafkaSettings

_Record = tuple[str, bytes | None, bytes | None, Sequence[tuple[str, bytes]]]
_BATCH_BYTES = 1024 * 1024  # at aiokafka's default of 16 KiB many senders queue for one open batch
_REQUEST_BYTES = 8 * _BATCH_BYTES
_MOST_BYTES = 16 * _BATCH_BYTES  # what a topic takes; a batch that it refuses breaks the sequence


def make_broker(settings: KafkaSettings, service: str) -> KafkaBroker:
    """A FastStream broker that only consumes; what is published goes through a `Publisher`."""
    return KafkaBroker(
        settings.bootstrap_servers,
        client_id=service,
        consumer_only=True,
        allow_auto_create_topics=False,
        logger=None,
    )


@dataclass(slots=True)
class _Waiting:
    """What somebody wants to have published, and how they learn that it is."""

    records: Sequence[_Record]
    held: asyncio.Future[None]
    batches: set[asyncio.Future[Any]] = field(default_factory=set[asyncio.Future[Any]])
    """Done when the broker has confirmed, or refused, what some of the records are in."""

    def settle(self) -> None:
        """Tell them, once every batch is done."""
        failures = [error for batch in self.batches if (error := batch.exception())]
        if failures:
            # The batches behind one that was too large fail too, by their sequence numbers.
            own = (each for each in failures if isinstance(each, MessageSizeTooLargeError))
            self.fail(next(own, failures[0]))
        elif not self.held.done():
            self.held.set_result(None)

    def fail(self, error: BaseException) -> None:
        if not self.held.done():
            self.held.set_exception(copy(error))


class Publisher:
    """Publishes events and returns when the broker holds every one of them.

    All that is to be published while the broker confirms the last of it goes to it together, one
    batch for each partition: many senders share the cost of a round trip.

    The producer is idempotent, so nothing is doubled by its own retries; after a failure it is made
    anew, because an idempotent producer that gave up on a batch has a gap in its sequence.
    """

    def __init__(self, settings: KafkaSettings, service: str) -> None:
        self._settings = settings
        self._service = service
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._ending: set[asyncio.Future[None]] = set()
        self._waiting: deque[_Waiting] = deque()
        self._work: asyncio.Task[None] | None = None

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
        loop = asyncio.get_running_loop()
        waiting = _Waiting(records, loop.create_future())
        self._waiting.append(waiting)
        if self._work is None:
            self._work = loop.create_task(self._publish_waiting())
        try:
            await waiting.held
        except MessageSizeTooLargeError as error:
            raise PermanentError("an event is too large for Kafka") from error
        except (KafkaError, OSError, TimeoutError) as error:
            raise TransientError("Kafka") from error
        finally:
            del waiting  # else it and its failure hold each other, and the records with them

    async def _publish_waiting(self) -> None:
        """Publish until nothing waits any more."""
        try:
            while self._waiting:
                await self._publish_together(self._next())
        finally:
            self._work = None

    def _next(self) -> list[_Waiting]:
        """Whoever comes next, as many as make one request."""
        taken: list[_Waiting] = []
        size = 0
        while self._waiting and size < _REQUEST_BYTES:
            waiting = self._waiting.popleft()
            if not waiting.held.done():  # else whoever wanted it has gone
                taken.append(waiting)
                size += sum(len(value or b"") for _, _, value, _ in waiting.records)
        return taken

    async def _publish_together(self, taken: Sequence[_Waiting]) -> None:
        producer: AIOKafkaProducer | None = None
        try:
            async with asyncio.timeout(self._settings.publish_timeout_seconds):
                producer = self._producer or await self._start()
                batches = await self._send_all(producer, taken)
                await _settle_all(taken, batches)
        except BaseException as error:
            self._discard(producer)
            self._fail(taken, error if isinstance(error, Exception) else ProducerClosed())
            if not isinstance(error, Exception):
                raise
        else:
            if any(batch.exception() for batch in batches):
                self._discard(producer)

    async def _send_all(
        self, producer: AIOKafkaProducer, taken: Sequence[_Waiting]
    ) -> Sequence[asyncio.Future[Any]]:
        """Give the producer all records; returns their batches."""
        filling = _Filling(producer, self._settings.publish_timeout_seconds / 4)
        for waiting in taken:
            for record in waiting.records:
                refusal = await filling.add(record, waiting)
                if refusal is not None:
                    waiting.fail(refusal)  # and nobody else
                    break
        return await filling.sent()

    def _fail(self, taken: Sequence[_Waiting], error: BaseException) -> None:
        """Tell all who wait: nobody is to wait for one timeout after another."""
        for waiting in (*taken, *self._waiting):
            waiting.fail(error)
        self._waiting.clear()

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
        await self._let_go()
        work = self._work
        if work is not None:  # it waits for a broker that is away, or others came meanwhile
            work.cancel()
            await asyncio.wait([work])
            if self._work is work:  # it was cancelled before it began
                self._work = None
                self._fail((), ProducerClosed())
            await self._let_go()

    async def _let_go(self) -> None:
        self._discard(self._producer)
        if self._ending:
            await asyncio.wait(self._ending)


async def _settle_all(taken: Sequence[_Waiting], batches: Sequence[asyncio.Future[Any]]) -> None:
    """Tell each as soon as the broker has spoken of the batches that hold their records."""
    pending: set[asyncio.Future[Any]] = set(batches)
    waiting = list(taken)
    while True:
        for each in waiting:
            if each.batches.isdisjoint(pending):
                each.settle()
        if not pending:
            return
        waiting = [each for each in waiting if not each.held.done()]
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)


class _Filling:
    """Fills one batch for each partition at a time; a full one is sent before the next begins."""

    def __init__(self, producer: AIOKafkaProducer, look_seconds: float) -> None:
        self._producer: Any = producer  # aiokafka annotates its producer in part only
        self._look_seconds = look_seconds
        self._partitions: dict[str, tuple[int, ...]] = {}
        self._open: dict[tuple[str, int], tuple[Any, list[_Waiting]]] = {}
        self._sent: list[asyncio.Future[Any]] = []

    async def add(self, record: _Record, waiting: _Waiting) -> KafkaError | None:
        """Put a record in its batch; gives back why it cannot be in any, where that is so."""
        topic, key, value, headers = record
        partitions = await self._partitions_of(topic)
        if not partitions:
            return UnknownTopicOrPartitionError()
        place = (topic, partition_of(key, partitions))
        builder, concerned = self._open.get(place) or self._begin(place)
        if builder.append(timestamp=None, key=key, value=value, headers=headers) is None:
            await self._send(place)
            builder, concerned = self._begin(place)
            builder.append(timestamp=None, key=key, value=value, headers=headers)
        if builder.size() > _MOST_BYTES:  # only a batch's first record is taken whatever its size
            del self._open[place]
            return MessageSizeTooLargeError()
        concerned.append(waiting)
        return None

    async def sent(self) -> Sequence[asyncio.Future[Any]]:
        """Send what is not sent yet; returns what is done when the broker has answered."""
        for place in list(self._open):
            await self._send(place)
        return self._sent

    async def _partitions_of(self, topic: str) -> tuple[int, ...]:
        """Nothing where the topic is not found soon: all others wait as long for it."""
        known = self._partitions.get(topic)
        if known is None:
            try:
                async with asyncio.timeout(self._look_seconds):
                    known = tuple(sorted(await self._producer.partitions_for(topic)))
            except (TimeoutError, KafkaError):
                known = ()
            self._partitions[topic] = known
        return known

    def _begin(self, place: tuple[str, int]) -> tuple[Any, list[_Waiting]]:
        self._open[place] = self._producer.create_batch(), []
        return self._open[place]

    async def _send(self, place: tuple[str, int]) -> None:
        builder, concerned = self._open.pop(place)
        builder.close()
        topic, partition = place
        done = await self._producer.send_batch(builder, topic, partition=partition)
        done.add_done_callback(_take_note)
        self._sent.append(done)
        for waiting in concerned:
            waiting.batches.add(done)


_PARTITIONER: Any = DefaultPartitioner()


@lru_cache(maxsize=8192)
def _keyed_partition(key: bytes, partitions: tuple[int, ...]) -> int:
    return _PARTITIONER(key, list(partitions), list(partitions))


def partition_of(key: bytes | None, partitions: tuple[int, ...]) -> int:
    """As every client of Kafka has it, remembered: the hash is slow in Python, and keys repeat."""
    if key is None:
        return _PARTITIONER(key, list(partitions), list(partitions))
    return _keyed_partition(key, partitions)


def _take_note(batch: asyncio.Future[Any]) -> None:
    """Once the wait for a batch has ended nobody asks for it; asyncio would complain."""
    if not batch.cancelled():
        batch.exception()
