"""What plans do to tasks, in any order of any plans."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from worklist.domain.plan import Plan, replan
from worklist.domain.tasks import Step, Task, TaskId, TaskState, TransitionId, Work

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
TRANSITION = TransitionId(UUID(int=1))
DONE = Work(owner="nora", completed_at=AT, outcome="done")


def step(number: int, due_at: datetime, withdrawn_for: str | None) -> Step:
    return Step(
        task_id=TaskId(UUID(int=number + 10)),
        code=f"code_{number}",
        title="Something",
        role="nurse",
        due_at=due_at,
        withdrawn_for=withdrawn_for,
    )


def plan(steps: tuple[Step, ...]) -> Plan:
    return Plan(TRANSITION, "GHH", "key", "trace", None, steps)


deadlines = st.sampled_from([AT + timedelta(hours=hours) for hours in (1, 72, 99)])
reasons = st.sampled_from([None, "deceased", "discharge_cancelled"])
plans = st.tuples(deadlines, reasons, deadlines, reasons).map(
    lambda drawn: (
        step(0, drawn[0], drawn[1]),
        step(1, drawn[2], drawn[3]),
    )
)
versions = st.lists(plans, min_size=1, max_size=5)


@given(versions, st.permutations(range(5)))
def test_any_order_of_versions_ends_the_same(
    told: list[tuple[Step, ...]], order: list[int]
) -> None:
    def end(arriving: list[int]) -> dict[TaskId, tuple[Step, TaskState]]:
        known, newest = dict[TaskId, Task](), -1
        for version in arriving:
            if version > newest:
                newest = version
                for change in replan(plan(told[version]), known, AT):
                    known[change.task.task_id] = change.task
        return {id_: (one.step, one.state) for id_, one in known.items()}

    in_order = list(range(len(told)))
    assert end([one for one in order if one < len(told)]) == end(in_order)


@given(versions)
def test_completed_work_survives_any_plans(told: list[tuple[Step, ...]]) -> None:
    planned = step(0, AT + timedelta(hours=72), None)
    done = Task(TRANSITION, "GHH", "key", "trace", 1, planned, DONE, AT)
    known = {done.task_id: done}
    for asked in told:
        for change in replan(plan(asked), known, AT):
            known[change.task.task_id] = change.task
    assert known[done.task_id] == done


@given(versions)
def test_versions_grow_by_one_with_every_change(told: list[tuple[Step, ...]]) -> None:
    known = dict[TaskId, Task]()
    for asked in told:
        for change in replan(plan(asked), known, AT):
            before = known.get(change.task.task_id)
            assert change.task.version == (before.version if before else 0) + 1
            known[change.task.task_id] = change.task
