"""What is shown, out of PostgreSQL: pages of bounded work, planned for their filters."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from heapq import merge
from itertools import islice
from uuid import UUID

import asyncpg

from care_chassis.database import Connection, Database
from care_contracts.notifications import NotificationSnapshot
from care_contracts.transitions import EncounterSnapshot, TransitionSnapshot
from worklist.domain.order import Due
from worklist.domain.tasks import TaskId
from worklist.ports import (
    ActionRecord,
    After,
    AfterTask,
    Escalated,
    Followed,
    Item,
    QueueCounts,
    TaskFilter,
    Today,
    VisitFilter,
    Where,
)
from worklist.store.rows import QUERIES, reading, task_from


class PostgresTasks:
    """Reads tasks for a list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tasks(
        self, wanted: TaskFilter, today: Today, after: AfterTask | None, limit: int
    ) -> list[Item]:
        """Each state is a walk along an index of its own; together they are in order again."""
        alike = [replace(wanted, states=(state,)) for state in wanted.states or ()] or [wanted]
        async with reading(self._database) as connection:
            pages = [await _page_of(connection, one, today, after, limit) for one in alike]
        return list(islice(merge(*pages, key=_place_of), limit))

    async def completed(self, where: Where, after: After | None, limit: int) -> list[Item]:
        async with reading(self._database) as connection:
            rows = await connection.fetch(
                QUERIES["read_completed_tasks"], where.site, *_place(after), limit, where.team
            )
        return [_item(row) for row in rows]

    async def task(self, task_id: UUID) -> Item | None:
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(QUERIES["read_task"], task_id)
        return _item(row) if row else None

    async def counts(self, owner: str, where: Where, today: Today, limit: int) -> QueueCounts:
        async with reading(self._database) as connection:
            row = await connection.fetchrow(
                QUERIES["count_queues"],
                owner,
                where.site,
                today.now,
                list(today.ends_at),
                list(today.ends_at.values()),
                today.elsewhere,
                limit,
                _last_end(today),
                where.team,
            )
        return QueueCounts(**dict(row)) if row else QueueCounts()


class PostgresTransitions:
    """Reads transitions with their tasks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def transitions(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[Followed]:
        async with reading(self._database) as connection:
            rows = await connection.fetch(
                QUERIES["read_transitions"],
                wanted.site,
                wanted.mrn,
                wanted.visit,
                wanted.state,
                *_place(after),
                limit,
            )
            return await _with_tasks(connection, rows)

    async def transition(self, transition_id: UUID) -> Followed | None:
        async with self._database.transaction() as connection:
            rows = await connection.fetch(QUERIES["read_transition"], transition_id)
            followed = await _with_tasks(connection, rows)
        return followed[0] if followed else None

    async def found(self, words: str, limit: int) -> list[Followed]:
        async with reading(self._database) as connection:
            rows = await connection.fetch(
                QUERIES["find_patients"], words, _beginning_with(words), limit
            )
            return await _with_tasks(connection, rows)

    async def actions(self, transition_id: UUID, limit: int) -> list[ActionRecord]:
        async with self._database.transaction() as connection:
            rows = await connection.fetch(QUERIES["read_actions"], transition_id, limit)
        return [ActionRecord(**dict(row)) for row in rows]


class PostgresVisits:
    """Reads encounters and notifications."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def encounters(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[EncounterSnapshot]:
        async with reading(self._database) as connection:
            rows = await connection.fetch(
                QUERIES["read_encounters"],
                wanted.site,
                wanted.mrn,
                wanted.visit,
                *_place(after),
                limit,
            )
        return [EncounterSnapshot.model_validate(row["snapshot"]) for row in rows]

    async def notifications(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[NotificationSnapshot]:
        async with reading(self._database) as connection:
            if wanted.mrn is None and wanted.visit is None:
                rows = await connection.fetch(
                    QUERIES["read_notifications"], wanted.site, *_place(after), limit
                )
            else:
                rows = await connection.fetch(
                    QUERIES["read_notifications_of_patient"],
                    wanted.site,
                    wanted.mrn,
                    wanted.visit,
                    *_place(after),
                    limit,
                )
        return [NotificationSnapshot.model_validate(row["snapshot"]) for row in rows]

    async def notifications_of_visit(
        self, visit_key: str, patient_key: str, limit: int
    ) -> list[NotificationSnapshot]:
        query = QUERIES["read_notifications_of_visit"]
        async with self._database.transaction() as connection:
            rows = await connection.fetch(query, visit_key, patient_key, limit)
        return [NotificationSnapshot.model_validate(row["snapshot"]) for row in rows]


async def _with_tasks(connection: Connection, rows: Sequence[asyncpg.Record]) -> list[Followed]:
    """The transitions of rows, each with its tasks, in one more query for all."""
    tasks: dict[UUID, list[asyncpg.Record]] = {row["transition_id"]: [] for row in rows}
    if not tasks:
        return []
    for row in await connection.fetch(QUERIES["read_tasks_of_transitions"], list(tasks)):
        tasks[row["transition_id"]].append(row)
    return [
        _followed(TransitionSnapshot.model_validate(row["snapshot"]), tasks[row["transition_id"]])
        for row in rows
    ]


def _followed(transition: TransitionSnapshot, rows: Sequence[asyncpg.Record]) -> Followed:
    escalated = {TaskId(row["task_id"]): one for row in rows if (one := _escalated(row))}
    return Followed(transition, tuple(task_from(row) for row in rows), escalated)


async def _page_of(
    connection: Connection,
    wanted: TaskFilter,
    today: Today,
    after: AfterTask | None,
    limit: int,
) -> list[Item]:
    """A page of tasks of one state, or of any."""
    due_from, due_until, before_midnight = _span(wanted.due, today)
    rows = await connection.fetch(
        QUERIES["read_tasks"],
        wanted.only_open,
        wanted.states[0] if wanted.states else None,
        wanted.site,
        wanted.owner,
        wanted.unassigned,
        wanted.role,
        wanted.code,
        wanted.mrn,
        wanted.transition_id,
        due_from,
        due_until,
        before_midnight,
        list(today.ends_at),
        list(today.ends_at.values()),
        today.elsewhere,
        after.due_at if after else None,
        after.rank if after else None,
        after.task_id if after else None,
        limit,
        wanted.team,
    )
    return [_item(row) for row in rows]


def _place_of(item: Item) -> tuple[datetime, int, UUID]:
    return item.task.step.due_at, item.rank, item.task.task_id


def _item(row: asyncpg.Record) -> Item:
    return Item(
        task=task_from(row),
        rank=row["rank"],
        transition=TransitionSnapshot.model_validate(row["snapshot"]),
        reminded=tuple(row["reminded"]),
        escalated=_escalated(row),
    )


def _escalated(row: asyncpg.Record) -> Escalated | None:
    return Escalated(row["escalated_at"], row["escalated_to"]) if row["escalated_to"] else None


def _place(after: After | None) -> tuple[datetime | None, UUID | None]:
    return (after.at, after.entry_id) if after else (None, None)


def _span(due: Due | None, today: Today) -> tuple[datetime | None, datetime | None, bool | None]:
    """From when, until when, and whether before the site's midnight.

    The first two bound what the index walks over; the last one then knows each site's own day.
    """
    match due:
        case None:
            return None, None, None
        case Due.OVERDUE:
            return None, today.now, None
        case Due.TODAY:
            return today.now, _last_end(today), True
        case Due.UPCOMING:
            return min((today.elsewhere, *today.ends_at.values())), None, False


def _last_end(today: Today) -> datetime:
    return max((today.elsewhere, *today.ends_at.values()))


def _beginning_with(words: str) -> str:
    escaped = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"
