"""What every store of timers does, the one in memory and the one in PostgreSQL alike."""

import random
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from typing import Protocol

import pytest
from tests.support.manual_clock import START
from tests.support.reminders_fakes import (
    DUE,
    Desk,
    FakeStore,
    plan,
    plan_of,
    report,
    step,
    task_id,
    transition_id,
)

from care_chassis.database import Database
from reminders.arm_timers import News
from reminders.domain.timers import LeadRule, Timer, TimerState, timers_of
from reminders.domain.watches import Escalation, PlannedStep, Watch
from reminders.ports import Arming, Firing
from reminders.store import Store

FAR = DUE + timedelta(days=365)
HOUR = timedelta(hours=1)
LATER = Escalation(DUE + HOUR, "provider")


class TimerStore(Arming, Firing, Protocol):
    """All that is asked of a store of timers."""


@pytest.fixture(params=["memory", "postgresql"])
async def store(request: pytest.FixtureRequest) -> AsyncGenerator[TimerStore]:
    if request.param == "memory":
        yield FakeStore()
        return
    make_database: Callable[[str], str] = request.getfixturevalue("make_database")
    async with Database(make_database("reminders")) as database:
        async with database.transaction() as connection:
            await connection.execute("TRUNCATE plans, watches, timers, inbox, outbox")
        yield Store(database)


def watching(name: str, planned: PlannedStep | None = None, *, version: int = 0) -> Watch:
    return Watch(task_id(name), transition_id("stay"), planned, version)


async def kept(store: TimerStore, *watches: Watch) -> None:
    """Watches with the timers they should have."""
    async with store.arming() as work:
        await work.lock_watches([], [Watch(item.task_id, item.transition_id) for item in watches])
        await work.keep(watches)
        wanted = [timer for item in watches for timer in timers_of(item, LeadRule())]
        await work.settle_timers([item.task_id for item in watches], wanted)


async def armed(store: TimerStore) -> set[Timer]:
    async with store.firing() as work:
        return {item.timer for item in await work.claim(FAR, 100)}


async def test_an_event_is_new_once(store: TimerStore) -> None:
    async with store.arming() as work:
        assert await work.unseen(["a", "b", "a"], START) == {"a", "b"}
    async with store.arming() as work:
        assert await work.unseen(["b", "c"], START) == {"c"}


async def test_a_plan_is_news_only_in_a_higher_version(store: TimerStore) -> None:
    async with store.arming() as work:
        assert await work.advance([plan(2)]) == {transition_id("stay")}
    async with store.arming() as work:
        assert await work.advance([plan(2), plan_of("other", 1, {})]) == {transition_id("other")}
        assert await work.advance([plan(3)]) == {transition_id("stay")}
        assert await work.advance([]) == set()


async def test_a_task_heard_of_for_the_first_time_is_kept_blank(store: TimerStore) -> None:
    async with store.arming() as work:
        assert await work.lock_watches([], [watching("visit")]) == [watching("visit")]
    async with store.arming() as work:
        found = await work.lock_watches([transition_id("stay")], [watching("call")])
    assert {watch.task_id for watch in found} == {task_id("visit"), task_id("call")}


async def test_a_watch_comes_back_as_it_was_kept(store: TimerStore) -> None:
    planned = watching("visit", step(window_opens_at=DUE - HOUR, escalation=LATER), version=7)
    heard_of = Watch(task_id("call"), transition_id("stay"), None, 3, is_open=False)
    await kept(store, planned, heard_of)
    async with store.arming() as work:
        found = await work.lock_watches([transition_id("stay")], [])
    assert sorted(found, key=lambda watch: watch.task_version) == [heard_of, planned]


async def test_only_wanted_timers_stay_armed(store: TimerStore) -> None:
    await kept(store, watching("visit", step()), watching("call", step()))
    await kept(store, watching("visit", step(planned=False)))
    assert {timer.task_id for timer in await armed(store)} == {task_id("call")}
    await kept(store, watching("call", step(due_at=DUE + HOUR)))
    assert {timer.due_at for timer in await armed(store)} == {DUE + HOUR}


async def test_a_timer_that_is_wanted_at_another_instant_moves(store: TimerStore) -> None:
    await kept(store, watching("visit", step()))
    moved = watching("visit", step(window_opens_at=DUE - HOUR, escalation=LATER))
    await kept(store, moved)
    assert await armed(store) == set(timers_of(moved, LeadRule()))


async def test_what_is_due_is_claimed_oldest_first_with_its_step(store: TimerStore) -> None:
    late = watching("call", step(due_at=DUE - HOUR, escalation=LATER))
    await kept(store, watching("visit", step()), late, watching("other", step(due_at=FAR)))
    async with store.firing() as work:
        assert await work.claim(DUE - 6 * HOUR, 10) == []
        claimed = await work.claim(DUE - 4 * HOUR, 10)
        assert [item.timer.task_id for item in claimed] == [task_id("call"), task_id("visit")]
        assert claimed[0].step == late.step
        assert claimed[0].transition_id == transition_id("stay")


async def test_no_more_is_claimed_than_asked_for(store: TimerStore) -> None:
    await kept(store, watching("visit", step()), watching("call", step(due_at=DUE - HOUR)))
    async with store.firing() as work:
        (claimed,) = await work.claim(DUE, 1)
        assert claimed.timer.task_id == task_id("call")


async def test_two_workers_never_claim_the_same_timer(store: TimerStore) -> None:
    await kept(store, watching("visit", step()))
    async with store.firing() as first, store.firing() as second:
        assert len(await first.claim(FAR, 10)) == 2
        assert await second.claim(FAR, 10) == []


async def test_a_settled_timer_is_neither_claimed_nor_armed_again(store: TimerStore) -> None:
    visit = watching("visit", step())
    await kept(store, visit)
    due_soon, overdue = timers_of(visit, LeadRule())
    async with store.firing() as work:
        await work.claim(FAR, 10)
        await work.settle([(due_soon, TimerState.SKIPPED), (overdue, TimerState.FIRED)], FAR)
    await kept(store, watching("visit", step(planned=False)))
    await kept(store, visit)
    assert await armed(store) == set()


async def test_a_transaction_that_fails_leaves_no_trace(store: TimerStore) -> None:
    visit = watching("visit", step())
    await kept(store, visit)
    timers = timers_of(visit, LeadRule())

    async def settle_and_fail() -> None:
        async with store.firing() as work:
            await work.claim(FAR, 10)
            await work.settle([(timer, TimerState.FIRED) for timer in timers], FAR)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await settle_and_fail()
    assert await armed(store) == set(timers)


async def test_the_next_instant_is_that_of_the_first_armed_timer(store: TimerStore) -> None:
    async with store.firing() as work:
        assert await work.next_instant() is None
    visit = watching("visit", step())
    await kept(store, visit)
    due_soon, overdue = timers_of(visit, LeadRule())
    async with store.firing() as work:
        assert await work.next_instant() == due_soon.remind_at
        await work.settle([(due_soon, TimerState.FIRED)], DUE)
        assert await work.next_instant() == overdue.remind_at


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_ends_in_the_same_timers(store: TimerStore, seed: int) -> None:
    history: list[News] = [
        plan(1, visit=step(), call=step()),
        plan(2, visit=step(due_at=DUE + HOUR), call=step()),
        plan(3, visit=step(due_at=DUE + 2 * HOUR), check=step()),
        report("visit", 1),
        report("check", 1, is_open=False),
        report("check", 2),
        report("visit", 2, is_open=False),
        report("visit", 3),
    ]
    desk = Desk(store=store)
    arrivals = random.Random(seed).sample(history * 2, 2 * len(history))
    for item in arrivals:
        await desk.hear(item)
    assert {(timer.task_id, timer.due_at) for timer in await armed(store)} == {
        (task_id("visit"), DUE + 2 * HOUR),
        (task_id("check"), DUE),
    }
