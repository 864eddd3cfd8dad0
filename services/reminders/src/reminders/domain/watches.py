"""A watch: what is known of one task by its plan and by the people who work on it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NewType
from uuid import UUID

TaskId = NewType("TaskId", UUID)
TransitionId = NewType("TransitionId", UUID)


@dataclass(frozen=True, slots=True)
class Origin:
    """Which message the plan follows from, so that a reminder can be traced back to the wire."""

    correlation_id: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """When somebody else is to know of a step that is still open, and which role that is."""

    at: datetime
    to: str


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What the plan says of a task. The plan alone says when it is due."""

    site: str
    patient_key: str
    code: str
    role: str
    planned: bool
    due_at: datetime
    window_opens_at: datetime | None = None
    escalation: Escalation | None = None
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps of one transition, as of one version."""

    transition_id: TransitionId
    version: int
    steps: tuple[tuple[TaskId, PlannedStep], ...]


@dataclass(frozen=True, slots=True)
class TaskReport:
    """Whether someone still has to do the task, as of one version of it."""

    task_id: TaskId
    transition_id: TransitionId
    version: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """One task as seen from here; `step` is None while only its work has been heard of."""

    task_id: TaskId
    transition_id: TransitionId
    step: PlannedStep | None = None
    task_version: int = 0
    is_open: bool = True

    @property
    def is_running(self) -> bool:
        """Whether its clocks matter: the plan asks for it and nobody has finished it."""
        return self.step is not None and self.step.planned and self.is_open


def newest_plans(plans: list[Plan]) -> list[Plan]:
    """One plan a transition: the one with the highest version."""
    newest: dict[TransitionId, Plan] = {}
    for plan in plans:
        held = newest.get(plan.transition_id)
        if held is None or plan.version > held.version:
            newest[plan.transition_id] = plan
    return list(newest.values())


def follow_plan(watches: list[Watch], plan: Plan) -> list[Watch]:
    """The watches of a transition under a newer plan; a step it no longer names is withdrawn."""
    steps = dict(plan.steps)
    known = {watch.task_id: watch for watch in watches}
    withdrawn = [
        replace(watch, step=replace(watch.step, planned=False))
        for watch in watches
        if watch.task_id not in steps and watch.step is not None
    ]
    planned = [
        replace(known.get(task_id, Watch(task_id, plan.transition_id)), step=step)
        for task_id, step in steps.items()
    ]
    return withdrawn + planned


def follow_task(watch: Watch, report: TaskReport) -> Watch:
    """The watch after a report about the task; an older or repeated report changes nothing."""
    if report.version <= watch.task_version:
        return watch
    return replace(watch, task_version=report.version, is_open=report.is_open)
