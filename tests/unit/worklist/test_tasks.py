"""What a task's state follows from, and what a plan does to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from worklist.domain.plan import PLAN_CHANGED, Plan, PlanEffect, replan
from worklist.domain.tasks import (
    NOTHING_DONE,
    Step,
    Task,
    TaskId,
    TaskState,
    TransitionId,
    Work,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
TRANSITION = TransitionId(UUID(int=1))


def step(number: int = 1, **more: object) -> Step:
    known = Step(
        task_id=TaskId(UUID(int=number + 10)),
        code=f"code_{number}",
        title="Something",
        role="nurse",
        due_at=AT + timedelta(hours=72),
    )
    return replace(known, **more)  # type: ignore[arg-type]


def plan(*steps: Step, reason: str | None = None) -> Plan:
    return Plan(TRANSITION, "GHH", "key", "trace", reason, steps)


def task(of: Step | None = None, work: Work = NOTHING_DONE) -> Task:
    return Task(TRANSITION, "GHH", "key", "trace", 1, of or step(), work, AT)


def standing(*tasks: Task) -> dict[TaskId, Task]:
    return {one.task_id: one for one in tasks}


CLAIMED = Work(owner="nora")
STARTED = Work(owner="nora", started_at=AT)
DONE = Work(owner="nora", completed_at=AT, outcome="done")


@pytest.mark.parametrize(
    ("work", "planned", "withdrawn"),
    [
        (NOTHING_DONE, TaskState.REQUESTED, TaskState.CANCELLED),
        (CLAIMED, TaskState.ACCEPTED, TaskState.CANCELLED),
        (STARTED, TaskState.IN_PROGRESS, TaskState.CANCELLED),
        (DONE, TaskState.COMPLETED, TaskState.COMPLETED),
    ],
)
def test_the_state_follows_from_plan_and_work(
    work: Work, planned: TaskState, withdrawn: TaskState
) -> None:
    assert task(work=work).state is planned
    assert task(step(withdrawn_for="deceased"), work).state is withdrawn


def test_only_withdrawn_tasks_say_why() -> None:
    gone = step(withdrawn_for="deceased")
    assert task(gone).cancelled_for == "deceased"
    assert task(gone, DONE).cancelled_for is None
    assert task().cancelled_for is None


def test_new_steps_become_tasks() -> None:
    changes = replan(plan(step(1), step(2)), {}, AT)
    assert [(one.effect, one.task.version) for one in changes] == [(PlanEffect.CREATED, 1)] * 2
    assert {one.task.state for one in changes} == {TaskState.REQUESTED}


def test_a_step_that_was_withdrawn_before_it_was_known_is_a_cancelled_task() -> None:
    (change,) = replan(plan(step(withdrawn_for="deceased")), {}, AT)
    assert change.effect is PlanEffect.CANCELLED
    assert change.task.cancelled_for == "deceased"


def test_a_plan_that_asks_for_the_same_changes_nothing() -> None:
    assert replan(plan(step()), standing(task()), AT) == ()


def test_a_moved_deadline_moves_the_open_task() -> None:
    later = step(due_at=AT + timedelta(days=9))
    (change,) = replan(plan(later), standing(task(work=CLAIMED)), AT)
    assert change.effect is PlanEffect.REPLANNED
    assert change.task.step == later
    assert change.task.work == CLAIMED
    assert change.task.version == 2


def test_a_withdrawn_step_cancels_and_a_planned_one_reopens() -> None:
    (gone,) = replan(plan(step(withdrawn_for="readmitted")), standing(task(work=CLAIMED)), AT)
    assert gone.effect is PlanEffect.CANCELLED
    (back,) = replan(plan(step()), standing(gone.task), AT)
    assert back.effect is PlanEffect.REOPENED
    assert back.task.state is TaskState.ACCEPTED


def test_completed_tasks_are_never_touched() -> None:
    for changed in (step(withdrawn_for="deceased"), step(due_at=AT)):
        assert replan(plan(changed), standing(task(work=DONE)), AT) == ()
    assert replan(plan(), standing(task(work=DONE)), AT) == ()


def test_a_step_that_is_no_longer_listed_counts_as_withdrawn() -> None:
    (change,) = replan(plan(), standing(task()), AT)
    assert change.task.cancelled_for == PLAN_CHANGED
    (again,) = replan(plan(reason="deceased"), standing(task()), AT)
    assert again.task.cancelled_for == "deceased"


def test_the_tasks_of_other_transitions_are_left_alone() -> None:
    other = replace(task(), transition_id=TransitionId(UUID(int=2)))
    assert replan(plan(), standing(other), AT) == ()
