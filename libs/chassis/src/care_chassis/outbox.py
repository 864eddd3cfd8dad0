"""The outbox: what a service has to say, written with its state and sent on by a relay."""

from collections.abc import Sequence
from typing import Any

from care_chassis.database import Connection, Database, load_queries
from care_chassis.errors import PermanentError, TransientError
from care_chassis.events import OutgoingEvent
from care_chassis.kafka import Publisher

_QUERIES = load_queries("care_chassis")
_AT_ONCE = 500
POLL_SECONDS = 1.0
"""The safety net behind NOTIFY, in real seconds."""


async def append(connection: Connection, events: Sequence[OutgoingEvent]) -> None:
    """Put events in line, in this order, as part of the caller's transaction."""
    if not events:
        return
    await connection.execute(
        _QUERIES["append_to_outbox"],
        [event.topic for event in events],
        [event.key for event in events],
        [event.event_id for event in events],
        [event.type for event in events],
        [event.source for event in events],
        [event.subject for event in events],
        [event.time for event in events],
        [event.data for event in events],
        [event.correlation_id for event in events],
        [event.traceparent for event in events],
        [dict(event.extensions) for event in events],
    )
    await connection.execute(_QUERIES["wake_relay"])


class OutboxRelay:
    """Sends what the outbox holds, in order, and takes it out once the broker has it.

    A crash between the two sends it again under the same event ids; inboxes drop it.
    """

    def __init__(self, database: Database, publisher: Publisher) -> None:
        self._database = database
        self._publisher = publisher

    async def relay(self) -> float:
        """Send what waits. Returns the seconds until the next look: 0 where there may be more."""
        async with self._database.transaction() as connection:
            if not await connection.fetchval(_QUERIES["claim_relay"]):
                return POLL_SECONDS
            rows = await connection.fetch(_QUERIES["read_outbox"], _AT_ONCE)
            if not rows:
                return POLL_SECONDS
            await self._publish([dict(row) for row in rows])
            await connection.execute(
                _QUERIES["remove_from_outbox"], [row["position"] for row in rows]
            )
        return 0.0 if len(rows) == _AT_ONCE else POLL_SECONDS

    async def _publish(self, rows: Sequence[dict[str, Any]]) -> None:
        """Publish rows in order; what Kafka will not take holds up the line, visibly."""
        events = [
            OutgoingEvent(**{name: value for name, value in row.items() if name != "position"})
            for row in rows
        ]
        try:
            await self._publisher.publish(events)
        except PermanentError as error:
            raise TransientError(f"Kafka ({error.reason})") from error
