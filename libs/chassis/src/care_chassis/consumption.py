"""The one way in which every service consumes Kafka: batches, settled before they are committed.

FastStream acknowledges before handling by default, and none of its policies neither loses a failed
record nor repeats it without end; hence MANUAL, and what follows here. Its own parser loses a whole
batch for one unreadable header; hence the tolerant one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import asyncpg
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber
from prometheus_client import Counter
from pydantic import ValidationError
from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential

from care_chassis.clock import Clock
from care_chassis.dead_letters import (
    DEFAULT_LIMITS,
    DeadLetterCount,
    DeadLetterLimits,
    TooManyDeadLetters,
    dead_letter_headers,
)
from care_chassis.errors import PermanentError, TransientError
from care_chassis.events import Event, read_event
from care_chassis.health import Health
from care_chassis.kafka import Publisher
from care_chassis.logs import get_logger
from care_chassis.progress import Progress
from care_chassis.telemetry import record_span

T = TypeVar("T")
_log = get_logger("care_chassis.consumption")

_PART = "consumer"
_MOST_RECORDS = 4_000  # the more wait, the more of what has one key is settled in one go
_MOST_BYTES = 2 * 1024 * 1024  # of a partition: six of them then have so many records at hand
_IDLE_POLL_MS = 25  # FastStream rests as long again after an empty poll: this bounds the latency
_DRAIN_SECONDS = 30.0  # less than the 40 s that a joining member waits for an answer
_RECORDS = Counter("care_consumed_records_total", "Records settled.", ["group", "topic", "fate"])


@dataclass(frozen=True, slots=True)
class Delivery(Generic[T]):
    """An event with its body read."""

    event: Event
    body: T


@dataclass(frozen=True, slots=True)
class Reaction(Generic[T]):
    """What a service does with its events.

    `read` turns an event into a body; it raises PermanentError or pydantic's ValidationError for
    what it cannot read. `handle` takes a batch in one transaction of its own: it raises
    TransientError when a server is away (it is called again, nothing is skipped); for any other
    exception the batch is repeated record by record, and the culprit becomes a dead letter.
    `open` takes the event off the record; one that never fails sees even what is no CloudEvent.
    """

    group: str
    topics: Sequence[str]
    read: Callable[[Event], T]
    handle: Callable[[Sequence[Delivery[T]]], Awaitable[None]]
    limits: DeadLetterLimits = DEFAULT_LIMITS
    open: Callable[[ConsumerRecord[Any, Any]], Event] = read_event

    @property
    def dead_letter_topic(self) -> str:
        return f"{self.group}.dead.v1"


class _Leaving(Exception):  # noqa: N818 - not an error: the batch is somebody else's now
    """The partitions are being taken away while a server is away; another consumer starts over."""


class Consumption(Generic[T]):
    """Consumes for one reaction: reads, handles, puts aside, commits, and lets go in good order."""

    def __init__(
        self, reaction: Reaction[T], *, publisher: Publisher, clock: Clock, health: Health
    ) -> None:
        self._reaction = reaction
        self._publisher = publisher
        self._clock = clock
        self._health = health
        self._dead = DeadLetterCount(reaction.limits)
        self._leaving = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._subscriber: BatchSubscriber | None = None
        self._progress = Progress(reaction.group, health)
        health.report(_PART, ready=False, detail="no partitions assigned yet")

    def subscribe(self, broker: KafkaBroker) -> None:
        """Register with the broker; consumption begins when the broker starts."""
        self._subscriber = subscriber = broker.subscriber(
            *self._reaction.topics,
            batch=True,
            max_records=_MOST_RECORDS,
            max_partition_fetch_bytes=_MOST_BYTES,
            batch_timeout_ms=_IDLE_POLL_MS,
            group_id=self._reaction.group,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            parser=_tolerant_parser,
            decoder=_raw_decoder,
            listener=_DrainOnRevoke(self),
            rebalance_timeout_ms=60_000,
            max_poll_interval_ms=3_600_000,  # an outage may hold a batch for long; that is no hang
            no_reply=True,
        )

        async def consume(message: KafkaMessage) -> None:
            await self._take(message)

        subscriber(consume)

    @property
    def draining(self) -> bool:
        """Whether the batch at hand is to be the last one."""
        return self._leaving.is_set()

    @property
    def caught_up(self) -> bool:
        """Whether all that waited at the start has been taken in."""
        return self._progress.caught_up

    def release(self) -> None:
        """Stop waiting for servers that are away: what is not settled is left uncommitted."""
        self._leaving.set()

    async def drain(self) -> None:
        """Let the batch at hand end; one that waits for a server is given up uncommitted."""
        self._leaving.set()
        self._health.report(_PART, ready=False, detail="partitions are being assigned anew")
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self._idle.wait()
        except TimeoutError:
            _log.error("drain_timed_out", group=self._reaction.group)

    def resume(self, partitions: int) -> None:
        """Partitions were assigned: their positions start at the last commit."""
        self._leaving.clear()
        self._health.report(_PART, ready=True, detail=f"{partitions} partitions")
        _log.info("partitions_assigned", group=self._reaction.group, count=partitions)

    async def watch(self) -> float:
        """See whether records wait that nobody takes; returns the seconds until the next look."""
        return await self._progress.watch(self._subscriber.consumer if self._subscriber else None)

    async def _take(self, message: KafkaMessage) -> None:
        if self._leaving.is_set():
            return  # fetched before the partitions went; they are read again from the last commit
        self._idle.clear()
        try:
            await self._settle(_records_of(message))
            await message.ack()
            self._progress.settled()
        except _Leaving:
            _log.info("batch_left_uncommitted", group=self._reaction.group)
        except KafkaError as error:
            # Lost to a rebalance or an outage: the records come again, and the inbox drops them.
            _log.warning(
                "commit_failed", group=self._reaction.group, error_type=type(error).__name__
            )
        except TooManyDeadLetters as error:
            await self._halt(str(error))
        except Exception as error:  # noqa: BLE001 - not settled: the next commit must not pass it by
            self._log_failure("batch_not_settled", error)
            await self._halt(f"a batch cannot be settled: {type(error).__name__}")
        finally:
            self._idle.set()

    async def _settle(self, records: Sequence[ConsumerRecord[Any, Any]]) -> None:
        """Handle or put aside every record, in order; returns when each has its fate."""
        started_at = self._clock.now()
        read = [(record, self._try_to_read(record)) for record in records]
        deliveries = [one for _, one in read if isinstance(one, Delivery)]
        at_once = await self._try_at_once(deliveries) if deliveries else True
        # In the order of the records, so that "in a row" means what it says
        for record, one in read:
            if isinstance(one, Exception):
                await self._put_aside(record, one)
            elif at_once:
                self._count(one)
            else:
                await self._handle_alone(record, one)
        ended_at = self._clock.now()
        for delivery in deliveries:
            if delivery.event.traceparent:
                name = f"{self._reaction.group} {delivery.event.type}"
                record_span(
                    name,
                    parent=delivery.event.traceparent,
                    started_at=started_at,
                    ended_at=ended_at,
                )

    def _try_to_read(self, record: ConsumerRecord[Any, Any]) -> Delivery[T] | Exception:
        try:
            return self._read(record)
        except Exception as error:  # noqa: BLE001 - FastStream would swallow it, and the batch with it
            return error

    def _read(self, record: ConsumerRecord[Any, Any]) -> Delivery[T]:
        event = self._reaction.open(record)
        try:
            return Delivery(event, self._reaction.read(event))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise PermanentError(f"the body breaks its contract: {first['type']}", place) from error

    async def _try_at_once(self, deliveries: Sequence[Delivery[T]]) -> bool:
        try:
            await self._patiently(lambda: self._reaction.handle(deliveries))
        except (_Leaving, TooManyDeadLetters):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, one record must not cost the batch
            self._log_failure("batch_failed", error, count=len(deliveries))
            return False
        return True

    async def _handle_alone(self, record: ConsumerRecord[Any, Any], delivery: Delivery[T]) -> None:
        try:
            await self._patiently(lambda: self._reaction.handle([delivery]))
        except (_Leaving, TooManyDeadLetters):
            raise
        except Exception as error:  # noqa: BLE001 - the culprit is put aside, and the rest flows
            await self._put_aside(record, error)
        else:
            self._count(delivery)

    def _count(self, delivery: Delivery[T]) -> None:
        self._dead.good(1)
        _RECORDS.labels(self._reaction.group, delivery.event.topic, "handled").inc()

    async def _put_aside(self, record: ConsumerRecord[Any, Any], error: Exception) -> None:
        self._dead.bad()
        self._log_failure(
            "record_put_aside",
            error,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
        )
        headers = dead_letter_headers(record, error, self._clock.now())
        await self._patiently(
            lambda: self._publisher.put(
                self._reaction.dead_letter_topic, record.key, record.value, headers
            )
        )
        _RECORDS.labels(self._reaction.group, record.topic, "dead").inc()

    async def _patiently(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work`, waiting for servers that are away, unless the partitions go meanwhile."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            wait=wait_random_exponential(multiplier=0.1, max=3),
            sleep=self._rest,
        ):
            with attempt:
                try:
                    await work()
                except TransientError as error:
                    self._health.report(_PART, ready=False, detail=str(error))
                    _log.warning("consumption_waits", group=self._reaction.group, detail=str(error))
                    raise
                if attempt.retry_state.attempt_number > 1:
                    self._health.report(_PART, ready=True)
                    _log.info("consumption_goes_on", group=self._reaction.group)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._leaving.wait()
        except TimeoutError:
            return
        raise _Leaving

    async def _halt(self, why: str) -> None:
        """Stop for good, uncommitted: the fault is more likely ours than the feed's."""
        self._health.report(_PART, ready=False, detail=f"stopped: {why}")
        _log.critical("consumption_stopped", group=self._reaction.group, detail=why)
        self._idle.set()
        await self._leaving.wait()

    def _log_failure(self, event: str, error: Exception, **fields: str | int) -> None:
        if isinstance(error, PermanentError):
            _log.warning(
                event, group=self._reaction.group, reason=error.reason, place=error.place, **fields
            )
            return
        sqlstate = error.sqlstate if isinstance(error, asyncpg.PostgresError) else None
        where = _last_line_of(error)
        _log.error(
            event,
            group=self._reaction.group,
            error_type=type(error).__name__,
            sqlstate=sqlstate,
            place=where,
            **fields,
        )


def _last_line_of(error: Exception) -> str:
    """Where in the code it happened: enough to find a bug, with nothing of the record."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""


class _DrainOnRevoke(ConsumerRebalanceListener):
    """Holds a rebalance up until the batch at hand is committed."""

    def __init__(self, consumption: Consumption[Any]) -> None:
        self._consumption = consumption

    # aiokafka awaits these where they are coroutines, though its base class does not say so
    async def on_partitions_revoked(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, revoked: set[TopicPartition]
    ) -> None:
        if revoked:
            await self._consumption.drain()

    async def on_partitions_assigned(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, assigned: set[TopicPartition]
    ) -> None:
        self._consumption.resume(len(assigned))


async def _tolerant_parser(
    records: tuple[ConsumerRecord[Any, Any], ...],
    original: Callable[[tuple[ConsumerRecord[Any, Any], ...]], Awaitable[KafkaMessage]],
) -> KafkaMessage:
    """FastStream's own parser, kept from the headers: one of them can cost it a whole batch."""
    ends = tuple(replace(record, headers=()) for record in (records[0], records[-1]))
    message = await original(ends)  # all that it needs: the decoder gives the records themselves
    message.raw_message = records
    return message


async def _raw_decoder(message: KafkaMessage, _original: object) -> Sequence[Any]:
    return _records_of(message)


def _records_of(message: KafkaMessage) -> tuple[ConsumerRecord[Any, Any], ...]:
    records = message.raw_message
    return records if isinstance(records, tuple) else (records,)
