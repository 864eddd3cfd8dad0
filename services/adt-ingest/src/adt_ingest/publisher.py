"""Publishes to Kafka, and says no at once while Kafka is known to be away."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from care_chassis.errors import TransientError
from care_chassis.events import OutgoingEvent
from care_chassis.health import Health
from care_chassis.logs import get_logger

_log = get_logger("adt_ingest.publisher")
_PART: Final = "kafka"
_TRY_EVERY_SECONDS: Final = 0.5


class Inner(Protocol):
    """The publisher that does the work; publishing nothing tries whether Kafka is there."""

    async def publish(self, events: Sequence[OutgoingEvent]) -> None: ...


class PromptPublisher:
    """Keeps senders from waiting for a broker that failed a moment ago.

    After a failure nothing is tried for its own sake any more: `watch` tries on all messages'
    behalf, and opens the way again when the broker answers.
    """

    def __init__(self, inner: Inner, health: Health) -> None:
        self._inner = inner
        self._health = health
        self._away = asyncio.Event()
        self._away.set()
        health.report(_PART, ready=False, detail="not yet connected")

    async def publish(self, events: Sequence[OutgoingEvent]) -> None:
        """Return when the broker holds all `events`. Raises TransientError."""
        if self._away.is_set():
            raise TransientError("Kafka")
        try:
            await self._inner.publish(events)
        except TransientError as error:
            self._lose(error)
            raise

    def _lose(self, error: TransientError) -> None:
        if not self._away.is_set():
            _log.warning("kafka_lost", detail=str(error))
        self._away.set()
        self._health.report(_PART, ready=False, detail=str(error))

    async def watch(self) -> None:
        """A worker: look for the broker for as long as it is away."""
        while True:
            await self._away.wait()
            try:
                await self._inner.publish(())
            except TransientError as error:
                self._lose(error)
                await asyncio.sleep(_TRY_EVERY_SECONDS)
                continue
            self._away.clear()
            self._health.report(_PART, ready=True)
            _log.info("kafka_found")
