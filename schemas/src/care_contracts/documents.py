"""`documents.v1`: what a hospital said about a document of a patient (MDM), without its text."""

from enum import StrEnum

from care_contracts.base import Instant
from care_contracts.encounters import Practitioner
from care_contracts.statements import Coded, Number, Statement


class DocumentEventType(StrEnum):
    """What happened to the document; the `ce_type`."""

    CREATED = "document.created"
    """T01, T02"""
    STATUS_CHANGED = "document.status_changed"
    """T03, T04"""
    ADDENDED = "document.addended"
    """T05, T06: this one is an addendum to its parent"""
    EDITED = "document.edited"
    """T07, T08: the same number, another text"""
    REPLACED = "document.replaced"
    """T09, T10: this one replaces its parent"""
    CANCELLED = "document.cancelled"
    """T11: it was never meant"""


class DocumentStatus(StrEnum):
    """Whether the document counts (TXA-19); names of FHIR R4 `DocumentReference.status`."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    UNAVAILABLE = "unavailable"
    """Not for patient care yet, or no more"""
    ENTERED_IN_ERROR = "entered_in_error"


class DocumentCompletion(StrEnum):
    """How far the document is (TXA-17)."""

    DICTATED = "dictated"
    DOCUMENTED = "documented"
    INCOMPLETE = "incomplete"
    IN_PROGRESS = "in_progress"
    PRE_AUTHENTICATED = "pre_authenticated"
    AUTHENTICATED = "authenticated"
    LEGALLY_AUTHENTICATED = "legally_authenticated"

    @property
    def is_signed(self) -> bool:
        """Whether somebody answers for it."""
        return self in (
            DocumentCompletion.AUTHENTICATED,
            DocumentCompletion.LEGALLY_AUTHENTICATED,
        )


class DocumentEvent(Statement):
    """The body of every event in `documents.v1`; the newest of a number holds."""

    number: Number
    """TXA-12"""
    parent_number: Number | None = None
    """TXA-13: what this one adds to or replaces"""
    placer_order: Number | None = None
    """TXA-14"""
    filler_order: Number | None = None
    """TXA-15: the result it belongs to"""
    kind: Coded | None = None
    """TXA-2: DS discharge summary, OP operative note, ... (table 0270)"""
    title: str = ""
    """TXA-25"""
    status: DocumentStatus
    completion: DocumentCompletion | None = None
    completion_as_sent: str = ""
    confidentiality: str = ""
    """TXA-18 as sent: R and V are restricted (table 0272)"""
    author: Practitioner | None = None
    """TXA-9, else TXA-5"""
    authenticator: Practitioner | None = None
    """Who signed (TXA-22), else who is to sign (TXA-10)"""
    active_at: Instant | None = None
    """TXA-4: when what it tells of was done"""
    originated_at: Instant | None = None
    """TXA-6"""
    edited_at: Instant | None = None
    """TXA-8, the newest"""
    authenticated_at: Instant | None = None
    """TXA-22, the newest"""
    content_characters: int = 0
    """How much content the frame has, as written; zero where the message only notifies"""
