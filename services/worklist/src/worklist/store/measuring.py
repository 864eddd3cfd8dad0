"""What measures are made of, out of PostgreSQL: the discharges of a period, a row for each."""

import asyncpg

from care_chassis.database import Database
from worklist.domain.home_visits import Ended, HomeDischarge
from worklist.ports import Stretch
from worklist.store.rows import QUERIES


class PostgresMeasures:
    """Reads the discharges that measures count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def discharges_home(self, stretch: Stretch, limit: int) -> list[HomeDischarge]:
        async with self._database.transaction() as connection:
            await connection.execute(QUERIES["plan_for_these_values"])
            rows = await connection.fetch(
                QUERIES["read_discharges_home"],
                stretch.site,
                stretch.begins_at,
                stretch.ends_at,
                limit,
            )
        return [_discharge(row) for row in rows]


def _discharge(row: asyncpg.Record) -> HomeDischarge:
    return HomeDischarge(
        transition_id=row["transition_id"],
        site=row["site"],
        discharged_at=row["discharged_at"],
        state=row["state"],
        contact_due_at=row["contact_due_at"],
        readmitted_at=row["readmitted_at"],
        died_at=row["died_at"],
        visit=_ended(row, "visit"),
        contact=_ended(row, "contact"),
    )


def _ended(row: asyncpg.Record, task: str) -> Ended | None:
    at = row[f"{task}_done_at"]
    return at and Ended(at, row[f"{task}_outcome"], row[f"{task}_channel"])
