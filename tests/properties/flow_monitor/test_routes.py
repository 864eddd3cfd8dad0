"""What the journal takes off the topics: everything, whatever it looks like."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from care_contracts import topics
from flow_monitor.domain.entries import Entry
from flow_monitor.routes import open_anything, read_entry


@dataclass
class Record:
    """A record as a Kafka client hands it over."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


@given(
    topic=st.sampled_from((*topics.EVENT_TOPICS, "worklist.dead.v1", "never.heard.of")),
    offset=st.integers(0, 2**62),
    timestamp=st.integers(-(2**63), 2**63 - 1),
    key=st.none() | st.binary(max_size=20),
    value=st.none() | st.binary(max_size=200),
    named=st.dictionaries(
        st.sampled_from(
            ("ce_id", "ce_type", "ce_time", "ce_source", "ce_reason", "dead_topic", "other")
        ),
        st.none() | st.binary(max_size=900),
    ),
)
def test_nothing_is_ever_refused_and_all_of_it_can_be_stored(
    topic: str,
    offset: int,
    timestamp: int,
    key: bytes | None,
    value: bytes | None,
    named: dict[str, bytes | None],
) -> None:
    record = Record(topic, 0, offset, timestamp, key, value, tuple(named.items()))
    one = read_entry(open_anything(record))
    texts = [one.type, one.event_id, one.correlation_id, *one.headers.values()]
    texts += [value for value in _texts_of(one) if isinstance(value, str)]
    assert all("\0" not in text for text in texts)
    assert all(text.encode() is not None for text in texts)
    assert all(len(text) <= 400 for text in _texts_of(one) if isinstance(text, str))
    assert one.occurred_at.tzinfo is not None
    assert one.position.stored_at.year < 9001


def _texts_of(one: Entry) -> list[object]:
    return [getattr(one.facts, name) for name in one.facts.__slots__]
