"""One piece of follow-up work: what the plan asks for, and what people did about it.

The two are kept apart and the state is a function of both. So a plan may be withdrawn and planned
again, in any order of arrival, without a word lost of what people did.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from worklist.domain.evidence import Attempt, Evidence

TaskId = NewType("TaskId", UUID)
TransitionId = NewType("TransitionId", UUID)


class TaskState(StrEnum):
    """Where a task stands."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether someone still has to do it."""
        return self not in (TaskState.COMPLETED, TaskState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Step:
    """What the plan asks for; `withdrawn_for` says why it no longer does."""

    task_id: TaskId
    code: str
    title: str
    role: str
    due_at: datetime
    window_opens_at: datetime | None = None
    best_before_at: datetime | None = None
    rule: str = ""
    checklist: tuple[str, ...] = ()
    """What belongs to it, in the protocol's words."""
    withdrawn_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line of the checklist that was ticked, by whom and when."""

    item: str
    at: datetime
    by: str
    name: str


@dataclass(frozen=True, slots=True)
class Work:
    """What people did: who made it theirs, when it was begun and done, and what came of it."""

    owner: str | None = None
    owner_name: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    outcome: str | None = None
    attempts: tuple[Attempt, ...] = ()
    """By when they were made."""
    evidence: Evidence | None = None
    ticks: tuple[Tick, ...] = ()
    """By when they were made."""

    @property
    def done_at(self) -> datetime | None:
        """When it was done, which may have been before somebody said so."""
        said = self.evidence.done_at if self.evidence else None
        return self.completed_at and (said or self.completed_at)


NOTHING_DONE = Work()


@dataclass(frozen=True, slots=True)
class Task:
    """A step made somebody's; `version` grows by one with every announced change.

    Site, patient and trace are those of its transition, which may move to another patient.
    """

    transition_id: TransitionId
    site: str
    patient_key: str
    correlation_id: str
    version: int
    step: Step
    work: Work
    changed_at: datetime

    @property
    def task_id(self) -> TaskId:
        return self.step.task_id

    @property
    def state(self) -> TaskState:
        if self.work.completed_at is not None:
            return TaskState.COMPLETED
        if self.step.withdrawn_for is not None:
            return TaskState.CANCELLED
        if self.work.started_at is not None:
            return TaskState.IN_PROGRESS
        return TaskState.ACCEPTED if self.work.owner is not None else TaskState.REQUESTED

    @property
    def lines(self) -> tuple[tuple[str, Tick | None], ...]:
        """The checklist in the plan's order, then what was ticked before the plan dropped it."""
        ticks = {tick.item: tick for tick in self.work.ticks}
        items = dict.fromkeys((*self.step.checklist, *ticks))
        return tuple((item, ticks.get(item)) for item in items)

    @property
    def cancelled_for(self) -> str | None:
        """Why the plan withdrew it; None for what is done, since that stays done."""
        return self.step.withdrawn_for if self.state is TaskState.CANCELLED else None

    def worked(self, work: Work, at: datetime) -> "Task":
        """The task after people did something."""
        return replace(self, work=work, version=self.version + 1, changed_at=at)

    def planned(self, step: Step, at: datetime) -> "Task":
        """The task after the plan changed."""
        return replace(self, step=step, version=self.version + 1, changed_at=at)
