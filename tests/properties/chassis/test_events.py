"""Events on and off Kafka records: what is written is read again, and no surprises."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from tests.support.records import ARecord

from care_chassis.errors import PermanentError
from care_chassis.events import Event, OutgoingEvent, headers_of, read_event

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1)


@given(event_id=TEXT, kind=TEXT, source=TEXT, subject=st.just("") | TEXT, correlation=TEXT)
def test_what_is_written_is_read_again(
    event_id: str, kind: str, source: str, subject: str, correlation: str
) -> None:
    sent = OutgoingEvent(
        topic="things.v1",
        key="key",
        event_id=event_id,
        type=kind,
        source=source,
        subject=subject,
        time=datetime(2026, 6, 1, 12, tzinfo=UTC),
        data=b"{}",
        correlation_id=correlation,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        extensions={"verdict": "fine"},
    )
    got = read_event(ARecord([*headers_of(sent)]))
    assert (got.event_id, got.type, got.source, got.subject) == (event_id, kind, source, subject)
    assert (got.time, got.correlation_id, got.traceparent) == (
        sent.time,
        correlation,
        sent.traceparent,
    )
    assert dict(got.extensions) == {"verdict": "fine"}


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
