"""The audit on PostgreSQL: many who write at once make one chain, and nobody makes it another."""

import asyncio
from collections.abc import AsyncGenerator, Callable

import asyncpg
import pytest
from tests.support.worklist_builders import DISCHARGED_AT

from care_chassis.database import Database
from worklist.domain.audit import NOTHING_SEALED, AuditEntry, first_broken
from worklist.domain.people import Person
from worklist.store import PostgresAudit

NORA = Person("nora", "Nora Field", "nurse")
WRITERS, ENTRIES = 6, 20


@pytest.fixture
async def databases(make_database: Callable[[str], str]) -> AsyncGenerator[list[Database]]:
    """Two pools on one database, as two processes of the service have them."""
    url = make_database("worklist")
    async with Database(url, most_connections=4) as one, Database(url, most_connections=4) as two:
        yield [one, two]


async def test_writers_at_once_never_fork_the_chain(databases: list[Database]) -> None:
    audits = [PostgresAudit(database) for database in databases]
    before = await audits[0].last()

    async def write(audit: PostgresAudit, writer: int) -> None:
        for number in range(ENTRIES):
            entry = AuditEntry(DISCHARGED_AT, NORA, "tasks_listed", reason=f"{writer}.{number}")
            await audit.add(entry)

    async with asyncio.TaskGroup() as group:
        for writer in range(WRITERS):
            group.create_task(write(audits[writer % 2], writer))
    chain = await audits[1].chain(before[0], 1_000)
    assert len({one.entry.reason for one in chain}) == WRITERS * ENTRIES
    assert first_broken(before, chain) is None
    assert await audits[0].last() == (chain[-1].position, chain[-1].seal)


async def test_an_entry_that_is_not_committed_leaves_no_gap(databases: list[Database]) -> None:
    audit = PostgresAudit(databases[0])
    entry = AuditEntry(DISCHARGED_AT, NORA, "tasks_listed")
    await audit.add(entry)
    with pytest.raises(asyncpg.NotNullViolationError):
        await audit.add(AuditEntry(DISCHARGED_AT, NORA, None))  # pyright: ignore[reportArgumentType]
    await audit.add(entry)
    chain = await audit.chain(0, 1_000)
    assert first_broken(NOTHING_SEALED, chain) is None


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE audit_entries SET patients = '{}'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ],
)
async def test_the_audit_cannot_be_changed_or_emptied(
    databases: list[Database], attempt: str
) -> None:
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        async with databases[0].transaction() as connection:
            await connection.execute(attempt)


async def test_what_somebody_changes_all_the_same_is_found_at_its_place(
    databases: list[Database],
) -> None:
    audit = PostgresAudit(databases[0])
    before = await audit.last()
    for _ in range(3):
        await audit.add(AuditEntry(DISCHARGED_AT, NORA, "task_read", patients=("key",)))
    at = before[0] + 2
    async with databases[0].transaction() as connection:
        await connection.execute("ALTER TABLE audit_entries DISABLE TRIGGER USER")
        change = "UPDATE audit_entries SET patients = $2 WHERE position = $1"
        await connection.execute(change, at, [])
    assert first_broken(before, await audit.chain(before[0], 9)) == at
    async with databases[0].transaction() as connection:
        await connection.execute(change, at, ["key"])
        await connection.execute("ALTER TABLE audit_entries ENABLE TRIGGER USER")
    assert first_broken(before, await audit.chain(before[0], 9)) is None
