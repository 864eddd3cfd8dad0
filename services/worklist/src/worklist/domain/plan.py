"""What a changed plan means for the tasks that stand: the difference, and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from worklist.domain.tasks import NOTHING_DONE, Step, Task, TaskId, TaskState, TransitionId

PLAN_CHANGED = "plan_changed"
"""Why a step went where the transition itself gives no reason."""


class PlanEffect(StrEnum):
    """What a plan did to a task."""

    CREATED = "created"
    REPLANNED = "replanned"
    CANCELLED = "cancelled"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a transition asks for as of one of its versions."""

    transition_id: TransitionId
    site: str
    patient_key: str
    correlation_id: str
    reason: str | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Replanned:
    """A task that the plan changed; `before` is None for a new one."""

    effect: PlanEffect
    before: Task | None
    task: Task


def replan(plan: Plan, standing: Mapping[TaskId, Task], at: datetime) -> tuple[Replanned, ...]:
    """The changes that bring the tasks of one transition in line with its plan.

    Completed tasks stay as they are. A step that the plan no longer lists counts as withdrawn.
    """
    listed = {step.task_id for step in plan.steps}
    changes = [_follow(plan, step, standing.get(step.task_id), at) for step in plan.steps]
    changes += [
        _follow(plan, _withdrawn(task.step, plan.reason), task, at)
        for task in _of(plan, standing.values())
        if task.task_id not in listed
    ]
    return tuple(change for change in changes if change is not None)


def _of(plan: Plan, tasks: Iterable[Task]) -> Iterable[Task]:
    return (task for task in tasks if task.transition_id == plan.transition_id)


def _withdrawn(step: Step, reason: str | None) -> Step:
    return replace(step, withdrawn_for=reason or PLAN_CHANGED)


def _follow(plan: Plan, step: Step, before: Task | None, at: datetime) -> Replanned | None:
    if before is None:
        task = _new_task(plan, step, at)
        created = step.withdrawn_for is None
        return Replanned(PlanEffect.CREATED if created else PlanEffect.CANCELLED, None, task)
    if before.state is TaskState.COMPLETED or before.step == step:
        return None
    task = before.planned(step, at)
    return Replanned(_effect(before, task), before, task)


def _new_task(plan: Plan, step: Step, at: datetime) -> Task:
    return Task(
        transition_id=plan.transition_id,
        site=plan.site,
        patient_key=plan.patient_key,
        correlation_id=plan.correlation_id,
        version=1,
        step=step,
        work=NOTHING_DONE,
        changed_at=at,
    )


def _effect(before: Task, after: Task) -> PlanEffect:
    if after.state is TaskState.CANCELLED:
        return PlanEffect.CANCELLED
    if before.state is TaskState.CANCELLED:
        return PlanEffect.REOPENED
    return PlanEffect.REPLANNED
