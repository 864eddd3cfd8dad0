"""How rows become tasks, and what is done with a task becomes rows."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from care_chassis.database import Connection, Database, load_queries
from worklist.domain.tasks import Step, Task, TaskId, TransitionId, Work
from worklist.ports import ActionRecord
from worklist.store.evidence import attempts_from_json, evidence_from_json, ticks_from_json

QUERIES = load_queries("worklist")


@asynccontextmanager
async def reading(database: Database) -> AsyncGenerator[Connection]:
    """A transaction in which queries are planned for the values they are given."""
    async with database.transaction() as connection:
        await connection.execute(QUERIES["plan_for_these_values"])
        yield connection


def task_from(row: asyncpg.Record) -> Task:
    """The task of a row of `tasks` that was joined with its transition."""
    return Task(
        transition_id=TransitionId(row["transition_id"]),
        site=row["site"],
        patient_key=row["patient_key"],
        correlation_id=row["correlation_id"],
        version=row["version"],
        step=_step_from(row),
        work=_work_from(row),
        changed_at=row["changed_at"],
    )


def _step_from(row: asyncpg.Record) -> Step:
    return Step(
        task_id=TaskId(row["task_id"]),
        code=row["code"],
        title=row["title"],
        role=row["role"],
        due_at=row["due_at"],
        window_opens_at=row["window_opens_at"],
        best_before_at=row["best_before_at"],
        rule=row["rule"],
        checklist=tuple(row["checklist"]),
        withdrawn_for=row["withdrawn_for"],
    )


def _work_from(row: asyncpg.Record) -> Work:
    return Work(
        owner=row["owner"],
        owner_name=row["owner_name"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        outcome=row["outcome"],
        attempts=attempts_from_json(row["attempts"]),
        evidence=evidence_from_json(row["evidence"]),
        ticks=ticks_from_json(row["ticks"]),
    )


async def add_actions(
    connection: Connection, actions: Sequence[tuple[TransitionId, ActionRecord]]
) -> None:
    """Add to the record of who did what, in the order given."""
    lines = [action for _, action in actions]
    await connection.execute(
        QUERIES["add_actions"],
        [line.task_id for line in lines],
        [transition_id for transition_id, _ in actions],
        [line.version for line in lines],
        [line.did for line in lines],
        [line.at for line in lines],
        [line.subject for line in lines],
        [line.name for line in lines],
        [line.role for line in lines],
        [line.from_state for line in lines],
        [line.to_state for line in lines],
        [line.outcome for line in lines],
        [line.reason for line in lines],
        [line.note for line in lines],
    )
