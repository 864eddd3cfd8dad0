"""Holds what happened against what was told: each is told once, and taken back if it is not so.

Notices are never planned from single messages. What a visit's history says now is held against the
notices that exist, and the difference is what is to be done.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from notifier.domain.notices import (
    Addressee,
    Notice,
    NoticeState,
    Reason,
    Recipient,
    announced,
    cancel,
    changed,
)
from notifier.domain.runs import Run

_NAMESPACE = UUID("c1b7f2de-6f0a-5b0e-8d55-2a5c7c0c9e41")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision about notices rests on beside the visit itself."""

    visit_key: str
    patient_key: str
    site: str
    recipients: Mapping[Addressee, Recipient | None]
    objected: bool
    """Whether the patient does not want anybody to be told."""
    now: datetime
    news_for: timedelta
    """How long something stays worth telling to a recipient who becomes known later."""


def reconcile(
    runs: Iterable[Run], notices: Sequence[Notice], circumstances: Circumstances
) -> list[Notice]:
    """The notices that must be new or other than they are."""
    corrections = {notice.corrects: notice for notice in notices if notice.corrects}
    after: list[Notice] = []
    for run in runs:
        here = _without_the_told(run, notices, circumstances)
        for addressee, held in _by_addressee(run, notices, here).items():
            after += _for_run(run, addressee, held, corrections, here)
    return [notice for notice in after if notice not in notices]


def _without_the_told(
    run: Run, notices: Sequence[Notice], circumstances: Circumstances
) -> Circumstances:
    """Without those who were told of it at the same address, in a role they had before."""
    told = _told(run, notices)
    recipients = {
        addressee: recipient
        for addressee, recipient in circumstances.recipients.items()
        if recipient is None or told.get(recipient.mailbox, addressee) == addressee
    }
    return replace(circumstances, recipients=recipients)


def _told(run: Run, notices: Sequence[Notice]) -> Mapping[str, Addressee]:
    """In which role each mailbox was told of something, or may have been."""
    gone = {one.corrects for one in notices if one.is_tried}
    return {
        one.recipient.mailbox: one.addressee
        for one in notices
        if one.is_tried and one.recipient and one.recipient.mailbox and _tells(one, run)
        if _still_tells(one, gone) and one.state is not NoticeState.FAILED
    }


def _by_addressee(
    run: Run, notices: Sequence[Notice], circumstances: Circumstances
) -> Mapping[Addressee, Sequence[Notice]]:
    """The notices about one thing that happened: of those to be told of it, or told once."""
    wanted = [to for to in circumstances.recipients if to.role.hears_of(run.about)]
    found: dict[Addressee, list[Notice]] = {addressee: [] for addressee in wanted}
    for notice in notices:
        if _tells(notice, run):
            found.setdefault(notice.addressee, []).append(notice)
    return found


def _tells(notice: Notice, run: Run) -> bool:
    return notice.about is run.about and run.covers(
        notice.recorded_at, notice.event_id, notice.occurred_at
    )


def _for_run(
    run: Run,
    addressee: Addressee,
    held: Sequence[Notice],
    corrections: Mapping[UUID, Notice],
    circumstances: Circumstances,
) -> list[Notice]:
    """What becomes of the notices to one addressee about one thing that happened."""
    taken_back = {
        notice.notification_id: corrections[notice.notification_id]
        for notice in held
        if notice.notification_id in corrections
    }
    if run.stands:
        return _told_once(run, addressee, held, taken_back, circumstances)
    after = [_due_again(correction, circumstances) for correction in taken_back.values()]
    for notice in held:
        if not notice.is_tried:
            after += _untried(notice, run, circumstances)
        elif notice.notification_id not in taken_back:
            after += cancel(notice, circumstances.now)
    return after


def _told_once(
    run: Run,
    addressee: Addressee,
    held: Sequence[Notice],
    taken_back: Mapping[UUID, Notice],
    circumstances: Circumstances,
) -> list[Notice]:
    """One notice tells what stands: one that was tried if there is one, and no other."""
    after = [_not_due_after_all(correction) for correction in taken_back.values()]
    gone = {item.corrects for item in taken_back.values() if item.is_tried}
    tried = [item for item in held if item.is_tried and _still_tells(item, gone)]
    untried = sorted((item for item in held if not item.is_tried), key=_preference)
    if tried:
        after += [replace(notice, revoked=False) for notice in tried]
    else:
        telling, *untried = untried or [_new(run, addressee, len(held), circumstances)]
        after += _untried(telling, run, circumstances)
    after += [changed(notice, NoticeState.WITHDRAWN, Reason.TOLD_ALREADY) for notice in untried]
    return after


def _still_tells(notice: Notice, gone: set[UUID | None]) -> bool:
    return notice.state is not NoticeState.WITHDRAWN and notice.notification_id not in gone


def _preference(notice: Notice) -> tuple[bool, UUID]:
    return notice.state is NoticeState.WITHDRAWN, notice.notification_id


def _due_again(correction: Notice, circumstances: Circumstances) -> Notice:
    if correction.is_tried or correction.state is NoticeState.PENDING:
        return correction
    due = replace(correction, next_attempt_at=circumstances.now)
    return changed(due, NoticeState.PENDING)


def _not_due_after_all(correction: Notice) -> Notice:
    """A cancellation proved to be about something else before its correction was sent."""
    if correction.is_tried:
        return correction
    return changed(correction, NoticeState.WITHDRAWN, Reason.STANDS_AGAIN)


def _new(run: Run, addressee: Addressee, told_before: int, circumstances: Circumstances) -> Notice:
    first = run.first
    about = f"{circumstances.visit_key}/{run.about}/{first.event_id}/{told_before}"
    if addressee != Addressee():
        about = f"{about}/{addressee.role}/{addressee.key}"
    return Notice(
        notification_id=uuid5(_NAMESPACE, about),
        visit_key=circumstances.visit_key,
        patient_key=circumstances.patient_key,
        site=circumstances.site,
        about=run.about,
        recorded_at=first.recorded_at,
        event_id=first.event_id,
        occurred_at=first.occurred_at,
        care=first.care,
        requested_at=circumstances.now,
        next_attempt_at=circumstances.now,
        addressee=addressee,
        correlation_id=first.correlation_id,
        traceparent=first.traceparent,
    )


def _untried(notice: Notice, run: Run, circumstances: Circumstances) -> list[Notice]:
    """A notice of which nobody has heard follows the facts freely; one not wanted never begins."""
    state, reason = _state_by_facts(notice, run, circumstances)
    if notice.version == 0 and reason in (Reason.CANCELLED, Reason.NOT_TOLD):
        return []
    begins = state is NoticeState.PENDING and notice.state is not NoticeState.PENDING
    following = replace(
        notice,
        recipient=circumstances.recipients.get(notice.addressee, notice.recipient),
        state=state,
        reason=reason,
        next_attempt_at=circumstances.now if begins else notice.next_attempt_at,
    )
    return [announced(following, before=notice)]


def _state_by_facts(
    notice: Notice, run: Run, circumstances: Circumstances
) -> tuple[NoticeState, str | None]:
    obstacle = _obstacle(notice, run, circumstances)
    if obstacle is not None:
        return NoticeState.WITHDRAWN, obstacle
    lack = _lack(circumstances.recipients[notice.addressee], circumstances)
    if lack is not None:
        return NoticeState.UNDELIVERABLE, lack
    was_undeliverable = notice.state is NoticeState.UNDELIVERABLE
    if was_undeliverable and circumstances.now > notice.occurred_at + circumstances.news_for:
        return notice.state, notice.reason
    return NoticeState.PENDING, None


def _obstacle(notice: Notice, run: Run, circumstances: Circumstances) -> Reason | None:
    """Why something is not to be told, whoever is known."""
    if not run.stands:
        return Reason.CANCELLED
    if not run.is_told:
        return Reason.NOT_TOLD
    if notice.addressee not in circumstances.recipients:
        return Reason.NOT_A_RECIPIENT
    return None if run.is_news else Reason.TOO_LATE


def _lack(recipient: Recipient | None, circumstances: Circumstances) -> Reason | None:
    """Why nobody can be told, or may be; a patient's objection goes before all else."""
    if circumstances.objected:
        return Reason.OBJECTED
    if recipient is None:
        return Reason.NOBODY_KNOWN
    return Reason.NO_ADDRESS if recipient.address is None else None
