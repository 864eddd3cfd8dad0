"""What ties people to patients, in memory and in PostgreSQL alike."""

from datetime import timedelta

from tests.support.worklist_builders import DISCHARGED_AT, transition
from tests.support.worklist_stores import NORA, PAUL, InMemory, InPostgres, Worklist

from worklist.domain.access import Ties
from worklist.domain.audit import AuditEntry
from worklist.domain.people import Person
from worklist.domain.work import Deed

ONE = transition()
LATER = transition("later")
OTHER = transition("other", mrn="MR5")
CALL = ONE.steps[1].task_id
KEY, OTHERS_KEY = "key-of-MR1001", "key-of-MR5"
UNTIL = DISCHARGED_AT + timedelta(hours=4)


async def ties(worklist: Worklist, person: Person = NORA, *patients: str) -> Ties:
    asked = patients or (KEY, OTHERS_KEY)
    return await worklist.reads.ties.ties(person.subject, asked, worklist.clock.now())


def broken(person: Person, reason: str, *patients: str) -> AuditEntry:
    return AuditEntry(
        DISCHARGED_AT, person, "task_read", patients=patients, reason=reason, open_until=UNTIL
    )


class TiesSuite:
    """Who is assigned, and who broke the glass."""

    async def test_nobody_is_tied_to_anybody_at_first(self, worklist: Worklist) -> None:
        await worklist.hear(ONE, OTHER)
        assert await ties(worklist) == Ties()

    async def test_who_owns_a_task_is_tied_to_its_transition(self, worklist: Worklist) -> None:
        await worklist.hear(ONE, LATER, OTHER)
        await worklist.do(CALL, Deed.CLAIMED)
        wanted = Ties(frozenset({ONE.transition_id}), frozenset({KEY}))
        assert await ties(worklist) == wanted
        assert await ties(worklist, PAUL) == Ties()
        assert await ties(worklist, NORA, OTHERS_KEY) == Ties()

    async def test_who_worked_on_a_task_stays_tied_when_it_is_another_s(
        self, worklist: Worklist
    ) -> None:
        await worklist.hear(ONE)
        await worklist.do(CALL, Deed.CLAIMED)
        await worklist.do(CALL, Deed.RELEASED)
        await worklist.do(CALL, Deed.CLAIMED, PAUL)
        for person in (NORA, PAUL):
            assert (await ties(worklist, person)).transitions == {ONE.transition_id}

    async def test_broken_glass_ties_until_its_time_is_over(self, worklist: Worklist) -> None:
        await worklist.audit.add(broken(NORA, "first", KEY, OTHERS_KEY))
        await worklist.audit.add(broken(NORA, "again", KEY))
        await worklist.audit.add(broken(PAUL, "his own", KEY))
        worklist.clock.move_to(UNTIL - timedelta(microseconds=1))
        assert (await ties(worklist)).broken == {KEY: "again", OTHERS_KEY: "first"}
        assert (await ties(worklist, NORA, OTHERS_KEY)).broken == {OTHERS_KEY: "first"}
        worklist.clock.move_to(UNTIL)
        assert await ties(worklist) == Ties()


class TestTiesInMemory(InMemory, TiesSuite):
    """The fake knows."""


class TestTiesInPostgres(InPostgres, TiesSuite):
    """PostgreSQL knows."""
