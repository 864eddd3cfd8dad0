"""What every store of texts does, the one in memory and the one in PostgreSQL alike."""

import random
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.support.manual_clock import START
from tests.support.notifier_fakes import (
    TEXTS,
    NoticeDesk,
    NoticeStore,
    home,
    key,
    merged,
)
from tests.support.notifier_stores import KINDS, notice_store
from tests.support.worklist_builders import known_as, newer

from care_contracts.transitions import TransitionState
from notifier.domain.delivery import Attempt, Outcome, begin
from notifier.domain.notices import Notice, NoticeState
from notifier.domain.people import Person
from notifier.domain.texts import FollowUp, confirmation_of, follow
from notifier.ports import TextLog

NUMBER, OTHER = "+12125550142", "+12125550143"
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest) -> AsyncGenerator[NoticeStore]:
    async with notice_store(request) as store:
        yield store


def follow_up(
    name: str = "one", *, version: int = 1, patient: str = "ann", number: str = NUMBER
) -> FollowUp:
    return FollowUp(
        transition_id=known_as(name),
        version=version,
        site="GHH",
        patient_key=key(patient),
        visit_key=key(name),
        number=number,
        is_wanted=True,
        discharged_at=START,
    )


def text_of(of: FollowUp, *, asked_at: datetime = START) -> Notice:
    text = follow(of, None, asked_at)
    assert text is not None
    return text


async def kept(store: NoticeStore, *follow_ups: FollowUp) -> list[Notice]:
    """Follow-ups and the texts that they ask for."""
    texts = [
        text_of(one, asked_at=START + number * MINUTE) for number, one in enumerate(follow_ups)
    ]
    async with store.texting() as work:
        await work.keep_follow_ups(follow_ups)
        await work.keep_notices(texts)
    return texts


async def sent(store: NoticeStore, text: Notice, at: datetime, outcome: Outcome | None) -> None:
    """An attempt that began at a time, and perhaps how it ended."""
    tried = begin(text, at, at + MINUTE)
    async with store.delivering() as work:
        await work.keep_notices([tried])
        await work.open_attempts([tried], at)
        if outcome is not None:
            await work.close_attempts([(text.notification_id, Attempt(1, outcome))], at)


async def log_of(store: NoticeStore, text: Notice, *, since: datetime = START) -> TextLog:
    async with store.delivering() as work:
        return (await work.texting_of([text], since))[text.notification_id]


async def test_only_what_is_newer_is_kept(store: NoticeStore) -> None:
    first, second = follow_up("one", version=2), follow_up("two")
    async with store.texting() as work:
        assert await work.keep_follow_ups([]) == set()
        assert await work.keep_follow_ups([first]) == {first.transition_id}
        assert await work.keep_follow_ups([first, second]) == {second.transition_id}
        older = follow_up("one", version=1)
        assert await work.keep_follow_ups([older]) == set()
        newest = follow_up("one", version=3)
        assert await work.keep_follow_ups([newest]) == {first.transition_id}


async def test_a_text_comes_back_as_it_was_kept(store: NoticeStore) -> None:
    (text,) = await kept(store, follow_up())
    async with store.texting() as work:
        assert await work.lock_texts([text.notification_id, UUID(int=7)]) == [text]
        assert await work.lock_texts([]) == []


async def test_the_texts_to_a_number_come_the_last_asked_for_first(store: NoticeStore) -> None:
    one, two, _ = await kept(
        store, follow_up("one"), follow_up("two"), follow_up("other", number=OTHER)
    )
    async with store.texting() as work:
        await work.keep_notices([confirmation_of(one, START + 9 * MINUTE)])
        assert await work.texts_to(NUMBER) == [two, one]
        assert await work.texts_to("+19999999999") == []


async def test_a_number_is_opted_out_once(store: NoticeStore) -> None:
    one, other = await kept(store, follow_up("one"), follow_up("other", number=OTHER))
    async with store.texting() as work:
        assert await work.stop(NUMBER, START)
        assert not await work.stop(NUMBER, START)
    assert (await log_of(store, one)).opted_out
    assert not (await log_of(store, other)).opted_out


async def test_a_follow_up_stands_until_it_is_said_not_to(store: NoticeStore) -> None:
    (text,) = await kept(store, follow_up())
    assert await log_of(store, text) == TextLog(follow_up_stands=True, opted_out=False)
    async with store.texting() as work:
        await work.keep_follow_ups([replace(follow_up(version=2), is_wanted=False)])
    assert not (await log_of(store, text)).follow_up_stands


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        (Outcome.SENT, True),
        (Outcome.UNKNOWN, True),
        (None, True),
        (Outcome.DEFERRED, False),
        (Outcome.REFUSED, False),
    ],
)
async def test_what_arrived_or_may_have_counts(
    store: NoticeStore,
    outcome: Outcome | None,
    counts: bool,  # noqa: FBT001 - a case of the table
) -> None:
    (text,) = await kept(store, follow_up())
    await sent(store, text, START, outcome)
    assert (await log_of(store, text)).sent_at == ((START,) if counts else ())


async def test_texts_count_by_number_by_patient_and_by_who_was_merged(store: NoticeStore) -> None:
    async with store.requesting() as work:
        await work.lock_people([key("annie"), key("ann"), key("bob")])
        await work.keep_people([Person(key("annie"), survivor_key=key("ann"))])
    asked: Sequence[FollowUp] = (
        follow_up("by number", patient="bob"),
        follow_up("by patient", number="+12125550144"),
        follow_up("merged", patient="annie", number="+12125550145"),
        follow_up("of another", patient="carl", number=OTHER),
        follow_up("mine"),
    )
    *others, mine = await kept(store, *asked)
    for number, text in enumerate(others):
        await sent(store, text, START + number * MINUTE, Outcome.SENT)
    assert (await log_of(store, mine)).sent_at == (START, START + MINUTE, START + 2 * MINUTE)
    late = await log_of(store, mine, since=START + MINUTE)
    assert late.sent_at == (START + MINUTE, START + 2 * MINUTE)


async def test_a_confirmation_counts_as_no_text(store: NoticeStore) -> None:
    (text,) = await kept(store, follow_up())
    confirmation = confirmation_of(text, START)
    async with store.texting() as work:
        await work.keep_notices([confirmation])
    await sent(store, confirmation, START, Outcome.SENT)
    assert (await log_of(store, text)).sent_at == ()


async def test_a_transaction_that_fails_leaves_no_trace(store: NoticeStore) -> None:
    async def stop_and_fail() -> None:
        async with store.texting() as work:
            await work.stop(NUMBER, START)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stop_and_fail()
    async with store.texting() as work:
        assert await work.stop(NUMBER, START)


@pytest.mark.parametrize("seed", range(3))
async def test_a_story_of_texts_ends_the_same_in_every_store(store: NoticeStore, seed: int) -> None:
    desk = NoticeDesk(store=store)
    one, two = home("one", patient_key=key("ann")), home("two", patient_key=key("annie"))
    over = home("over", patient_key=key("bob"), phones=[OTHER])
    told = [one, newer(one), two, over, newer(over, state=TransitionState.VOIDED)]
    await desk.hear(merged("annie", "ann"))
    for snapshot in random.Random(seed).sample(told * 2, 2 * len(told)):
        await desk.plan(snapshot)
    await desk.post()
    desk.clock.advance(timedelta(days=1))
    await desk.post()
    assert [text.words for text in desk.gateway.texts] == [TEXTS.follow_up] * 2
    await desk.replies.heed(NUMBER, "stop")
    await desk.plan(home("three", patient_key=key("ann")))
    desk.clock.advance(timedelta(days=1))
    await desk.post()
    assert [text.words for text in desk.gateway.texts[2:]] == [TEXTS.stopped]


async def test_what_may_not_be_sent_yet_is_due_later(store: NoticeStore) -> None:
    desk = NoticeDesk(store=store)
    desk.clock.move_to(START + timedelta(hours=14))
    await desk.plan(home("one", patient_key=key("ann")))
    await desk.post()
    async with store.delivering() as work:
        assert await work.next_instant() == START + timedelta(days=1)
    async with store.texting() as work:
        (text,) = await work.texts_to(NUMBER)
    assert (text.state, text.attempts) == (NoticeState.PENDING, 0)
