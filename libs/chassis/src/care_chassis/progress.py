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
            return WATCH_SECONDS  # in a rebalance, or the broker is away: others report that
        if not waiting:
            self.settled()
            self.caught_up = self.caught_up or _has_looked(consumer)
        stalled = _seconds() - self._settled_at > _STALLED_SECONDS
        detail = f"{waiting} records wait, none was settled for a minute" if stalled else ""
        self._health.report("progress", ready=not stalled, detail=detail)
        return WATCH_SECONDS if self.caught_up else _FIRST_WATCH_SECONDS

    async def _lag(self, consumer: Any) -> int:  # noqa: ANN401 - as above
        waiting = 0
        for part in consumer.assignment():
            ahead = (consumer.highwater(part) or 0) - await consumer.position(part)
            _LAG.labels(self._group, part.topic, str(part.partition)).set(max(ahead, 0))
            waiting += max(ahead, 0)
        return waiting


def _has_looked(consumer: Any) -> bool:  # noqa: ANN401 - as above
    """Whether every partition was asked how far it goes."""
    parts = consumer.assignment() if consumer else ()
    return bool(parts) and all(consumer.highwater(part) is not None for part in parts)


def _seconds() -> float:
    return asyncio.get_running_loop().time()
