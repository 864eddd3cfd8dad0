"""PostgreSQL for both use cases; the SQL itself stands in `sql/queries.sql`."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg

from care_chassis import inbox, outbox
from care_chassis.database import Connection, Database, load_queries
from care_chassis.events import OutgoingEvent
from reminders.domain.timers import Timer, TimerKind, TimerState
from reminders.domain.watches import (
    Escalation,
    Origin,
    Plan,
    PlannedStep,
    TaskId,
    TransitionId,
    Watch,
)
from reminders.ports import DueTimer

_QUERIES = load_queries("reminders")
WAKE_CHANNEL = "reminders_timers"
"""Where PostgreSQL tells that the next instant may have moved."""


class Store:
    """Watches and timers in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def arming(self) -> AsyncGenerator["_Arming"]:
        async with self._database.transaction() as connection:
            yield _Arming(connection)

    @asynccontextmanager
    async def firing(self) -> AsyncGenerator["_Firing"]:
        async with self._database.transaction() as connection:
            yield _Firing(connection)


class _Arming:
    """Watches and their timers, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        return await inbox.unseen(self._connection, event_ids, seen_at)

    async def advance(self, plans: Sequence[Plan]) -> set[TransitionId]:
        rows = await self._connection.fetch(
            _QUERIES["advance_plans"],
            [plan.transition_id for plan in plans],
            [plan.version for plan in plans],
        )
        return {TransitionId(row["transition_id"]) for row in rows}

    async def lock_watches(
        self, transition_ids: Sequence[TransitionId], tasks: Sequence[Watch]
    ) -> list[Watch]:
        task_ids = [watch.task_id for watch in tasks]
        await self._connection.execute(
            _QUERIES["add_blank_watches"], task_ids, [watch.transition_id for watch in tasks]
        )
        rows = await self._connection.fetch(_QUERIES["lock_watches"], transition_ids, task_ids)
        return [_watch(row) for row in rows]

    async def keep(self, watches: Sequence[Watch]) -> None:
        steps = [watch.step for watch in watches]
        await self._connection.execute(
            _QUERIES["keep_watches"],
            [watch.task_id for watch in watches],
            [watch.task_version for watch in watches],
            [watch.is_open for watch in watches],
            [step and step.planned for step in steps],
            [step and step.site for step in steps],
            [step and step.patient_key for step in steps],
            [step and step.code for step in steps],
            [step and step.role for step in steps],
            [step and step.due_at for step in steps],
            [step and step.window_opens_at for step in steps],
            [step and step.escalation and step.escalation.at for step in steps],
            [step and step.escalation and step.escalation.to for step in steps],
            [step and step.origin.correlation_id for step in steps],
            [step and step.origin.traceparent for step in steps],
        )

    async def settle_timers(self, task_ids: Sequence[TaskId], wanted: Sequence[Timer]) -> None:
        reminder_ids = [timer.reminder_id for timer in wanted]
        await self._connection.execute(_QUERIES["disarm_unwanted_timers"], task_ids, reminder_ids)
        await self._connection.execute(
            _QUERIES["arm_timers"],
            reminder_ids,
            [timer.task_id for timer in wanted],
            [timer.kind for timer in wanted],
            [timer.due_at for timer in wanted],
            [timer.remind_at for timer in wanted],
        )
        await self._connection.execute(_QUERIES["wake_firing"])


class _Firing:
    """Timers that are due, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(self, now: datetime, most: int) -> list[DueTimer]:
        rows = await self._connection.fetch(_QUERIES["claim_due_timers"], now, most)
        return [
            DueTimer(
                Timer(
                    TaskId(row["task_id"]),
                    TimerKind(row["kind"]),
                    row["due_at"],
                    row["remind_at"],
                ),
                TransitionId(row["transition_id"]),
                _step(row, due_at=row["step_due_at"]),
            )
            for row in rows
        ]

    async def settle(self, fates: Sequence[tuple[Timer, TimerState]], at: datetime) -> None:
        await self._connection.execute(
            _QUERIES["settle_timers"],
            [timer.reminder_id for timer, _ in fates],
            [state for _, state in fates],
            at,
        )

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        await outbox.append(self._connection, events)

    async def next_instant(self) -> datetime | None:
        return await self._connection.fetchval(_QUERIES["next_instant"])


def _watch(row: asyncpg.Record) -> Watch:
    return Watch(
        task_id=TaskId(row["task_id"]),
        transition_id=TransitionId(row["transition_id"]),
        step=None if row["planned"] is None else _step(row, due_at=row["due_at"]),
        task_version=row["task_version"],
        is_open=row["is_open"],
    )


def _step(row: asyncpg.Record, *, due_at: datetime) -> PlannedStep:
    return PlannedStep(
        site=row["site"],
        patient_key=row["patient_key"],
        code=row["code"],
        role=row["role"],
        planned=row["planned"],
        due_at=due_at,
        window_opens_at=row["window_opens_at"],
        escalation=Escalation(row["escalates_at"], row["escalates_to"])
        if row["escalates_at"]
        else None,
        origin=Origin(row["correlation_id"], row["traceparent"]),
    )
