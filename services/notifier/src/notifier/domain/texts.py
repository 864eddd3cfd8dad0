"""Texts to patients: one for each follow-up at home, for as long as it stands and they want it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from notifier.domain.notices import (
    Addressee,
    Notice,
    NoticeState,
    Reason,
    Recipient,
    Role,
    announced,
    changed,
)
from notifier.domain.texting_hours import allowed_from
from notifier.domain.visits import About

_NAMESPACE = UUID("5a0f3c56-0d55-5b9c-9c4e-6a6d5d3e7f10")
_NOBODY_S_NAME = "the patient"
_HEARING_OF_IT = timedelta(seconds=10)
"""How long a text whose visit was not heard of waits before it is looked at again."""
_WORTH_ASKING = timedelta(days=7)
"""So long after a discharge a text still asks to call about it; later it would only puzzle."""
_UNTIL_OTHERWISE = (Reason.CANCELLED, Reason.NO_TELEPHONE)
"""Reasons that hold for as long as the follow-up is as it is; all others are for good."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a transition's latest state means for a text to its patient."""

    transition_id: UUID
    version: int
    site: str
    patient_key: str
    visit_key: str
    number: str | None
    """As E.164 has it."""
    is_wanted: bool
    """Whether the patient is at home, alive, and to be visited there."""
    discharged_at: datetime
    correlation_id: str = ""
    traceparent: str = ""

    @property
    def text_id(self) -> UUID:
        return uuid5(_NAMESPACE, str(self.transition_id))


@dataclass(frozen=True, slots=True)
class Leave:
    """What decides whether a text may be sent, and when."""

    follow_up_stands: bool
    switched_on: bool
    opted_out: bool
    protected: bool | None
    """The patient wants to be kept from others, who may pick up the telephone.

    None for as long as nothing was heard of the visit: what tells of it may lag behind.
    """
    zone: ZoneInfo
    sent_at: Sequence[datetime]
    """When this patient got texts lately, or may have got them."""


def follow(follow_up: FollowUp, held: Notice | None, now: datetime) -> Notice | None:
    """The text as the follow-up wants it now; None where it stays as it is, or is not to be.

    One that waits is due at once: whether it may be sent is decided when that is tried.
    """
    if held is None:
        is_news = now <= follow_up.discharged_at + _WORTH_ASKING
        return _new(follow_up, now) if follow_up.is_wanted and is_news else None
    if held.in_flight or not _is_open(held):
        return None
    following = replace(held, recipient=_recipient(follow_up), next_attempt_at=now)
    return announced(_in_state(following, follow_up), before=held)


def _is_open(text: Notice) -> bool:
    return text.state is NoticeState.PENDING or text.reason in _UNTIL_OTHERWISE


def _new(follow_up: FollowUp, now: datetime) -> Notice:
    text = Notice(
        notification_id=follow_up.text_id,
        visit_key=follow_up.visit_key,
        patient_key=follow_up.patient_key,
        site=follow_up.site,
        about=About.FOLLOW_UP,
        recorded_at=follow_up.discharged_at,
        event_id=str(follow_up.transition_id),
        occurred_at=follow_up.discharged_at,
        care=None,
        requested_at=now,
        next_attempt_at=now,
        addressee=Addressee(Role.PATIENT, str(follow_up.transition_id)),
        recipient=_recipient(follow_up),
        correlation_id=follow_up.correlation_id,
        traceparent=follow_up.traceparent,
    )
    return announced(_in_state(text, follow_up), before=text)


def _recipient(follow_up: FollowUp) -> Recipient | None:
    return Recipient(_NOBODY_S_NAME, follow_up.number) if follow_up.number else None


def _in_state(text: Notice, follow_up: FollowUp) -> Notice:
    if not follow_up.is_wanted:
        return replace(text, state=NoticeState.WITHDRAWN, reason=Reason.CANCELLED)
    if text.recipient is None:
        return replace(text, state=NoticeState.UNDELIVERABLE, reason=Reason.NO_TELEPHONE)
    return replace(text, state=NoticeState.PENDING, reason=None)


def settle(text: Notice, leave: Leave, now: datetime) -> Notice:
    """The text before it is tried: put off, given up, or as it was if it may be sent now.

    The confirmation of an opt-out is wanted by whoever opted out, and goes at once.
    """
    if text.about is About.TEXTS_STOPPED:
        return text
    obstacle = _obstacle(text, leave, now)
    if obstacle is not None:
        return changed(text, NoticeState.WITHDRAWN, obstacle)
    if leave.protected is None:
        return replace(text, next_attempt_at=now + _HEARING_OF_IT)
    return replace(text, next_attempt_at=allowed_from(now, leave.zone, leave.sent_at))


def _obstacle(text: Notice, leave: Leave, now: datetime) -> Reason | None:
    stops = {
        Reason.CANCELLED: not leave.follow_up_stands,
        Reason.OPTED_OUT: leave.opted_out,
        Reason.PROTECTED: leave.protected is True,
        Reason.SWITCHED_OFF: not leave.switched_on,
        Reason.TOO_LATE: now > text.occurred_at + _WORTH_ASKING,
    }
    return next((reason for reason, applies in stops.items() if applies), None)


def opt_out(text: Notice) -> Notice:
    """The text when its reader wants no more of them; one on its way cannot be called back."""
    if text.state is not NoticeState.PENDING or text.in_flight:
        return text
    return changed(text, NoticeState.WITHDRAWN, Reason.OPTED_OUT)


def confirmation_of(stop_of: Notice, now: datetime) -> Notice:
    """The one text that confirms an opt-out, to whoever got `stop_of`."""
    text = replace(
        stop_of,
        notification_id=uuid5(_NAMESPACE, f"{stop_of.notification_id}/stopped"),
        about=About.TEXTS_STOPPED,
        requested_at=now,
        next_attempt_at=now,
        state=NoticeState.PENDING,
        reason=None,
        version=0,
        attempts=0,
        first_attempt_at=None,
        in_flight=False,
        maybe_told=False,
    )
    return announced(text, before=text)
