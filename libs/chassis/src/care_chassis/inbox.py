"""The inbox: which events this service has already taken in, kept in the same transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from care_chassis.database import Connection, Database, load_queries

_QUERIES = load_queries("care_chassis")
KEPT_FOR = timedelta(days=45)
"""Longer than any topic keeps its records, so that a replay of a whole topic changes nothing."""
_FORGET_AT_ONCE = 5_000


async def unseen(connection: Connection, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
    """Those of `event_ids` that this service has not taken in before; from now on it has.

    An id that stands twice in the batch is given once: the caller handles its first occurrence.
    """
    rows = await connection.fetch(
        _QUERIES["remember_unseen_events"], sorted(set(event_ids)), seen_at
    )
    return {row["event_id"] for row in rows}


async def forget_old(database: Database, now: datetime) -> bool:
    """Let go of a bounded number of ids older than `KEPT_FOR`; false if there may be more."""
    async with database.transaction() as connection:
        done = await connection.execute(
            _QUERIES["forget_old_events"], now - KEPT_FOR, _FORGET_AT_ONCE
        )
    return done != f"DELETE {_FORGET_AT_ONCE}"
