"""`notifications.v1`: what became of telling one recipient about one event."""

from enum import StrEnum
from uuid import UUID

from care_contracts.base import Contract, Instant


class NotificationEventType(StrEnum):
    """How the notification stands; the `ce_type` of the event."""

    REQUESTED = "notification.requested"
    SENT = "notification.sent"
    FAILED = "notification.failed"
    UNDELIVERABLE = "notification.undeliverable"
    """Nobody to tell: no PCP is known, nobody knows an address, or the patient objects. A recorded
    outcome, not an error (rulebook section 3)."""
    WITHDRAWN = "notification.withdrawn"
    """Never sent, and not to be: it was cancelled first, or became known too late to be news."""


class NotificationState(StrEnum):
    """Where the notification stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    UNDELIVERABLE = "undeliverable"
    WITHDRAWN = "withdrawn"


class NotificationSnapshot(Contract):
    """The body of every event in `notifications.v1`; no address and no patient name in it."""

    notification_id: UUID
    """Also the idempotency id of the delivery: the same on every attempt."""
    version: int
    site: str
    patient_key: str
    visit_key: str | None = None
    about: str
    """The event that is told, for example `encounter.discharged`; of texts to patients
    `transition.opened`, and `texts.stopped` for the confirmation of an opt-out."""
    recipient_role: str
    """`primary_care_provider`, `post_acute_provider`, `practitioner_named_by_patient`, or
    `patient` for a text."""
    recipient_name: str | None = None
    channel: str
    """`email` or `text`"""
    state: NotificationState
    attempts: int
    last_error: str | None = None
    changed_at: Instant
