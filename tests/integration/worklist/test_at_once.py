"""Several at once on PostgreSQL: consumers that plan the same transition, people, and both."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import asyncpg
import pytest
from tests.support.manual_clock import ManualClock
from tests.support.worklist_builders import (
    DISCHARGED_AT,
    known_as,
    newer,
    step,
    told,
    transition,
    withdrawn,
)

from care_chassis.database import Database
from care_contracts.transitions import TransitionSnapshot
from worklist.domain.people import Person
from worklist.domain.tasks import TaskId
from worklist.domain.work import AnothersTask, Deed, TaskHasChanged, Wish
from worklist.plan_tasks import PlanTasks
from worklist.store import PostgresPlanning, PostgresTransitions, PostgresWork
from worklist.work_tasks import WorkTasks

PEOPLE = [Person(f"nurse-{number}", f"Nurse {number}", "nurse") for number in range(8)]


@dataclass
class Worklist:
    """The use cases on one database."""

    plan: PlanTasks
    work: WorkTasks
    reads: PostgresTransitions
    database: Database

    async def states(self, one: TransitionSnapshot) -> dict[str, str]:
        followed = await self.reads.transition(one.transition_id)
        assert followed is not None
        return {task.step.code: task.state.value for task in followed.tasks}

    async def announced(self) -> list[str]:
        async with self.database.transaction() as connection:
            rows = await connection.fetch("SELECT event_id FROM outbox")
        return [row["event_id"] for row in rows]


@pytest.fixture
async def worklist(make_database: Callable[[str], str]) -> AsyncGenerator[Worklist]:
    clock = ManualClock(DISCHARGED_AT)
    async with Database(make_database("worklist")) as database:
        yield Worklist(
            PlanTasks(PostgresPlanning(database), clock),
            WorkTasks(PostgresWork(database), clock),
            PostgresTransitions(database),
            database,
        )


async def test_consumers_that_plan_the_same_transitions_end_with_the_newest(
    worklist: Worklist,
) -> None:
    ones = [transition(f"at-once-{number}") for number in range(12)]
    versions = [ones]
    for number in range(5):
        gone = number % 2 == 0
        versions.append(
            [
                newer(before, steps=[withdrawn(s) if gone else s for s in one.steps])
                for one, before in zip(ones, versions[-1], strict=True)
            ]
        )
    async with asyncio.TaskGroup() as group:
        for told_now in reversed(versions):
            group.create_task(worklist.plan(told(*told_now)))
            group.create_task(worklist.plan(told(*reversed(told_now))))
    for one in ones:
        assert set((await worklist.states(one)).values()) == {"cancelled"}
    announced = await worklist.announced()
    assert len(announced) == len(set(announced))


async def test_of_many_who_claim_at_once_exactly_one_gets_the_task(worklist: Worklist) -> None:
    one = transition("claimed at once")
    await worklist.plan(told(one))
    task_id = TaskId(one.steps[0].task_id)

    async def claim(person: Person) -> bool:
        try:
            task = await worklist.work(task_id, Wish(Deed.CLAIMED, person, 1))
        except (AnothersTask, TaskHasChanged):
            return False
        return task is not None and task.work.owner == person.subject

    async with asyncio.TaskGroup() as group:
        claims = [group.create_task(claim(person)) for person in PEOPLE]
    assert sum(claim.result() for claim in claims) == 1


async def test_plans_and_people_at_once_lose_nothing(worklist: Worklist) -> None:
    codes = [f"code_{number}" for number in range(8)]
    steps = [step(known_as("both at once"), code) for code in codes]
    one = transition("both at once", steps=steps)
    await worklist.plan(told(one))
    two = newer(one, flags=["ama"], steps=[*steps[:4], *(withdrawn(s) for s in steps[4:])])
    async with asyncio.TaskGroup() as group:
        for person, planned in zip(PEOPLE, steps, strict=True):
            if planned in steps[:4]:
                wish = Wish(Deed.CLAIMED, person)
                group.create_task(worklist.work(TaskId(planned.task_id), wish))
        group.create_task(worklist.plan(told(two)))
    states = await worklist.states(one)
    assert [states[code] for code in codes] == ["accepted"] * 4 + ["cancelled"] * 4


async def test_the_record_cannot_be_changed_or_emptied(worklist: Worklist) -> None:
    await worklist.plan(told(transition("for the record")))
    for attempt in ("UPDATE task_actions SET note = ''", "DELETE FROM task_actions"):
        with pytest.raises(asyncpg.RaiseError, match="never changed"):
            await _execute(worklist.database, attempt)


async def _execute(database: Database, statement: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(statement)
