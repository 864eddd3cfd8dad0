"""People's work into PostgreSQL: the task is held while it is decided what becomes of it."""

from collections.abc import Callable

from care_chassis import outbox
from care_chassis.database import Connection, Database
from worklist.domain.audit import AuditEntry
from worklist.domain.tasks import Task, TaskId
from worklist.ports import Worked
from worklist.records import worked_action
from worklist.store.audit import add_entry
from worklist.store.evidence import attempts_to_json, evidence_to_json, ticks_to_json
from worklist.store.rows import QUERIES, add_actions, task_from


class PostgresWork:
    """Where people's work on tasks is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def change(
        self,
        task_id: TaskId,
        decide: Callable[[Task], Worked | None],
        audited: Callable[[Task], AuditEntry],
    ) -> Task | None:
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(QUERIES["hold_task"], task_id)
            if row is None:
                return None
            task = task_from(row)
            worked = decide(task)
            if worked is not None:
                await _write(connection, worked)
                task = worked.task
            await add_entry(connection, audited(task))
            return task


async def _write(connection: Connection, worked: Worked) -> None:
    task, work = worked.task, worked.task.work
    await connection.execute(
        QUERIES["write_work"],
        task.task_id,
        task.version,
        work.owner,
        work.owner_name,
        work.started_at,
        work.completed_at,
        work.outcome,
        task.state.value,
        task.changed_at,
        attempts_to_json(work.attempts),
        evidence_to_json(work.evidence),
        ticks_to_json(work.ticks),
    )
    await add_actions(connection, [(task.transition_id, worked_action(worked))])
    await outbox.append(connection, [worked.announcement])
    await connection.execute(QUERIES["tell_pages"])
