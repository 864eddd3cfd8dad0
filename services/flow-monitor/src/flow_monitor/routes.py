"""Where records come in: every topic there is, each record taken as it is and never refused."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from care_chassis.consumption import Reaction
from care_chassis.events import Event
from care_contracts import topics
from flow_monitor.bodies import facts_of
from flow_monitor.domain.entries import Entry, Facts, Position
from flow_monitor.keep_journal import KeepJournal

_SERVICES = (
    "adt-ingest", "transition-orchestrator", "worklist", "reminders", "notifier", "flow-monitor",
)  # fmt: skip
_STORED_AT = "kafka_stored_at"
_LONGEST_TEXT = 400
"""An index takes no more than 2,700 bytes, and a character may be four of them."""
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9000, 1, 1, tzinfo=UTC)


class StoredRecord(Protocol):
    """What a Kafka client hands over; any part of it may be missing or nonsense."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


def follow_everything(keep_journal: KeepJournal) -> Reaction[Entry]:
    """The one thing this service reads: all of it."""
    return Reaction(
        group="flow-monitor",
        topics=(*topics.EVENT_TOPICS, *(topics.dead_letters_of(name) for name in _SERVICES)),
        read=read_entry,
        handle=keep_journal.keep,
        open=open_anything,
    )


def open_anything(record: StoredRecord) -> Event:
    """The event on a record, made up where the record carries none: the journal refuses nothing.

    All headers ride in `extensions`, under their own names.
    """
    headers = {
        _storable(name): _storable((value or b"").decode("utf-8", "replace"))
        for name, value in record.headers
    }
    stored_at = _instant_of(record.timestamp)
    return Event(
        event_id=headers.get("ce_id", ""),
        type=headers.get("ce_type", ""),
        source=headers.get("ce_source", ""),
        subject=headers.get("ce_subject", ""),
        time=_instant(headers.get("ce_time", "")) or stored_at,
        key=(record.key or b"").decode("utf-8", "replace"),
        data=record.value or b"",
        correlation_id=headers.get("correlation_id", ""),
        traceparent=headers.get("traceparent", ""),
        extensions=headers | {_STORED_AT: stored_at.isoformat()},
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
    )


def read_entry(event: Event) -> Entry:
    """The line of the journal that an event makes."""
    headers = {name: value for name, value in event.extensions.items() if name != _STORED_AT}
    stored_at = datetime.fromisoformat(event.extensions[_STORED_AT])
    return Entry(
        position=Position(stored_at, event.topic, event.partition, event.offset),
        type=_clipped(event.type),
        event_id=_clipped(event.event_id),
        correlation_id=_clipped(event.correlation_id),
        occurred_at=event.time,
        facts=_clean(facts_of(event.topic, headers, event.data)),
        key=_clipped(_storable(event.key)),
        headers=headers,
        digest=sha256(event.data).hexdigest(),
        payload=event.data,
    )


def _clean(facts: Facts) -> Facts:
    texts: Mapping[str, str] = {
        field.name: _clipped(_storable(value))
        for field in fields(facts)
        if isinstance(value := getattr(facts, field.name), str)
    }
    return replace(facts, **texts)  # pyright: ignore[reportArgumentType] - texts only, by the filter


def _storable(text: str) -> str:
    """The text as PostgreSQL can store it: without NUL and without halves of characters."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _clipped(text: str) -> str:
    return text[:_LONGEST_TEXT]


def _instant_of(milliseconds: int) -> datetime:
    """Kafka's timestamp; a record without one is filed under the first instant there is."""
    if not 0 <= milliseconds < _LAST.timestamp() * 1000:
        return _FIRST
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None
