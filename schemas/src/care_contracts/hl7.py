"""`hl7.received.v1`: every frame that came in, raw, with what became of it.

The record's value is the frame's bytes as they came (`content-type: application/hl7-v2`); what is
known of them rides in CloudEvents extension headers, so that nothing is copied or re-encoded.
"""

from enum import StrEnum

from care_contracts.base import Contract

HL7_RECEIVED_TYPE = "hl7.received"
HL7_CONTENT_TYPE = "application/hl7-v2"


class Verdict(StrEnum):
    """What became of a frame."""

    ACCEPTED = "accepted"
    """Translated: an event with the same correlation_id is in `encounters.v1`."""
    IGNORED = "ignored"
    """A trigger that means nothing here: acknowledged and counted."""
    QUARANTINED = "quarantined"
    """Unreadable or for an unknown site: kept for a person to look at."""


class ReceivedHeaders(Contract):
    """The extension headers of a received frame (each `ce_<name>`; no PHI among them)."""

    verdict: Verdict
    site: str = ""
    controlid: str = ""
    """MSH-10"""
    trigger: str = ""
    """MSH-9.2, for example `A03`"""
    answer: str = ""
    """The acknowledgement code that was sent: AA, AE, AR."""
    reason: str = ""
    """Why it was not accepted, in words without patient data."""
    place: str = ""
    """Where in the message, for example `MSH-9` or `PID-3`."""
    peer: str = ""
    """Where the frame came from: address without port."""
