"""The audit keeps what it is told in one chain, in memory and in PostgreSQL alike."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.worklist_builders import DISCHARGED_AT, encounter, patient, transition
from tests.support.worklist_stores import NORA, InMemory, InPostgres, Worklist

from worklist.domain.audit import NOTHING_SEALED, AuditEntry, first_broken
from worklist.domain.people import Person, Source
from worklist.domain.tasks import TaskId
from worklist.domain.work import Deed, TaskHasChanged, Wish
from worklist.ports import AfterEntry, AuditFilter
from worklist.work_tasks import WorkTasks

BARE = AuditEntry(DISCHARGED_AT, NORA, "tasks_listed")
FULL = AuditEntry(
    at=DISCHARGED_AT + timedelta(microseconds=7),
    person=Person("paul", "Paul Ørsted", "pharmacist", Source.PAGE),
    action="transition_read",
    allowed=False,
    alert=True,
    patients=("one", "two"),
    transition_id=UUID(int=1),
    task_id=UUID(int=2),
    searched_by=("mrn", "site"),
    reason="covering “weekend”",
    open_until=DISCHARGED_AT + timedelta(hours=4),
)
ONE = transition()
CALL = TaskId(ONE.steps[1].task_id)


class AuditSuite:
    """Who saw or changed what."""

    async def test_entries_come_back_as_they_were_told_and_sealed(self, worklist: Worklist) -> None:
        for entry in (BARE, FULL, BARE):
            await worklist.audit.add(entry)
        chain = await worklist.audit.chain(0, 9)
        assert [one.entry for one in chain] == [BARE, FULL, BARE]
        assert [one.position for one in chain] == [1, 2, 3]
        assert first_broken(NOTHING_SEALED, chain) is None
        assert await worklist.audit.last() == (3, chain[2].seal)

    async def test_a_chain_is_read_in_stretches(self, worklist: Worklist) -> None:
        for _ in range(3):
            await worklist.audit.add(BARE)
        assert [one.position for one in await worklist.audit.chain(1, 1)] == [2]
        assert await worklist.audit.chain(3, 9) == []

    async def test_entries_are_found_by_patient_person_time_and_alert(
        self, worklist: Worklist
    ) -> None:
        later = replace(BARE, at=DISCHARGED_AT + timedelta(hours=1), patients=("two", "three"))
        for entry in (FULL, later, BARE):
            await worklist.audit.add(entry)

        async def found(after: AfterEntry | None = None, **wanted: Any) -> list[int]:
            entries = await worklist.audit.entries(AuditFilter(**wanted), after, 9)
            return [one.position for one in entries]

        assert await found() == [2, 1, 3]
        assert await found(patients=("two",)) == [2, 1]
        assert await found(patients=("three", "none")) == [2]
        assert await found(patients=()) == []
        assert await found(subject="paul") == [1]
        assert await found(begins_at=later.at) == [2]
        assert await found(ends_at=FULL.at) == [3]
        assert await found(alerts=True) == [1]
        assert await found(AfterEntry(later.at, 2)) == [1, 3]
        assert await found(AfterEntry(DISCHARGED_AT, 4)) == [3]
        assert [one.entry for one in await worklist.audit.entries(AuditFilter(), None, 1)] == [
            later
        ]

    async def test_a_number_stands_for_the_patients_who_have_or_had_it(
        self, worklist: Worklist
    ) -> None:
        merged = transition("merged", patient=patient("NEW", former_mrns=["MR1001"]))
        await worklist.hear(ONE, merged, encounter("elsewhere", mrn="MR7"))
        assert await worklist.audit.keys_of("MR1001") == ["key-of-MR1001", "key-of-NEW"]
        assert await worklist.audit.keys_of("MR7") == ["key-of-MR7"]
        assert await worklist.audit.keys_of("MR8") == []

    async def test_before_the_first_entry_there_is_nothing(self, worklist: Worklist) -> None:
        assert await worklist.audit.last() == NOTHING_SEALED
        assert await worklist.audit.chain(0, 9) == []

    async def test_a_change_and_its_entry_are_one(self, worklist: Worklist) -> None:
        await worklist.hear(ONE)
        await worklist.do(CALL, Deed.CLAIMED)
        await worklist.do(CALL, Deed.CLAIMED)
        entry = AuditEntry(
            at=worklist.clock.now(),
            person=NORA,
            action="task_claimed",
            patients=("key-of-MR1001",),
            transition_id=ONE.transition_id,
            task_id=CALL,
        )
        assert [one.entry for one in await worklist.audit.chain(0, 9)] == [entry, entry]

    async def test_a_change_that_was_refused_is_none(self, worklist: Worklist) -> None:
        await worklist.hear(ONE)
        work = WorkTasks(worklist.working, worklist.clock)
        with pytest.raises(TaskHasChanged):
            await work(CALL, replace(Wish(Deed.CLAIMED, NORA), seen=7))
        assert await work(TaskId(UUID(int=9)), Wish(Deed.CLAIMED, NORA)) is None
        assert await worklist.audit.last() == NOTHING_SEALED


class TestAuditInMemory(InMemory, AuditSuite):
    """The fake keeps it."""


class TestAuditInPostgres(InPostgres, AuditSuite):
    """PostgreSQL keeps it."""
