"""The audit in PostgreSQL: whoever adds holds the end of the chain until it is committed."""

import asyncpg

from care_chassis.database import Connection, Database
from worklist.domain.audit import NOTHING_SEALED, AuditEntry, Sealed, seal
from worklist.domain.people import Person, Source
from worklist.ports import AfterEntry, AuditFilter
from worklist.store.rows import QUERIES, reading


async def add_entry(connection: Connection, entry: AuditEntry) -> None:
    """Seal the entry to the last one: the last thing to do in a transaction, for others wait."""
    last = await connection.fetchrow(QUERIES["hold_last_entry"])
    position, before = last or NOTHING_SEALED
    await connection.execute(
        QUERIES["add_entry"],
        position + 1,
        seal(before, entry),
        entry.at,
        entry.person.subject,
        entry.person.name,
        entry.person.role,
        entry.person.source,
        entry.action,
        entry.allowed,
        entry.alert,
        entry.patients,
        entry.transition_id,
        entry.task_id,
        entry.searched_by,
        entry.reason,
        entry.open_until,
    )


class PostgresAudit:
    """Where it is kept who saw or changed what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: AuditEntry) -> None:
        async with self._database.transaction() as connection:
            await add_entry(connection, entry)

    async def chain(self, after: int, limit: int) -> list[Sealed]:
        async with self._database.transaction() as connection:
            rows = await connection.fetch(QUERIES["read_chain"], after, limit)
        return [_sealed(row) for row in rows]

    async def last(self) -> tuple[int, bytes]:
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(QUERIES["read_last_entry"])
        return (row["position"], row["seal"]) if row else NOTHING_SEALED

    async def entries(
        self, wanted: AuditFilter, after: AfterEntry | None, limit: int
    ) -> list[Sealed]:
        async with reading(self._database) as connection:
            rows = await connection.fetch(
                QUERIES["read_entries"],
                wanted.patients,
                wanted.subject,
                wanted.begins_at,
                wanted.ends_at,
                wanted.alerts,
                after.at if after else None,
                after.position if after else None,
                limit,
            )
        return [_sealed(row) for row in rows]

    async def keys_of(self, mrn: str) -> list[str]:
        async with self._database.transaction() as connection:
            rows = await connection.fetch(QUERIES["read_keys_of_number"], mrn)
        return [row["patient_key"] for row in rows]


def _sealed(row: asyncpg.Record) -> Sealed:
    return Sealed(
        row["position"],
        row["seal"],
        AuditEntry(
            at=row["at"],
            person=Person(row["subject"], row["name"], row["role"], Source(row["source"])),
            action=row["action"],
            allowed=row["allowed"],
            alert=row["alert"],
            patients=tuple(row["patients"]),
            transition_id=row["transition_id"],
            task_id=row["task_id"],
            searched_by=tuple(row["searched_by"]),
            reason=row["reason"],
            open_until=row["open_until"],
        ),
    )
