"""A notice: one thing told to one recipient, from the wish to tell it to its being taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from notifier.domain.visits import About, Care, Visit


class NoticeState(StrEnum):
    """Where a notice stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    UNDELIVERABLE = "undeliverable"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why a notice stands as it does, where that is not the mail server's word."""

    NOBODY_KNOWN = "no_primary_care_provider"
    NO_ADDRESS = "no_address"
    TOO_LATE = "too_late"
    CANCELLED = "cancelled"
    NOT_TOLD = "not_told_of_such_visits"
    TOLD_ALREADY = "told_already"
    STANDS_AGAIN = "stands_again"
    OBJECTED = "patient_objected"
    NOT_A_RECIPIENT = "no_longer_a_recipient"
    NO_TELEPHONE = "no_telephone"
    OPTED_OUT = "opted_out"
    PROTECTED = "protected"
    SWITCHED_OFF = "texts_switched_off"


class Role(StrEnum):
    """What somebody is to the patient that they may be told (42 CFR 482.24(d)), or the patient."""

    PRIMARY_CARE_PROVIDER = "primary_care_provider"
    POST_ACUTE_PROVIDER = "post_acute_provider"
    NAMED_BY_PATIENT = "practitioner_named_by_patient"
    PATIENT = "patient"
    """Texted, and never told of a visit."""

    def hears_of(self, about: About) -> bool:
        """Whether what happened matters to them: who cares for a patient afterwards, after it."""
        return self is not Role.POST_ACUTE_PROVIDER or about is About.DISCHARGE


@dataclass(frozen=True, slots=True)
class Addressee:
    """A place to be told from, whoever fills it: each is told of a thing once."""

    role: Role = Role.PRIMARY_CARE_PROVIDER
    key: str = ""
    """Tells those of one role apart, of which there may be several."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is to be told; without an address nobody can be."""

    name: str
    address: str | None = None

    @property
    def mailbox(self) -> str:
        """The address as it is compared, since it is written in several ways; empty for none."""
        return (self.address or "").casefold()


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one recipient. Its id is on every attempt to deliver it."""

    notification_id: UUID
    visit_key: str
    patient_key: str
    site: str
    about: About
    recorded_at: datetime
    """With `event_id` and `occurred_at`: the moment it tells, by which it knows its run."""
    event_id: str
    occurred_at: datetime
    care: Care | None
    requested_at: datetime
    next_attempt_at: datetime
    addressee: Addressee = Addressee()
    recipient: Recipient | None = None
    state: NoticeState = NoticeState.PENDING
    reason: str | None = None
    version: int = 0
    """How often it was announced."""
    attempts: int = 0
    first_attempt_at: datetime | None = None
    in_flight: bool = False
    """Whether an attempt has begun and its outcome is not recorded."""
    maybe_told: bool = False
    """Whether an attempt was lost sight of: the recipient may have the letter all the same."""
    revoked: bool = False
    """Whether it was cancelled while an attempt was under way."""
    corrects: UUID | None = None
    """The notice that this one takes back."""
    correlation_id: str = ""
    traceparent: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it goes to the patient's telephone, and not to a provider's mailbox."""
        return self.addressee.role is Role.PATIENT

    @property
    def correction_id(self) -> UUID:
        return uuid5(self.notification_id, "correction")

    @property
    def is_tried(self) -> bool:
        return self.attempts > 0

    @property
    def may_be_known(self) -> bool:
        """Whether the recipient has the letter, or may have it."""
        return self.state is NoticeState.SENT or self.maybe_told


def visit_of(notice: Notice, visits: Sequence[Visit]) -> Visit | None:
    """Which of the visits that two patients have under one number a notice is about."""
    named = [visit for visit in visits if visit.visit_key == notice.visit_key]
    told = [
        visit for visit in named if any(one.event_id == notice.event_id for one in visit.moments)
    ]
    theirs = [visit for visit in named if visit.said_of == notice.patient_key]
    return next(iter([*told, *theirs] or named[:1] * (len(named) == 1)), None)


def changed(notice: Notice, state: NoticeState, reason: str | None = None) -> Notice:
    """The notice in another state, to be announced."""
    return announced(replace(notice, state=state, reason=reason, in_flight=False), before=notice)


def announced(notice: Notice, *, before: Notice) -> Notice:
    """With the next version, if there is something to announce."""
    name = notice.recipient.name if notice.recipient else None
    name_before = before.recipient.name if before.recipient else None
    if before.version and (notice.state, name) == (before.state, name_before):
        return notice
    return replace(notice, version=notice.version + 1)


def cancel(notice: Notice, now: datetime) -> list[Notice]:
    """What becomes of a notice that was tried when what it tells proves not to be so."""
    if notice.state is NoticeState.PENDING:
        return [replace(notice, revoked=True)] if notice.in_flight else withdraw(notice, now)
    return [correction_of(notice, now)] if notice.may_be_known else []


def withdraw(notice: Notice, now: datetime) -> list[Notice]:
    """Give up a notice for being cancelled; one that may have arrived is taken back as well."""
    withdrawn = changed(notice, NoticeState.WITHDRAWN, Reason.CANCELLED)
    return [withdrawn, correction_of(notice, now)] if notice.maybe_told else [withdrawn]


def correction_of(notice: Notice, now: datetime) -> Notice:
    """The notice that takes this one back."""
    discharge = notice.about is About.DISCHARGE
    return replace(
        notice,
        notification_id=notice.correction_id,
        about=About.DISCHARGE_CANCELLED if discharge else About.ADMISSION_CANCELLED,
        corrects=notice.notification_id,
        state=NoticeState.PENDING,
        reason=None,
        version=1,
        attempts=0,
        first_attempt_at=None,
        in_flight=False,
        maybe_told=False,
        revoked=False,
        requested_at=now,
        next_attempt_at=now,
    )
