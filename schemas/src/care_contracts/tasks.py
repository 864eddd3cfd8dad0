"""`tasks.v1`: the whole state of one task after a change."""

from enum import StrEnum
from uuid import UUID

from care_contracts.base import Contract, Instant


class TaskEventType(StrEnum):
    """What happened to the task; the `ce_type` of the event."""

    CREATED = "task.created"
    REPLANNED = "task.replanned"
    CANCELLED = "task.cancelled"
    CLAIMED = "task.claimed"
    RELEASED = "task.released"
    STARTED = "task.started"
    ATTEMPTED = "task.attempted"
    TICKED = "task.ticked"
    UNTICKED = "task.unticked"
    COMPLETED = "task.completed"


class TaskState(StrEnum):
    """Where the task stands; the names of FHIR R4 `Task.status`, in snake case."""

    REQUESTED = "requested"
    """Open, nobody's yet."""
    ACCEPTED = "accepted"
    """Claimed."""
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    """Withdrawn by the plan: a cancelled discharge, a readmission, a death."""

    @property
    def is_open(self) -> bool:
        """Whether someone still has to do it."""
        return self not in (TaskState.COMPLETED, TaskState.CANCELLED)


class Attempt(Contract):
    """One try to reach somebody that did not (D-14, D-05)."""

    at: Instant
    by: str
    """The subject of who tried"""
    channel: str
    """phone, video, text, portal, in_person, email or letter"""
    number: str = ""
    """Masked but for its last four digits: the whole stays in the worklist"""
    outcome: str
    """voicemail, no-answer, busy ..."""
    callback_at: Instant | None = None


class Evidence(Contract):
    """What measures and bills ask about work that was done, as far as it was said."""

    done_at: Instant | None = None
    """When it was done, where that is not when it was recorded"""
    channel: str | None = None
    number: str = ""
    """Masked"""
    credential: str | None = None
    """Of who saw the patient or reconciled: MD, DO, NP, PA, CNS, CNM, RN, LPN, MA, PharmD ..."""
    mdm: str | None = None
    """How complex the clinician found the decisions: high, moderate or low"""
    elements: list[str] = []
    """What discharge information contained"""
    other_tcm_claim: bool = False
    """Somebody else has reported TCM for this discharge."""


class Tick(Contract):
    """A line of the step's checklist that somebody ticked."""

    item: str
    """In the protocol's words"""
    at: Instant
    by: str
    """The subject of who did"""


class TaskSnapshot(Contract):
    """The state of one task after a change."""

    task_id: UUID
    version: int
    transition_id: UUID
    site: str
    patient_key: str
    code: str
    role: str
    state: TaskState
    owner: str | None = None
    window_opens_at: Instant | None = None
    due_at: Instant
    completed_at: Instant | None = None
    outcome: str | None = None
    attempts: list[Attempt] = []
    evidence: Evidence | None = None
    ticks: list[Tick] = []
    """By when they were made; a task may be completed without all or any."""
    cancelled_for: str | None = None
    """Why the plan withdrew it: the transition's reason, such as `discharge_cancelled`."""
    changed_at: Instant
