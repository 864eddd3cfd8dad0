"""How a notice is announced in `notifications.v1`: its state, without patient or address."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from prometheus_client import Counter

from care_chassis.events import OutgoingEvent
from care_contracts import topics
from care_contracts.notifications import (
    NotificationEventType,
    NotificationSnapshot,
    NotificationState,
)
from notifier.domain.notices import Notice, NoticeState

_SOURCE = "notifier"
_TYPES = {
    NoticeState.PENDING: NotificationEventType.REQUESTED,
    NoticeState.SENT: NotificationEventType.SENT,
    NoticeState.FAILED: NotificationEventType.FAILED,
    NoticeState.UNDELIVERABLE: NotificationEventType.UNDELIVERABLE,
    NoticeState.WITHDRAWN: NotificationEventType.WITHDRAWN,
}
_NOTICES = Counter("care_notifier_notices_total", "Notices announced.", ["about", "state"])


def announcements(
    changed: Iterable[Notice], held: Iterable[Notice], now: datetime
) -> Sequence[OutgoingEvent]:
    """The events about those notices whose version has grown."""
    versions = {notice.notification_id: notice.version for notice in held}
    return [
        _announcement(notice, now)
        for notice in changed
        if notice.version > versions.get(notice.notification_id, 0)
    ]


def _announcement(notice: Notice, now: datetime) -> OutgoingEvent:
    kind = _TYPES[notice.state]
    body = NotificationSnapshot(
        notification_id=notice.notification_id,
        version=notice.version,
        site=notice.site,
        patient_key=notice.patient_key,
        visit_key=notice.visit_key,
        about=notice.about,
        recipient_role=notice.addressee.role,
        recipient_name=notice.recipient.name if notice.recipient and not notice.is_text else None,
        channel="text" if notice.is_text else "email",
        state=NotificationState(notice.state),
        attempts=notice.attempts,
        last_error=notice.reason,
        changed_at=now,
    )
    _NOTICES.labels(notice.about, notice.state).inc()
    return OutgoingEvent(
        topic=topics.NOTIFICATIONS,
        key=notice.patient_key,
        event_id=f"{kind}:{notice.notification_id}:{notice.version}",
        type=kind,
        source=_SOURCE,
        subject=str(notice.notification_id),
        time=now,
        data=body.to_json(),
        correlation_id=notice.correlation_id,
        traceparent=notice.traceparent,
    )
