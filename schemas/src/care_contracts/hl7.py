"""`hl7.received.v1`: everything that came in, raw, with what became of it.

The record's value is a message's bytes as they came (`content-type: application/hl7-v2`); what is
known of them rides in CloudEvents extension headers, so that nothing is copied or re-encoded. Each
message of a batch is a record of its own, and what stood around them (FHS, BHS, BTS, FTS) is one.
"""

from enum import StrEnum

from care_contracts.base import Contract

HL7_RECEIVED_TYPE = "hl7.received"
HL7_CONTENT_TYPE = "application/hl7-v2"


class Verdict(StrEnum):
    """What became of a frame."""

    ACCEPTED = "accepted"
    """Translated: events with the same correlation_id say what it means."""
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
    """The acknowledgement codes that were sent: AA, AE, AR, in enhanced mode CA, CR or two as in
    `CA AA`; empty where the sender wanted none, and for the envelope of a batch."""
    reason: str = ""
    """Why it was not accepted, in words without patient data."""
    place: str = ""
    """Where in the message, for example `MSH-9` or `PID-3`."""
    peer: str = ""
    """Where the frame came from: address without port."""
    door: str = ""
    """Which way it came: mllp, mllps, http or file."""
    oddities: str = ""
    """The slips of form that were found, with commas between (see `Oddity`)."""
    warnings: str = ""
    """Doubts about it that did not stop it, with semicolons between, without patient data."""
    flags: str = ""
    """`resent` or `control_id_reused`, where the process that took it remembers one before."""
    batch: str = ""
    """The event id of the envelope, shared by all messages that came as one."""
    repairs: str = ""
    """The event id of the quarantined message that this one is the repaired form of."""
