"""Whatever comes first, and however often: the same is told, and nothing is told twice."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.manual_clock import START
from tests.support.notifier_fakes import (
    BEN,
    CLINIC,
    CORA,
    EMERGENCY,
    INPATIENT,
    OBSERVATION,
    PERSON,
    NoticeDesk,
    admission_cancelled,
    admitted,
    discharge_cancelled,
    discharged,
    merged,
    objecting,
    registered,
    updated,
    with_provider,
)

from care_chassis.events import Event
from notifier.domain.notices import Notice, NoticeState, visit_of
from notifier.domain.runs import Run, runs_of
from notifier.domain.visits import Visit

BUILDERS = (
    admitted,
    registered,
    discharged,
    updated,
    admission_cancelled,
    discharge_cancelled,
)
TO_MAPLE: Mapping[str, Any] = {**INPATIENT, "discharged_to": "MG"}
STAYS: tuple[Mapping[str, Any], ...] = (INPATIENT, EMERGENCY, OBSERVATION, CLINIC, TO_MAPLE, {})
MERGER = merged("annie", "ann", event_id="merger")
PEOPLE: tuple[Mapping[str, Any], ...] = (
    PERSON,
    with_provider(),
    with_provider(BEN),
    with_provider(None),
    {**PERSON, "named_practitioners": [CORA]},
    {**PERSON, "named_practitioners": []},
    {**PERSON, **objecting()},
    {**PERSON, **objecting(withdrawn=True)},
)


@st.composite
def happenings(draw: st.DrawFn, *, naming: bool) -> Event:
    """Something that one message says; with `naming`, cancellations may say what they cancel."""
    build = draw(st.sampled_from(BUILDERS))
    minute = draw(st.integers(0, 6))
    visit = draw(st.sampled_from(["v1", "v1", "v1", "v2"]))
    patient = draw(st.sampled_from(["ann", "ann", "annie"]))
    number = draw(st.integers(0, 99))
    took_place = draw(st.none() | st.integers(0, 3)) if naming else None
    at = None if took_place is None else START - timedelta(minutes=took_place)
    return build(
        minute,
        visit=visit,
        patient=patient,
        stay=draw(st.sampled_from(STAYS)),
        person=draw(st.sampled_from(PEOPLE)),
        event_id=f"{number:02} {build.__name__} {minute} {visit} {patient}",
        occurred_at=at,
    )


def histories(*, naming: bool) -> st.SearchStrategy[list[Event]]:
    events = st.lists(
        happenings(naming=naming), min_size=1, max_size=8, unique_by=lambda event: event.event_id
    )
    mergers = st.lists(st.just(MERGER), max_size=1)
    return st.builds(list[Event].__add__, events, mergers)


def runs(desk: NoticeDesk) -> dict[Visit, list[Run]]:
    return {visit: runs_of(visit) for visit in desk.notebook.visits()}


def notices_of(desk: NoticeDesk, visit: Visit, run: Run) -> list[Notice]:
    return [
        notice
        for notice in desk.notebook.notices()
        if visit_of(notice, desk.notebook.visits()) == visit
        and notice.about is run.about
        and notice.corrects is None
        and run.covers(notice.recorded_at, notice.event_id, notice.occurred_at)
    ]


def standing(desk: NoticeDesk) -> set[object]:
    """What stands to be told, run by run, to whom."""
    return {
        (visit, number, notice.about, notice.addressee, notice.state, notice.recipient)
        for visit, of_visit in runs(desk).items()
        for number, run in enumerate(of_visit)
        for notice in notices_of(desk, visit, run)
        if notice.state is not NoticeState.WITHDRAWN
    }


async def hear_in_batches(desk: NoticeDesk, arrivals: Sequence[Event], cuts: list[int]) -> None:
    edges = [0, *sorted(cut % (len(arrivals) + 1) for cut in cuts), len(arrivals)]
    for start, end in pairwise(edges):
        if start < end:
            await desk.hear(*arrivals[start:end])


@settings(deadline=None, max_examples=60)
@given(histories(naming=True), st.data(), st.lists(st.integers(0, 20), max_size=4))
async def test_any_order_and_any_repetition_asks_for_the_same(
    history: list[Event], data: st.DataObject, cuts: list[int]
) -> None:
    straight, shuffled = NoticeDesk(), NoticeDesk()
    await straight.hear(*history)
    arrivals = data.draw(st.permutations(history + history[:3]))
    await hear_in_batches(shuffled, arrivals, cuts)
    assert shuffled.notebook.visits() == straight.notebook.visits()
    assert standing(shuffled) == standing(straight)


async def posted_in_between(arrivals: list[Event], posts: list[bool]) -> NoticeDesk:
    """A desk that has heard all, and posted what was due after some of it, and at the end."""
    desk = NoticeDesk()
    for event, posted in zip(arrivals, posts, strict=False):
        await desk.hear(event)
        if posted:
            await desk.post()
    await desk.post()
    return desk


@settings(deadline=None, max_examples=60)
@given(histories(naming=False), st.data(), st.lists(st.booleans(), min_size=12, max_size=12))
async def test_nothing_is_told_twice_nor_left_standing_whenever_it_is_sent(
    history: list[Event], data: st.DataObject, posts: list[bool]
) -> None:
    # Two patients are told of as two until they are known to be one.
    arrivals = sorted(data.draw(st.permutations(history)), key=lambda event: event is not MERGER)
    desk = await posted_in_between(arrivals, posts)
    corrected = {notice.corrects for notice in desk.notebook.notices()}
    for visit, of_visit in runs(desk).items():
        for run in of_visit:
            sent = [
                notice
                for notice in notices_of(desk, visit, run)
                if notice.state is NoticeState.SENT
            ]
            assert len(sent) == len({notice.addressee for notice in sent})
            if not run.stands:
                assert all(notice.notification_id in corrected for notice in sent)
            else:
                assert all(notice.notification_id not in corrected for notice in sent)
    ids = [letter.notification_id for letter in desk.mailer.letters]
    assert len(ids) == len(set(ids))


@settings(deadline=None, max_examples=60)
@given(histories(naming=True), st.data(), st.lists(st.booleans(), min_size=12, max_size=12))
async def test_what_a_provider_was_told_last_is_what_stands(
    history: list[Event], data: st.DataObject, posts: list[bool]
) -> None:
    desk = await posted_in_between(data.draw(st.permutations(history)), posts)
    taken_back = {
        notice.corrects for notice in desk.notebook.notices() if notice.state is NoticeState.SENT
    }
    for visit, of_visit in runs(desk).items():
        for run in of_visit:
            believed = {
                notice.state
                for notice in notices_of(desk, visit, run)
                if notice.notification_id not in taken_back
            }
            if not run.stands:
                assert NoticeState.SENT not in believed
            elif run.is_told:
                assert believed & {NoticeState.SENT, NoticeState.UNDELIVERABLE}
