"""CloudEvents 1.0 in Kafka's binary mode: how an event is read off a record and put on one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

from care_chassis.errors import PermanentError

_ATTRIBUTES = frozenset({"id", "type", "source", "subject", "time", "specversion"})
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Record(Protocol):
    """What a Kafka client hands over; any part of it may be missing or nonsense."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it came off Kafka, its body still bytes."""

    event_id: str
    type: str
    source: str
    subject: str
    time: datetime
    key: str
    data: bytes
    correlation_id: str = ""
    traceparent: str = ""
    extensions: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    topic: str = ""
    partition: int = -1
    offset: int = -1


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """An event to be published; `key` decides its partition and its place in the order."""

    topic: str
    key: str
    event_id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: bytes
    correlation_id: str = ""
    traceparent: str = ""
    extensions: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    content_type: str = "application/json"


def read_event(record: Record) -> Event:
    """The event a record carries.

    Raises PermanentError, naming the header, where the record is not a CloudEvent in binary mode.
    """
    headers = _texts(record)
    try:
        time = datetime.fromisoformat(headers.get("ce_time", ""))
    except ValueError as error:
        raise PermanentError("the time is no ISO 8601 instant", "ce_time") from error
    if time.tzinfo is None:
        raise PermanentError("the time has no offset", "ce_time")
    for name in ("ce_id", "ce_type", "ce_source"):
        if not headers.get(name):
            raise PermanentError("a required attribute is missing", name)
    return Event(
        event_id=headers["ce_id"],
        type=headers["ce_type"],
        source=headers["ce_source"],
        subject=headers.get("ce_subject", ""),
        time=time,
        key=(record.key or b"").decode("utf-8", "replace"),
        data=record.value or b"",
        correlation_id=headers.get("correlation_id", ""),
        traceparent=headers.get("traceparent", ""),
        extensions={
            name[3:]: value
            for name, value in headers.items()
            if name.startswith("ce_") and name[3:] not in _ATTRIBUTES
        },
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
    )


def _texts(record: Record) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, value in record.headers:
        if value is None:
            raise PermanentError("a header has no value", name)
        try:
            texts[name] = value.decode()
        except UnicodeDecodeError as error:
            raise PermanentError("a header is not UTF-8", name) from error
    return texts


def headers_of(event: OutgoingEvent) -> list[tuple[str, bytes]]:
    """The Kafka headers of an event, `correlation_id` and `traceparent` among them.

    Written by hand because it stands on the path of every message: the cloudevents library, which
    reads these headers in the tests as an oracle, takes ten times as long.
    """
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event.event_id.encode()),
        ("ce_type", event.type.encode()),
        ("ce_source", event.source.encode()),
        ("ce_time", _written(event.time)),
        ("content-type", event.content_type.encode()),
    ]
    optional = (
        ("ce_subject", event.subject),
        ("correlation_id", event.correlation_id),
        ("traceparent", event.traceparent),
    )
    headers.extend([(name, value.encode()) for name, value in optional if value])
    extensions = event.extensions.items()
    headers.extend([(f"ce_{name}", value.encode()) for name, value in extensions if value])
    return headers


@lru_cache(maxsize=64)
def _written(time: datetime) -> bytes:
    """An instant as CloudEvents write it; the events of a batch share theirs."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()
