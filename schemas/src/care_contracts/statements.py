"""What the events of all feeds beside ADT have in common: who said what of whom, and when.

A statement is evidence and no state: of two about one thing, the newer `recorded_at` holds.
"""

from care_contracts.base import Contract, Instant
from care_contracts.encounters import MessageReference, PatientReference, VisitReference


class Coded(Contract):
    """A code, its coding system and its words, as sent; any of them may be missing."""

    code: str = ""
    system: str = ""
    text: str = ""


class Number(Contract):
    """What an application calls a thing: the number, and who assigned it where that is said."""

    value: str
    authority: str = ""


class Statement(Contract):
    """The part of a body that says who said it, of whom, and when."""

    site: str
    message: MessageReference
    patient: PatientReference
    visit: VisitReference | None = None
    recorded_at: Instant
    """EVN-2, else MSH-7, else when it was received: what orders statements about one thing."""
    occurred_at: Instant | None = None
    """EVN-6"""
    received_at: Instant
    warnings: list[str] = []
    """Data-quality codes such as `nonexistent_local_time` or `text_shortened`."""

    def to_json(self) -> bytes:
        """The body as UTF-8 JSON; what the message did not speak of has no key."""
        return self.model_dump_json(exclude_unset=True).encode()
