"""Plans become tasks and people work them, in memory and in PostgreSQL alike."""

from datetime import timedelta

import pytest
from tests.support.worklist_builders import (
    DISCHARGED_AT,
    escalation,
    known_as,
    newer,
    patient,
    reminder,
    step,
    transition,
    withdrawn,
)
from tests.support.worklist_stores import NORA, InMemory, InPostgres, Worklist

from care_chassis.errors import TransientError
from worklist.domain.evidence import (
    Attempt,
    Channel,
    Complexity,
    Credential,
    Element,
    Evidence,
)
from worklist.domain.outcomes import Outcome, ending
from worklist.domain.tasks import TaskId, Tick
from worklist.domain.work import Deed, Wish
from worklist.ports import (
    Escalated,
    PlanningStore,
    TaskFilter,
    VisitFilter,
)
from worklist.work_tasks import WorkTasks


async def fail_after(store: PlanningStore, event_id: str) -> None:
    """Take an event in, and then fail."""
    async with store.unit() as unit:
        await unit.unseen([event_id], DISCHARGED_AT)
        raise TransientError("PostgreSQL")


class PlanningSuite:
    """Plans become tasks."""

    async def test_a_plan_becomes_tasks_and_says_so(self, worklist: Worklist) -> None:
        await worklist.hear(transition(), correlation_id="abc")
        assert await worklist.states() == {
            "home_visit": "requested",
            "initial_contact": "requested",
        }
        said = await worklist.said()
        assert [(one.version, one.state) for one in said] == [(1, "requested")] * 2
        first = (await worklist.tasks())[0].task
        assert first.correlation_id == "abc"
        assert first.patient_key == "key-of-MR1001"

    async def test_a_task_keeps_everything_its_step_says(self, worklist: Worklist) -> None:
        planned = step(
            known_as("one"),
            window_opens_at=DISCHARGED_AT + timedelta(hours=48),
            best_before_at=DISCHARGED_AT + timedelta(hours=60),
        )
        await worklist.hear(transition(steps=[planned]))
        task = (await worklist.tasks())[0].task
        for name in ("code", "title", "role", "due_at", "window_opens_at", "best_before_at"):
            assert getattr(task.step, name) == getattr(planned, name)
        assert task.step.rule == planned.rule

    async def test_the_same_event_twice_is_one(self, worklist: Worklist) -> None:
        one = transition()
        await worklist.hear(one, one)
        await worklist.hear(one)
        assert len(await worklist.said()) == 2

    async def test_an_older_plan_changes_nothing(self, worklist: Worklist) -> None:
        one = transition()
        two = newer(one, steps=[withdrawn(planned) for planned in one.steps], reason="deceased")
        await worklist.hear(two)
        await worklist.hear(one)
        assert set((await worklist.states()).values()) == {"cancelled"}

    async def test_withdrawn_steps_cancel_and_planned_ones_reopen(self, worklist: Worklist) -> None:
        one = transition()
        await worklist.hear(one)
        gone = [withdrawn(planned) for planned in one.steps]
        two = newer(one, steps=gone, reason="discharge_cancelled")
        await worklist.hear(two)
        assert {said.cancelled_for for said in (await worklist.said())[2:]} == {
            "discharge_cancelled"
        }
        await worklist.hear(newer(two, steps=one.steps, reason=None))
        assert set((await worklist.states()).values()) == {"requested"}
        assert [said.version for said in await worklist.said()] == [1, 1, 2, 2, 3, 3]

    async def test_completed_work_survives_every_plan(self, worklist: Worklist) -> None:
        one = transition()
        await worklist.hear(one)
        await worklist.do(one.steps[0].task_id, Deed.COMPLETED)
        before = await worklist.reads.tasks.task(one.steps[0].task_id)
        await worklist.hear(newer(one, steps=[withdrawn(planned) for planned in one.steps]))
        after = await worklist.reads.tasks.task(one.steps[0].task_id)
        assert before is not None
        assert after is not None
        assert after.task == before.task

    async def test_a_moved_deadline_reaches_open_tasks(self, worklist: Worklist) -> None:
        one = transition()
        await worklist.hear(one)
        later = [s.model_copy(update={"due_at": s.due_at + timedelta(hours=5)}) for s in one.steps]
        await worklist.hear(newer(one, steps=later))
        assert {item.task.step.due_at for item in await worklist.tasks()} == {
            DISCHARGED_AT + timedelta(hours=77)
        }

    async def test_tasks_follow_a_merged_patient(self, worklist: Worklist) -> None:
        one = transition(mrn="OLD")
        await worklist.hear(one)
        survivor = patient("NEW", former_mrns=["OLD"])
        await worklist.hear(newer(one, patient=survivor), correlation_id="merge")
        assert {item.task.patient_key for item in await worklist.tasks()} == {"key-of-NEW"}
        for number in ("OLD", "NEW"):
            found = await worklist.reads.transitions.transitions(VisitFilter(mrn=number), None, 9)
            assert [one.transition.patient.mrn for one in found] == ["NEW"]
            assert len(await worklist.tasks(TaskFilter(mrn=number))) == 2

    async def test_the_rank_follows_the_risk(self, worklist: Worklist) -> None:
        one = transition()
        await worklist.hear(one)
        await worklist.hear(newer(one, flags=["ama"]))
        assert {item.rank for item in await worklist.tasks()} == {-100}

    async def test_a_batch_that_fails_leaves_no_trace(self, worklist: Worklist) -> None:
        with pytest.raises(TransientError):
            await fail_after(worklist.planning, "an event")
        async with worklist.planning.unit() as unit:
            assert await unit.unseen(["an event"], DISCHARGED_AT) == {"an event"}

    async def test_a_reminder_may_come_before_its_task(self, worklist: Worklist) -> None:
        one = transition()
        await worklist.hear(reminder(one.steps[0], one.transition_id))
        await worklist.hear(one)
        item = await worklist.reads.tasks.task(one.steps[0].task_id)
        assert item is not None
        assert item.reminded == ("reminder.due_soon",)

    async def test_a_reminder_of_an_earlier_deadline_is_no_longer_shown(
        self, worklist: Worklist
    ) -> None:
        one = transition()
        await worklist.hear(one, reminder(one.steps[0], one.transition_id))
        moved = one.steps[0].model_copy(update={"due_at": DISCHARGED_AT + timedelta(days=9)})
        await worklist.hear(newer(one, steps=[moved, one.steps[1]]))
        item = await worklist.reads.tasks.task(moved.task_id)
        assert item is not None
        assert item.reminded == ()

    async def test_an_escalation_is_shown_until_the_deadline_moves(
        self, worklist: Worklist
    ) -> None:
        one = transition()
        late = one.steps[0]
        told = escalation(late, one.transition_id)
        await worklist.hear(told)
        await worklist.hear(one, reminder(late, one.transition_id))
        expected = {late.code: Escalated(told.remind_at, "provider"), "initial_contact": None}
        assert {item.task.step.code: item.escalated for item in await worklist.tasks()} == expected
        followed = await worklist.reads.transitions.transition(one.transition_id)
        assert followed is not None
        assert followed.escalated == {late.task_id: expected[late.code]}
        moved = late.model_copy(update={"due_at": DISCHARGED_AT + timedelta(days=9)})
        await worklist.hear(newer(one, steps=[moved, one.steps[1]]))
        item = await worklist.reads.tasks.task(late.task_id)
        assert item is not None
        assert item.escalated is None


class WorkSuite:
    """People work tasks."""

    async def test_attempts_and_evidence_are_kept_as_they_were_said(
        self, worklist: Worklist
    ) -> None:
        one = transition()
        await worklist.hear(one)
        task_id = one.steps[0].task_id
        attempt = Attempt(
            at=DISCHARGED_AT,
            by="nora",
            name="Nora Field",
            channel=Channel.PHONE,
            outcome=Outcome.ASKED_CALLBACK,
            number="(212) 555-0142",
            callback_at=DISCHARGED_AT + timedelta(hours=3),
        )
        evidence = Evidence(
            done_at=DISCHARGED_AT,
            credential=Credential.NP,
            mdm=Complexity.HIGH,
            elements=(Element.RESULTS,),
        )
        await worklist.wish(task_id, Wish(Deed.ATTEMPTED, NORA, None, attempt=attempt, note="Busy"))
        end = ending("home_visit", "done", "")
        await worklist.wish(task_id, Wish(Deed.COMPLETED, NORA, None, end, evidence))
        item = await worklist.reads.tasks.task(task_id)
        assert item
        assert (item.task.work.attempts, item.task.work.evidence) == ((attempt,), evidence)
        done, tried = (await worklist.reads.transitions.actions(one.transition_id, 9))[:2]
        assert (tried.did, tried.outcome, tried.note) == ("attempted", "asked-callback", "Busy")
        assert (done.did, done.outcome) == ("completed", "done")

    async def test_a_checklist_is_kept_in_its_order_with_who_ticked_what(
        self, worklist: Worklist
    ) -> None:
        screen = step(known_as("one"), "sdoh_screen", checklist=["Food", "Housing", "Food"])
        one = transition(steps=[screen])
        await worklist.hear(one)
        await worklist.wish(screen.task_id, Wish(Deed.TICKED, NORA, None, item="Housing"))
        tick = Tick(item="Housing", at=DISCHARGED_AT, by="nora", name="Nora Field")
        item = await worklist.reads.tasks.task(screen.task_id)
        assert item is not None
        assert item.task.lines == (("Food", None), ("Housing", tick))
        said = (await worklist.said())[-1]
        assert [(one.item, one.by) for one in said.ticks] == [("Housing", "nora")]
        (line, _) = await worklist.reads.transitions.actions(one.transition_id, 9)
        assert (line.did, line.note, line.name) == ("ticked", "Housing", "Nora Field")
        shorter = screen.model_copy(update={"checklist": ["Safety"]})
        await worklist.hear(newer(one, steps=[shorter]))
        (found,) = await worklist.tasks()
        assert found.task.lines == (("Safety", None), ("Housing", tick))
        await worklist.wish(screen.task_id, Wish(Deed.UNTICKED, NORA, None, item="Housing"))
        (found,) = await worklist.tasks()
        assert found.task.lines == (("Safety", None),)

    async def test_work_is_kept_and_announced(self, worklist: Worklist) -> None:
        one = transition()
        await worklist.hear(one)
        task_id = one.steps[0].task_id
        worklist.clock.advance(timedelta(hours=1))
        await worklist.do(task_id, Deed.CLAIMED)
        await worklist.do(task_id, Deed.STARTED)
        await worklist.do(task_id, Deed.COMPLETED)
        item = await worklist.reads.tasks.task(task_id)
        assert item is not None
        assert item.task.work.owner == "nora"
        assert item.task.work.completed_at == worklist.clock.now()
        assert [said.state for said in (await worklist.said())[2:]] == [
            "accepted",
            "in_progress",
            "completed",
        ]
        assert (await worklist.said())[-1].version == 4

    async def test_repeated_work_is_neither_kept_nor_announced(self, worklist: Worklist) -> None:
        one = transition()
        await worklist.hear(one)
        for _ in range(2):
            await worklist.do(one.steps[0].task_id, Deed.CLAIMED)
        assert len(await worklist.said()) == 3

    async def test_there_is_no_work_on_a_task_that_is_not_there(self, worklist: Worklist) -> None:
        wish = Wish(Deed.CLAIMED, NORA)
        work = WorkTasks(worklist.working, worklist.clock)
        assert await work(TaskId(known_as("nothing")), wish) is None

    async def test_the_record_says_who_did_what(self, worklist: Worklist) -> None:
        one = transition()
        await worklist.hear(one)
        task_id = one.steps[0].task_id
        await worklist.do(task_id, Deed.CLAIMED)
        await worklist.do(task_id, Deed.COMPLETED)
        actions = await worklist.reads.transitions.actions(one.transition_id, 2)
        assert [(line.did, line.name, line.from_state, line.to_state) for line in actions] == [
            ("completed", "Nora Field", "accepted", "completed"),
            ("claimed", "Nora Field", "requested", "accepted"),
        ]
        assert actions[0].outcome == "done"
        assert len(await worklist.reads.transitions.actions(one.transition_id, 99)) == 4

    async def test_a_claimed_task_is_still_claimed_after_it_was_withdrawn_and_reopened(
        self, worklist: Worklist
    ) -> None:
        one = transition()
        await worklist.hear(one)
        await worklist.do(one.steps[0].task_id, Deed.CLAIMED)
        two = newer(one, steps=[withdrawn(planned) for planned in one.steps])
        await worklist.hear(two)
        await worklist.hear(newer(two, steps=one.steps))
        assert (await worklist.states())["home_visit"] == "accepted"


class TestPlanningInMemory(InMemory, PlanningSuite):
    """The fake plans."""


class TestPlanningInPostgres(InPostgres, PlanningSuite):
    """PostgreSQL plans."""


class TestWorkInMemory(InMemory, WorkSuite):
    """The fake keeps work."""


class TestWorkInPostgres(InPostgres, WorkSuite):
    """PostgreSQL keeps work."""
