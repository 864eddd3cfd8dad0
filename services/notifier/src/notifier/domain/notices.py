"""Notices: each thing that happened is told once, and taken back once if it proves not to be so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from notifier.domain.visits import About, Care, Place, Run

_NAMESPACE = UUID("c1b7f2de-6f0a-5b0e-8d55-2a5c7c0c9e41")


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


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is to be told; without an address nobody can be."""

    name: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one recipient. Its id is on every attempt to deliver it."""

    notification_id: UUID
    visit_key: str
    patient_key: str
    site: str
    about: About
    place: Place
    """Where what is told stands in the visit's history: by it a notice knows its run."""
    occurred_at: datetime
    care: Care | None
    requested_at: datetime
    next_attempt_at: datetime
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
    def correction_id(self) -> UUID:
        return uuid5(self.notification_id, "correction")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision about notices rests on beside the visit itself."""

    visit_key: str
    patient_key: str
    site: str
    recipient: Recipient | None
    now: datetime
    news_for: timedelta
    """How long something stays worth telling to a recipient who becomes known later."""


def reconcile(
    runs: Iterable[Run], notices: Sequence[Notice], circumstances: Circumstances
) -> list[Notice]:
    """The notices that must be new or other than they are, given what happened."""
    corrected = {notice.corrects for notice in notices}
    changed: list[Notice] = []
    for run in runs:
        held = [notice for notice in notices if _tells(notice, run)]
        for notice in held or [_new(run, circumstances)]:
            changed += _brought_up_to_date(notice, run, circumstances)
    return [
        notice
        for notice in changed
        if notice not in notices and not (notice.corrects in corrected and notice.corrects)
    ]


def _tells(notice: Notice, run: Run) -> bool:
    return notice.about is run.about and run.covers(notice.place)


def _new(run: Run, circumstances: Circumstances) -> Notice:
    about = f"{circumstances.visit_key}/{run.about}/{run.first.place.event_id}"
    return Notice(
        notification_id=uuid5(_NAMESPACE, about),
        visit_key=circumstances.visit_key,
        patient_key=circumstances.patient_key,
        site=circumstances.site,
        about=run.about,
        place=run.first.place,
        occurred_at=run.first.occurred_at,
        care=run.first.care,
        requested_at=circumstances.now,
        next_attempt_at=circumstances.now,
        correlation_id=run.first.correlation_id,
        traceparent=run.first.traceparent,
    )


def _brought_up_to_date(notice: Notice, run: Run, circumstances: Circumstances) -> list[Notice]:
    """The notice as it should be, with the correction that it needs."""
    if notice.attempts == 0:
        return _untried(notice, run, circumstances)
    if run.cancelled_at is None:
        return []
    return cancel(notice, circumstances.now)


def _untried(notice: Notice, run: Run, circumstances: Circumstances) -> list[Notice]:
    """A notice of which nobody has heard follows the facts freely; one not wanted never begins."""
    state, reason = _state_by_facts(notice, run, circumstances)
    if notice.version == 0 and reason in (Reason.CANCELLED, Reason.NOT_TOLD):
        return []
    return [
        _announced(
            replace(
                notice,
                recipient=circumstances.recipient,
                state=state,
                reason=reason,
                next_attempt_at=_first_try_at(notice, state, circumstances),
            ),
            before=notice,
        )
    ]


def _first_try_at(notice: Notice, state: NoticeState, circumstances: Circumstances) -> datetime:
    begins = state is NoticeState.PENDING and notice.state is not NoticeState.PENDING
    return circumstances.now if begins else notice.next_attempt_at


def _state_by_facts(
    notice: Notice, run: Run, circumstances: Circumstances
) -> tuple[NoticeState, str | None]:
    recipient, obstacle = circumstances.recipient, _obstacle(run)
    if obstacle is not None:
        return NoticeState.WITHDRAWN, obstacle
    if recipient is None or recipient.address is None:
        reason = Reason.NOBODY_KNOWN if recipient is None else Reason.NO_ADDRESS
        return NoticeState.UNDELIVERABLE, reason
    was_undeliverable = notice.state is NoticeState.UNDELIVERABLE
    if was_undeliverable and circumstances.now > notice.occurred_at + circumstances.news_for:
        return notice.state, notice.reason
    return NoticeState.PENDING, None


def _obstacle(run: Run) -> Reason | None:
    """Why something is told to nobody, whoever is known."""
    if run.cancelled_at is not None:
        return Reason.CANCELLED
    if not run.is_told:
        return Reason.NOT_TOLD
    return None if run.is_news else Reason.TOO_LATE


def cancel(notice: Notice, now: datetime) -> list[Notice]:
    """What becomes of a notice that was tried when what it tells proves not to be so."""
    if notice.state is NoticeState.PENDING:
        return [replace(notice, revoked=True)] if notice.in_flight else withdraw(notice, now)
    was_told = notice.state is NoticeState.SENT
    may_be_known = was_told or (notice.state is NoticeState.FAILED and notice.maybe_told)
    return [correction_of(notice, now)] if may_be_known else []


def withdraw(notice: Notice, now: datetime) -> list[Notice]:
    """Give up a notice for being cancelled; one that may have arrived is taken back as well."""
    withdrawn = _announced(
        replace(notice, state=NoticeState.WITHDRAWN, reason=Reason.CANCELLED, in_flight=False),
        before=notice,
    )
    return [withdrawn, correction_of(notice, now)] if notice.maybe_told else [withdrawn]


def changed_state(notice: Notice, state: NoticeState, reason: str | None = None) -> Notice:
    """The notice in another state, to be announced."""
    return _announced(replace(notice, state=state, reason=reason, in_flight=False), before=notice)


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


def _announced(notice: Notice, *, before: Notice) -> Notice:
    """With the next version, if there is something to announce."""
    name = notice.recipient.name if notice.recipient else None
    name_before = before.recipient.name if before.recipient else None
    if before.version and (notice.state, name) == (before.state, name_before):
        return notice
    return replace(notice, version=notice.version + 1)
