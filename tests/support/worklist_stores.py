"""The worklist's stores for the port suites: the fake, and a PostgreSQL emptied for each test."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import pytest
from tests.support.manual_clock import ManualClock
from tests.support.worklist_builders import (
    DISCHARGED_AT,
    known_as,
    step,
    told,
)
from tests.support.worklist_fakes import THREE_ZONES, FakeSiteFolder, FakeWorklist

from care_chassis.database import Database
from care_contracts.tasks import TaskSnapshot
from worklist.domain.outcomes import ending
from worklist.domain.people import Person
from worklist.domain.tasks import TaskId
from worklist.domain.work import Deed, Wish
from worklist.plan_tasks import PlanTasks
from worklist.ports import (
    AfterTask,
    Audit,
    Item,
    PlanningStore,
    Reads,
    TaskFilter,
    WorkStore,
)
from worklist.sites import Sites
from worklist.store import (
    PostgresAudit,
    PostgresMeasures,
    PostgresPlanning,
    PostgresTasks,
    PostgresTies,
    PostgresTransitions,
    PostgresVisits,
    PostgresWork,
)
from worklist.work_tasks import WorkTasks

NORA = Person("nora", "Nora Field", "nurse")
PAUL = Person("paul", "Paul Marsh", "pharmacist")
EVERYTHING = TaskFilter()
SITES = Sites(FakeSiteFolder(*THREE_ZONES))


class SaidAloud(Protocol):
    """What a store has put in line for publication."""

    async def __call__(self) -> list[TaskSnapshot]: ...


@dataclass
class Worklist:
    """A store with the use cases on top, and a clock."""

    planning: PlanningStore
    working: WorkStore
    reads: Reads
    audit: Audit
    said: SaidAloud
    clock: ManualClock

    async def hear(self, *bodies: Any, **more: Any) -> None:
        await PlanTasks(self.planning, self.clock)(told(*bodies, **more))

    async def do(
        self, task_id: UUID, deed: Deed, person: Person = NORA, outcome: str = "done"
    ) -> None:
        end = ending("book_follow_up", outcome, "") if deed is Deed.COMPLETED else None
        wish = Wish(deed, person, None, end)
        await self.wish(task_id, wish)

    async def wish(self, task_id: UUID, wish: Wish) -> None:
        assert await WorkTasks(self.working, self.clock)(TaskId(task_id), wish) is not None

    async def tasks(
        self, wanted: TaskFilter = EVERYTHING, after: AfterTask | None = None, limit: int = 100
    ) -> list[Item]:
        today = SITES.today(self.clock.now())
        return await self.reads.tasks.tasks(wanted, today, after, limit)

    async def codes(self, wanted: TaskFilter = EVERYTHING) -> list[str]:
        return [item.task.step.code for item in await self.tasks(wanted)]

    async def states(self) -> dict[str, str]:
        return {item.task.step.code: item.task.state.value for item in await self.tasks()}


class InMemory:
    """The fake."""

    @pytest.fixture
    def worklist(self) -> Worklist:
        store = FakeWorklist()

        async def said() -> list[TaskSnapshot]:
            return [TaskSnapshot.model_validate_json(one.data) for one in store.outbox]

        return Worklist(store, store, store.reads, store.audit, said, ManualClock(DISCHARGED_AT))


class InPostgres:
    """The real thing, emptied before each test."""

    @pytest.fixture
    async def worklist(self, make_database: Callable[[str], str]) -> AsyncGenerator[Worklist]:
        async with Database(make_database("worklist"), most_connections=2) as database:
            async with database.transaction() as connection:
                for table in ("task_actions", "audit_entries"):
                    await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                await connection.execute(
                    "TRUNCATE transitions, encounters, notifications, reminders, inbox, outbox,"
                    " audit_entries CASCADE"
                )
                await connection.execute("UPDATE audit_end SET position = 0, seal = ''")
                for table in ("task_actions", "audit_entries"):
                    await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

            async def said() -> list[TaskSnapshot]:
                async with database.transaction() as connection:
                    rows = await connection.fetch("SELECT data FROM outbox ORDER BY position")
                return [TaskSnapshot.model_validate_json(row["data"]) for row in rows]

            yield Worklist(
                PostgresPlanning(database),
                PostgresWork(database),
                Reads(
                    PostgresTasks(database),
                    PostgresTransitions(database),
                    PostgresVisits(database),
                    PostgresMeasures(database),
                    PostgresTies(database),
                ),
                PostgresAudit(database),
                said,
                ManualClock(DISCHARGED_AT),
            )


def steps_of(name: str, *codes: str, **more: Any) -> list[Any]:
    return [step(known_as(name), code, **more) for code in codes]
