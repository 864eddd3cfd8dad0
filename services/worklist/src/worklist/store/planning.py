"""Plans into PostgreSQL: every step of a unit is one set-based statement for the whole batch."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from care_chassis import inbox, outbox
from care_chassis.database import Connection, Database
from care_chassis.events import OutgoingEvent
from worklist.domain.plan import Replanned
from worklist.domain.tasks import Task, TransitionId
from worklist.ports import News, PlanningUnit
from worklist.records import planned_action
from worklist.store.rows import QUERIES, add_actions, task_from


class PostgresPlanning:
    """Where plans become tasks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def unit(self) -> AsyncGenerator[PlanningUnit]:
        async with self._database.transaction() as connection:
            yield _Unit(connection)
            await connection.execute(QUERIES["tell_pages"])


class _Unit:
    """One transaction.

    Keeping the transitions comes first and locks them, so that what is loaded and written after
    cannot change under it, however many consumers there are.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        return await inbox.unseen(self._connection, event_ids, seen_at)

    async def keep(self, news: News) -> set[UUID]:
        taken = await self._keep_transitions(news)
        if news.encounters:
            await self._connection.execute(
                QUERIES["keep_encounters"],
                [one.model_dump(mode="json") for one in news.encounters],
            )
        if news.notifications:
            await self._connection.execute(
                QUERIES["keep_notifications"],
                [one.model_dump(mode="json") for one in news.notifications],
            )
        if news.reminders:
            await self._keep_reminders(news)
        return taken

    async def _keep_transitions(self, news: News) -> set[UUID]:
        if not news.transitions:
            return set()
        rows = await self._connection.fetch(
            QUERIES["keep_transitions"],
            [one.snapshot.model_dump(mode="json") for one in news.transitions],
            [one.correlation_id for one in news.transitions],
        )
        return {row["transition_id"] for row in rows}

    async def _keep_reminders(self, news: News) -> None:
        reminders = [one.reminder for one in news.reminders]
        await self._connection.execute(
            QUERIES["keep_reminders"],
            [one.reminder_id for one in reminders],
            [one.task_id for one in reminders],
            [one.kind.value for one in news.reminders],
            [one.due_at for one in reminders],
            [one.remind_at for one in reminders],
            [one.escalates_to for one in reminders],
        )

    async def tasks_of(self, transition_ids: Sequence[TransitionId]) -> list[Task]:
        if not transition_ids:
            return []
        rows = await self._connection.fetch(QUERIES["load_tasks"], transition_ids)
        return [task_from(row) for row in rows]

    async def write(self, changes: Sequence[Replanned], ranks: Mapping[TransitionId, int]) -> None:
        if changes:
            await self._write_tasks([change.task for change in changes], ranks)
            await add_actions(
                self._connection,
                [(change.task.transition_id, planned_action(change)) for change in changes],
            )
        if ranks:
            await self._connection.execute(QUERIES["rank_tasks"], list(ranks), list(ranks.values()))

    async def _write_tasks(self, tasks: Sequence[Task], ranks: Mapping[TransitionId, int]) -> None:
        steps = [task.step for task in tasks]
        await self._connection.execute(
            QUERIES["write_tasks"],
            [step.task_id for step in steps],
            [task.transition_id for task in tasks],
            [task.site for task in tasks],
            [task.version for task in tasks],
            [step.code for step in steps],
            [step.title for step in steps],
            [step.role for step in steps],
            [step.due_at for step in steps],
            [step.window_opens_at for step in steps],
            [step.best_before_at for step in steps],
            [step.rule for step in steps],
            [{"items": step.checklist} for step in steps],
            [step.withdrawn_for for step in steps],
            [task.state.value for task in tasks],
            [ranks[task.transition_id] for task in tasks],
            [task.changed_at for task in tasks],
        )

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        await outbox.append(self._connection, events)
