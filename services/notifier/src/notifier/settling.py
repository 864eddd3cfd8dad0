"""Decides which of the texts that are due may go now: by day, seldom, and wanted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from notifier.domain.notices import Notice, NoticeState
from notifier.domain.recipients import is_protected
from notifier.domain.texts import Leave, settle
from notifier.ports import Background, DeliveringWork, Institution, Sites, TextLog

_LOOKING_BACK = timedelta(days=8)
"""A week in any zone."""


async def settle_texts(
    work: DeliveringWork,
    notices: Sequence[Notice],
    backgrounds: Mapping[UUID, Background],
    sites: Sites,
    now: datetime,
) -> list[Notice]:
    """The notices, the texts among them put off or given up where they may not be sent now."""
    texts = [one for one in notices if one.is_text and one.state is NoticeState.PENDING]
    if not texts:
        return list(notices)
    logs = await work.texting_of(texts, now - _LOOKING_BACK)
    settled: dict[UUID, Notice] = {}
    for text in texts:
        sent_beside = sum(_shares(text, other) for other in settled.values() if _goes(other, now))
        leave = _leave(
            logs[text.notification_id],
            backgrounds.get(text.notification_id),
            sites.institution(text.site),
            (now,) * sent_beside,
        )
        settled[text.notification_id] = settle(text, leave, now)
    return [settled.get(one.notification_id, one) for one in notices]


def _goes(text: Notice, now: datetime) -> bool:
    return text.state is NoticeState.PENDING and text.next_attempt_at <= now


def _shares(text: Notice, other: Notice) -> bool:
    """Whether two texts reach the same patient, or the same telephone."""
    return text.patient_key == other.patient_key or text.recipient == other.recipient


def _leave(
    log: TextLog,
    background: Background | None,
    institution: Institution,
    sent_beside: tuple[datetime, ...],
) -> Leave:
    return Leave(
        follow_up_stands=log.follow_up_stands,
        switched_on=institution.texts is not None,
        opted_out=log.opted_out,
        protected=is_protected(background.person.facts, background.visit.facts)
        if background
        else None,
        zone=institution.zone,
        sent_at=log.sent_at + sent_beside,
    )
