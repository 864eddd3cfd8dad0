"""What mending asks of the store of all that was received, tried on the fake and on Kafka."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from tests.support.quarantine_fakes import FakeReceivedStore, received

from adt_ingest.domain.quarantine import Received
from adt_ingest.ports import ReceivedStore
from adt_ingest.quarantine_store import TopicOfReceived
from care_chassis.clock import SystemClock
from care_chassis.errors import TransientError
from care_chassis.events import OutgoingEvent
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_devstack.ports import free_ports


class Subject(Protocol):
    """A store, and a way to fill it."""

    store: ReceivedStore

    async def fill(self, *held: Received) -> None: ...


class Fake:
    """The fake."""

    def __init__(self) -> None:
        self._fake = FakeReceivedStore()
        self.store: ReceivedStore = self._fake

    async def fill(self, *held: Received) -> None:
        self._fake.held += held


class OnKafka:
    """The real thing."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._settings = KafkaSettings(bootstrap_servers=bootstrap)
        self._topic = topic
        self.store: ReceivedStore = TopicOfReceived(self._settings, topic)

    async def fill(self, *held: Received) -> None:
        publisher = Publisher(self._settings, "test")
        await publisher.publish([_event(one, self._topic) for one in held])
        await publisher.put(self._topic, None, b"no event at all", [])
        await publisher.stop()


def _event(one: Received, topic: str) -> OutgoingEvent:
    names = ("verdict", "site", "trigger", "answer", "reason", "place", "peer", "repairs")
    return OutgoingEvent(
        topic=topic,
        key=one.event_id,
        event_id=one.event_id,
        type="hl7.received",
        source="/test",
        subject="",
        time=one.received_at,
        data=one.data,
        extensions={"controlid": one.control_id, **{name: getattr(one, name) for name in names}},
    )


@pytest.fixture(params=["fake", "kafka"])
def subject(request: pytest.FixtureRequest) -> Subject:
    if request.param == "fake":
        return Fake()
    make_topics: Callable[..., list[str]] = request.getfixturevalue("make_topics")
    (topic,) = make_topics("received", partitions=3)
    return OnKafka(request.getfixturevalue("kafka_bootstrap"), topic)


def now() -> datetime:
    return SystemClock().now().replace(microsecond=0)


async def test_all_that_was_received_is_there_with_all_that_is_known(subject: Subject) -> None:
    held = [
        received(f"{number:032x}", received_at=now(), data=b"MSH" * number, repairs="r" * 32)
        for number in range(1, 40)
    ]
    await subject.fill(*held)
    found = [one async for one in subject.store.since(now() - timedelta(hours=1))]
    assert sorted(found, key=lambda one: one.event_id) == held


async def test_what_came_before_is_left_out(subject: Subject) -> None:
    await subject.fill(received(received_at=now()))
    assert [one async for one in subject.store.since(now() + timedelta(hours=1))] == []


async def test_an_empty_store_holds_nothing(subject: Subject) -> None:
    assert [one async for one in subject.store.since(datetime(2026, 1, 1, tzinfo=UTC))] == []


async def test_a_broker_that_is_away_is_a_transient_error() -> None:
    (port,) = free_ports(1)
    store = TopicOfReceived(KafkaSettings(bootstrap_servers=f"127.0.0.1:{port}"))
    with pytest.raises(TransientError):
        _ = [one async for one in store.since(now())]
