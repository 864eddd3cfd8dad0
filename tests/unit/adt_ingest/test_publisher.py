"""The prompt publisher: after a failure it says no at once, until the broker is found again."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from tests.support.adt_ingest_fakes import FakeEvents
from tests.support.eventually import eventually

from adt_ingest.publisher import PromptPublisher
from care_chassis.errors import TransientError
from care_chassis.health import Health


@pytest.fixture
async def watched() -> AsyncGenerator[tuple[PromptPublisher, FakeEvents, Health]]:
    inner, health = FakeEvents(), Health()
    publisher = PromptPublisher(inner, health)
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(publisher.watch())
        yield publisher, inner, health
        watch.cancel()


async def test_nothing_is_tried_before_the_broker_was_found() -> None:
    inner, health = FakeEvents(), Health()
    publisher = PromptPublisher(inner, health)
    with pytest.raises(TransientError):
        await publisher.publish(())
    assert inner.attempts == 0
    assert not health.ready


async def test_a_failure_closes_the_way_and_the_watch_opens_it_again(
    watched: tuple[PromptPublisher, FakeEvents, Health],
) -> None:
    publisher, inner, health = watched
    await eventually(lambda: health.ready, every=0.001)
    inner.away = True
    with pytest.raises(TransientError):
        await publisher.publish(())
    assert not health.ready
    attempts = inner.attempts
    for _ in range(5):
        with pytest.raises(TransientError):
            await publisher.publish(())
    assert inner.attempts == attempts
    inner.away = False
    await eventually(lambda: health.ready, every=0.001)
    await publisher.publish(())
