"""Events on and off Kafka records, with the cloudevents library as the oracle."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from care_chassis.errors import PermanentError
from care_chassis.events import Event, OutgoingEvent, headers_of, read_event

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1)


@dataclass(frozen=True)
class ARecord:
    headers: list[tuple[str, bytes | None]]
    key: bytes | None = b"key"
    value: bytes | None = b"{}"
    topic: str = "things.v1"
    partition: int = 2
    offset: int = 7


def an_event(**changes: object) -> OutgoingEvent:
    facts: dict[str, object] = {
        "topic": "things.v1",
        "key": "key",
        "event_id": "e1",
        "type": "thing.made",
        "source": "/maker",
        "subject": "thing-1",
        "time": datetime(2026, 6, 1, 12, tzinfo=UTC),
        "data": b"{}",
        "correlation_id": "c1",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "extensions": {"verdict": "fine"},
    } | changes
    return OutgoingEvent(**facts)  # type: ignore[arg-type]


@given(event_id=TEXT, kind=TEXT, source=TEXT, subject=st.just("") | TEXT, correlation=TEXT)
def test_what_is_written_is_read_again(
    event_id: str, kind: str, source: str, subject: str, correlation: str
) -> None:
    sent = an_event(
        event_id=event_id, type=kind, source=source, subject=subject, correlation_id=correlation
    )
    got = read_event(ARecord([*headers_of(sent)]))
    assert (got.event_id, got.type, got.source, got.subject) == (event_id, kind, source, subject)
    assert (got.time, got.correlation_id, got.traceparent) == (
        sent.time,
        correlation,
        sent.traceparent,
    )
    assert dict(got.extensions) == {"verdict": "fine"}


def test_another_implementation_reads_our_headers() -> None:
    message = KafkaMessage(headers=dict(headers_of(an_event())), key=b"key", value=b'{"a": 1}')
    read = from_binary(message, JSONFormat())
    assert read.get_id() == "e1"
    assert read.get_type() == "thing.made"
    assert read.get_time() == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert read.get_subject() == "thing-1"
    assert read.get_extension("verdict") == "fine"


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        (("ce_type", None), "ce_type"),
        (("ce_type", b"\xff"), "ce_type"),
        (("ce_type", b""), "ce_type"),
        (("ce_time", b"yesterday"), "ce_time"),
        (("ce_time", b"2026-06-01T12:00:00"), "ce_time"),
        (("anything", None), "anything"),
    ],
)
def test_what_is_no_event_is_refused_by_the_name_of_its_header(
    broken: tuple[str, bytes | None], place: str
) -> None:
    headers: list[tuple[str, bytes | None]] = [*headers_of(an_event()), broken]
    with pytest.raises(PermanentError) as refused:
        read_event(ARecord(headers))
    assert refused.value.place == place


@given(
    st.lists(st.tuples(st.text(max_size=9), st.none() | st.binary(max_size=9)), max_size=6),
    st.none() | st.binary(),
)
def test_no_record_raises_anything_else(
    headers: list[tuple[str, bytes | None]], key: bytes | None
) -> None:
    try:
        event = read_event(ARecord(headers, key=key, value=None))
    except PermanentError:
        return
    assert isinstance(event, Event)
