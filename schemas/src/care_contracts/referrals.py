"""`referrals.v1`: what a hospital said about a referral of a patient (REF)."""

from enum import StrEnum

from care_contracts.base import Contract, Facts, Instant
from care_contracts.encounters import Diagnosis, Practitioner
from care_contracts.statements import Coded, Number, Statement


class ReferralEventType(StrEnum):
    """What was done; the `ce_type`. How the referral stands says `status`."""

    REQUESTED = "referral.requested"
    """I12"""
    MODIFIED = "referral.modified"
    """I13"""
    CANCELLED = "referral.cancelled"
    """I14"""
    STATUS_REQUESTED = "referral.status_requested"
    """I15: somebody asks how it stands"""


class ReferralStatus(StrEnum):
    """How a referral stands (table 0283)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class ReferralPriority(StrEnum):
    """How urgent it is (table 0280)."""

    STAT = "stat"
    ASAP = "asap"
    ROUTINE = "routine"


class ReferralProvider(Contract):
    """One PRD: a person or an organisation with a part in the referral."""

    roles: list[str] = []
    """PRD-1: RP referring, RT referred to, PP primary care, CP consulting ... (table 0286)"""
    practitioner: Practitioner | None = None
    organization: str | None = None
    """PRD-10 or PRD-4, where it is named"""
    phone: str | None = None


class ReferralFacts(Facts):
    """What the message said of the referral; what it left out still holds as it was."""

    status: ReferralStatus | None = None
    status_as_sent: str | None = None
    """RF1-1"""
    priority: ReferralPriority | None = None
    priority_as_sent: str | None = None
    """RF1-2"""
    kind: Coded | None = None
    """RF1-3: which specialty (table 0281)"""
    dispositions: list[Coded] | None = None
    """RF1-4: what is wanted of the specialist (table 0282)"""
    category: str | None = None
    """RF1-5: I inpatient, O outpatient, E emergency, A ambulatory"""
    reasons: list[Coded] | None = None
    """RF1-10"""
    services: list[Coded] | None = None
    """PR1-3: what is to be done"""
    diagnoses: list[Diagnosis] | None = None
    effective_at: Instant | None = None
    """RF1-7"""
    expires_at: Instant | None = None
    """RF1-8"""
    processed_at: Instant | None = None
    """RF1-9: when it was last decided upon"""
    providers: list[ReferralProvider] | None = None


class ReferralEvent(Statement):
    """The body of every event in `referrals.v1`."""

    number: Number
    """RF1-6: the number of who refers"""
    external_numbers: list[Number] = []
    """RF1-11: the numbers of others, such as who is referred to"""
    facts: ReferralFacts = ReferralFacts()
