"""What ties people to patients, out of PostgreSQL: their work, and glass that they broke."""

from collections.abc import Sequence
from datetime import datetime

from care_chassis.database import Database
from worklist.domain.access import Ties
from worklist.store.rows import QUERIES


class PostgresTies:
    """Reads what ties people to patients."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ties(self, subject: str, patients: Sequence[str], now: datetime) -> Ties:
        async with self._database.transaction() as connection:
            work = await connection.fetch(QUERIES["read_ties"], subject, patients)
            glass = await connection.fetch(QUERIES["read_broken_glass"], subject, patients, now)
        return Ties(
            transitions=frozenset(row["transition_id"] for row in work),
            patients=frozenset(row["patient_key"] for row in work),
            broken={row["patient_key"]: row["reason"] for row in glass},
        )
