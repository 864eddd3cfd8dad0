"""Whether a consumer gets on: only that tells one that works from one that merely answers.

A consumer may sit in its group, answer heartbeats and fetch nothing after a rebalance; nothing in
the client's public face shows it.
"""

import asyncio
from typing import Any

from aiokafka.errors import KafkaError
from prometheus_client import Gauge

from care_chassis.health import Health

WATCH_SECONDS = 5.0
_FIRST_WATCH_SECONDS = 0.5
_STALLED_SECONDS = 60.0
_LAG = Gauge(
    "care_consumer_lag_records", "Records not yet consumed.", ["group", "topic", "partition"]
)


class Progress:
    """Measures the lag; records that wait while none is settled make the service unready."""

    def __init__(self, group: str, health: Health) -> None:
        self._group = group
        self._health = health
        self._settled_at = 0.0
        self.caught_up = False
        """Whether, at some moment since the start, nothing waited that had not been taken in."""

    def settled(self) -> None:
        """A batch was handled and committed just now."""
        self._settled_at = _seconds()

    async def watch(self, consumer: Any) -> float:  # noqa: ANN401 - aiokafka is annotated in part
        """Look at an `AIOKafkaConsumer`, or None before there is one.

        Returns the real seconds until the next look.
        """
        try:
            async with asyncio.timeout(WATCH_SECONDS):
                waiting = await self._lag(consumer) if consumer else 0
        except (KafkaError, TimeoutError):
            self._health.report("kafka", ready=False, detail="Kafka does not say how far it is")
            return WATCH_SECONDS
        self._health.report("kafka", ready=True)
        if not waiting:
            self.settled()
            self.caught_up = self.caught_up or bool(consumer and consumer.assignment())
        stalled = _seconds() - self._settled_at > _STALLED_SECONDS
        detail = f"{waiting} records wait, none was settled for a minute" if stalled else ""
        self._health.report("progress", ready=not stalled, detail=detail)
        return WATCH_SECONDS if self.caught_up else _FIRST_WATCH_SECONDS

    async def _lag(self, consumer: Any) -> int:  # noqa: ANN401 - as above
        waiting = 0
        parts = list(consumer.assignment())
        ends: dict[Any, int] = await consumer.end_offsets(parts) if parts else {}
        for part, end in ends.items():
            ahead = max(end - await consumer.position(part), 0)
            _LAG.labels(self._group, part.topic, str(part.partition)).set(ahead)
            waiting += ahead
        return waiting


def _seconds() -> float:
    return asyncio.get_running_loop().time()
