"""`reminders.v1`: a clock about a task has run down."""

from enum import StrEnum
from uuid import UUID

from care_contracts.base import Contract, Instant


class ReminderEventType(StrEnum):
    """Which clock ran down; the `ce_type` of the event."""

    DUE_SOON = "reminder.due_soon"
    OVERDUE = "reminder.overdue"
    ESCALATION = "reminder.escalation"
    """Overdue, and still open when the plan wants somebody else to know: see `escalates_to`."""


class Reminder(Contract):
    """The body of every event in `reminders.v1`."""

    reminder_id: UUID
    """The same for the same task, kind and due time: a reader may see it twice and acts once."""
    task_id: UUID
    transition_id: UUID
    site: str
    patient_key: str
    code: str
    role: str
    due_at: Instant
    remind_at: Instant
    """When it was to fire; `ce_time` says when it did."""
    escalates_to: str | None = None
    """Of an escalation: the role that is to know, such as `provider`."""
