"""The prompt publisher: after a failure it says no at once, until the broker is found again."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from tests.support.adt_ingest_fakes import FakeEvents
from tests.support.eventually import eventually

from adt_ingest.publisher import PromptPublisher
from care_chassis.errors import TransientError
from care_chassis.events import OutgoingEvent
from care_chassis.health import Health


class SlowBroker(FakeEvents):
    """Holds a thousand events within the time that a publish has, and no more."""

    capacity = 100_000

    async def publish(self, events: Sequence[OutgoingEvent]) -> None:
        self.away = self.away or len(events) > 1000 or len(self.held) >= self.capacity
        await super().publish(events)


@dataclass
class Trial:
    """A prompt publisher, the broker behind it, and whether anyone listens there."""

    broker: SlowBroker = field(default_factory=SlowBroker)
    health: Health = field(default_factory=Health)
    listening: bool = True
    looks: int = 0

    def __post_init__(self) -> None:
        self.publisher = PromptPublisher(
            self.broker, self.health, reachable=self._reachable, look_every_seconds=0.001
        )

    async def _reachable(self) -> bool:
        self.looks += 1
        return self.listening


@pytest.fixture
async def watched() -> AsyncGenerator[Trial]:
    trial = Trial()
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(trial.publisher.watch())
        await eventually(lambda: trial.health.ready, every=0.001)
        yield trial
        watch.cancel()


async def test_nothing_is_tried_before_the_broker_was_found() -> None:
    trial = Trial()
    with pytest.raises(TransientError):
        await trial.publisher.publish(())
    assert trial.broker.attempts == 0
    assert not trial.health.ready


async def test_a_failure_closes_the_way_and_the_watch_opens_it_again(watched: Trial) -> None:
    watched.broker.away = True
    with pytest.raises(TransientError):
        await watched.publisher.publish(())
    assert not watched.health.ready
    attempts = watched.broker.attempts
    for _ in range(5):
        with pytest.raises(TransientError):
            await watched.publisher.publish(())
    assert watched.broker.attempts == attempts
    watched.broker.away = False
    await eventually(lambda: watched.health.ready, every=0.001)
    await watched.publisher.publish(())


async def test_who_waits_for_the_broker_goes_on_when_it_is_found_again(watched: Trial) -> None:
    watched.broker.away = True
    with pytest.raises(TransientError):
        await watched.publisher.publish(())
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(watched.publisher.until_back()) for _ in range(2)]
        attempts = watched.broker.attempts
        await eventually(lambda: watched.broker.attempts > attempts, every=0.001)
        assert not any(task.done() for task in waiting)
        waiting[0].cancel()
        await eventually(waiting[0].cancelled, every=0.001)
        assert not waiting[1].done(), "one that goes does not take the others with it"
        watched.broker.away = False
    await watched.publisher.until_back()


async def test_who_waits_for_the_broker_goes_without_it_when_the_service_stops() -> None:
    trial = Trial(listening=False)
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(trial.publisher.watch())
        waiting = group.create_task(trial.publisher.until_back())
        await eventually(lambda: trial.looks, every=0.001)
        watch.cancel()
    assert waiting.cancelled()
    with pytest.raises(asyncio.CancelledError):
        await trial.publisher.until_back()


async def test_a_broker_that_nobody_uses_is_seen_to_go(watched: Trial) -> None:
    watched.listening = False
    await eventually(lambda: not watched.health.ready, every=0.001)
    attempts = watched.broker.attempts
    with pytest.raises(TransientError):
        await watched.publisher.publish(())
    assert watched.broker.attempts == attempts


def a_days_events() -> list[OutgoingEvent]:
    """What a batch of ten thousand messages may tell of."""
    then = datetime(2026, 5, 22, tzinfo=UTC)
    return [
        OutgoingEvent("topic", "key", str(number), "tried", "/test", "", then, b"")
        for number in range(20_000)
    ]


async def test_what_is_too_much_for_one_publish_is_held_in_order(watched: Trial) -> None:
    events = a_days_events()
    await watched.publisher.publish(events)
    assert watched.broker.held == events
    assert watched.health.ready


async def test_much_is_not_held_before_all_of_it_is(watched: Trial) -> None:
    watched.broker.capacity = 5_000
    with pytest.raises(TransientError):
        await watched.publisher.publish(a_days_events())
    assert len(watched.broker.held) == 5_000
    assert not watched.health.ready
