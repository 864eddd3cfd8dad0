"""Events on and off Kafka records, with the cloudevents library as the oracle."""

from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from tests.support.records import ARecord

from care_chassis.errors import PermanentError
from care_chassis.events import OutgoingEvent, headers_of, read_event


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
