"""What every store of notices does, the one in memory and the one in PostgreSQL alike."""

import random
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from tests.support.manual_clock import START
from tests.support.notifier_fakes import (
    EMERGENCY,
    PERSON,
    NoticeDesk,
    NoticeStore,
    admitted,
    delivered,
    discharge_cancelled,
    discharged,
    key,
    merged,
    registered,
    updated,
)
from tests.support.notifier_stores import KINDS, notice_store

from notifier.domain.delivery import Attempt, Outcome, begin
from notifier.domain.facts import (
    Clinician,
    ClinicianNamed,
    CliniciansNamed,
    PersonFacts,
    Stamp,
    Word,
)
from notifier.domain.notices import Addressee, Notice, NoticeState, Recipient, Role
from notifier.domain.people import Person
from notifier.domain.visits import About, Care, Visit

MINUTE = timedelta(minutes=1)
STAMP = Stamp(START, "e1")
ANN = Person(
    key("ann"),
    PersonFacts(
        family_name=Word(STAMP, "Doe"),
        given_name=Word(STAMP, None),
        primary_care_provider=ClinicianNamed(STAMP, Clinician("GP1", "Quill", "Ada", "a@b.org")),
        named_practitioners=CliniciansNamed(STAMP, (Clinician("GP2"), Clinician("GP3"))),
    ),
)
IDS = UUID("780b3f6e-d003-535d-87e4-ac3c3de9d0f5")


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest) -> AsyncGenerator[NoticeStore]:
    async with notice_store(request) as store:
        yield store


def visit_of(patient: str, visit: str = "v1") -> Visit:
    """A visit with a history, as it comes from real messages."""
    news = delivered(discharged(patient=patient, visit=visit)).body.visit
    assert news is not None
    assert news.moment is not None
    return Visit(news.visit_key, news.said_of, "GHH", news.facts, (news.moment,))


def notice(name: str = "n1", *, visit: str = "v1", patient: str = "ann") -> Notice:
    return Notice(
        notification_id=uuid5(IDS, name),
        visit_key=key(visit),
        patient_key=key(patient),
        site="GHH",
        about=About.DISCHARGE,
        recorded_at=START,
        event_id="e1",
        occurred_at=START,
        care=Care.INPATIENT,
        requested_at=START,
        next_attempt_at=START,
        recipient=Recipient("Ada Quill", "ada@example.org"),
        version=1,
        correlation_id="the wire",
    )


async def kept(store: NoticeStore, *notices: Notice) -> None:
    async with store.requesting() as work:
        await work.keep_notices(notices)


async def known(store: NoticeStore, visit: str = "v1") -> list[Notice]:
    async with store.requesting() as work:
        return await work.lock_notices([key(visit)])


async def test_an_event_is_new_once(store: NoticeStore) -> None:
    async with store.requesting() as work:
        assert await work.unseen(["a", "b", "a"], START) == {"a", "b"}
    async with store.requesting() as work:
        assert await work.unseen(["b", "c"], START) == {"c"}


async def test_a_person_comes_back_as_they_were_kept(store: NoticeStore) -> None:
    async with store.requesting() as work:
        blank = await work.lock_people([ANN.patient_key])
        assert blank.whole(ANN.patient_key) == Person(ANN.patient_key)
        await work.keep_people([ANN])
    async with store.requesting() as work:
        people = await work.lock_people([ANN.patient_key])
    assert people.whole(ANN.patient_key) == ANN


async def test_whoever_was_merged_away_leads_to_the_one_who_stands_for_them(
    store: NoticeStore,
) -> None:
    a, b, c = (Person(key(name)) for name in "abc")
    async with store.requesting() as work:
        await work.lock_people([a.patient_key, b.patient_key, c.patient_key])
        await work.keep_people([replace(a, survivor_key=b.patient_key)])
    async with store.requesting() as work:
        await work.keep_people([replace(b, survivor_key=c.patient_key)])
    async with store.requesting() as work:
        people = await work.lock_people([a.patient_key])
    assert people.whole(a.patient_key).patient_key == c.patient_key


async def test_a_visit_comes_back_as_it_was_kept(store: NoticeStore) -> None:
    visit = visit_of("ann")
    async with store.requesting() as work:
        blank = Visit(visit.visit_key, visit.said_of, "GHH")
        assert await work.lock_visits([blank]) == [blank]
        await work.keep_visits([visit])
    async with store.requesting() as work:
        assert await work.lock_visits([Visit(visit.visit_key, visit.said_of, "other")]) == [visit]
        assert await work.lock_visits([]) == []
        other = Visit(visit.visit_key, key("bob"), "GHH")
        assert await work.lock_visits([other]) == [visit, other]
        assert await work.lock_visits([], {visit.visit_key}) == [visit, other]


async def test_a_notice_comes_back_as_it_was_kept(store: NoticeStore) -> None:
    first = notice()
    second = replace(
        notice("n2"),
        about=About.DISCHARGE_CANCELLED,
        state=NoticeState.UNDELIVERABLE,
        reason="no_address",
        recipient=Recipient("Ada Quill"),
        care=None,
        corrects=first.notification_id,
    )
    third = replace(
        notice("n3"),
        addressee=Addressee(Role.NAMED_BY_PATIENT, "GP2"),
        recipient=None,
        state=NoticeState.WITHDRAWN,
        maybe_told=True,
    )
    await kept(store, first, second, third)
    assert set(await known(store)) == {first, second, third}
    tried = replace(begin(first, START, START + MINUTE), revoked=True, maybe_told=True)
    await kept(store, tried)
    assert tried in await known(store)


async def test_open_notices_are_found_by_patient_and_by_whoever_was_merged_into_them(
    store: NoticeStore,
) -> None:
    async with store.requesting() as work:
        await work.lock_people([key("ann"), key("annie"), key("bob")])
        await work.keep_people([Person(key("annie"), survivor_key=key("ann"))])
    waiting = replace(notice("n2", visit="v2", patient="annie"), state=NoticeState.UNDELIVERABLE)
    await kept(
        store,
        notice("n1", visit="v1"),
        waiting,
        replace(notice("n3", visit="v3"), attempts=1),
        replace(notice("n4", visit="v4"), state=NoticeState.WITHDRAWN),
        notice("n5", visit="v5", patient="bob"),
    )
    async with store.requesting() as work:
        assert await work.visits_in_question([key("ann")]) == {key("v1"), key("v2")}
        assert await work.visits_in_question([]) == set()


async def test_a_visit_that_was_named_with_two_numbers_is_in_question(store: NoticeStore) -> None:
    async with store.requesting() as work:
        await work.lock_people([key("ann"), key("annie"), key("bob")])
        await work.keep_people([Person(key("annie"), survivor_key=key("ann"))])
        named = [("v1", "ann"), ("v1", "annie"), ("v2", "ann"), ("v3", "bob")]
        await work.lock_visits([Visit(key(visit), key(whose), "GHH") for visit, whose in named])
    async with store.requesting() as work:
        assert await work.visits_in_question([key("annie")]) == {key("v1")}


async def test_what_is_due_is_claimed_longest_due_first(store: NoticeStore) -> None:
    later = replace(notice("n2"), next_attempt_at=START + MINUTE)
    sent = replace(notice("n3"), state=NoticeState.SENT)
    await kept(store, later, notice(), sent)
    async with store.delivering() as work:
        assert await work.claim(START - MINUTE, 10) == []
        assert await work.claim(START, 10) == [notice()]
    async with store.delivering() as work:
        assert await work.claim(START + MINUTE, 10) == [notice(), later]
    async with store.delivering() as work:
        assert await work.claim(START + MINUTE, 1) == [notice()]


async def test_two_workers_never_claim_the_same_notice(store: NoticeStore) -> None:
    await kept(store, notice())
    async with store.delivering() as first, store.delivering() as second:
        assert len(await first.claim(START, 10)) == 1
        assert await second.claim(START, 10) == []


async def test_the_background_is_that_of_the_one_who_stands_for_the_patient(
    store: NoticeStore,
) -> None:
    visit = visit_of("annie")
    async with store.requesting() as work:
        await work.lock_people([key("annie"), ANN.patient_key])
        await work.keep_people([Person(key("annie"), survivor_key=ANN.patient_key), ANN])
        await work.lock_visits([Visit(visit.visit_key, visit.said_of, "GHH")])
        await work.keep_visits([visit])
    told = notice(patient="annie")
    async with store.delivering() as work:
        background = (await work.backgrounds([told]))[told.notification_id]
    assert background.visit == replace(visit, said_of=ANN.patient_key)
    assert background.person == ANN


async def test_the_background_is_of_the_patient_and_not_of_another_with_the_number(
    store: NoticeStore,
) -> None:
    for patient in ("ann", "bob"):
        visit = visit_of(patient)
        async with store.requesting() as work:
            await work.lock_people([key(patient)])
            await work.lock_visits([Visit(visit.visit_key, visit.said_of, "GHH")])
            await work.keep_visits([visit])
    told = [notice(name, patient=name) for name in ("ann", "bob")]
    async with store.delivering() as work:
        backgrounds = await work.backgrounds(told)
    for one in told:
        assert backgrounds[one.notification_id].person.patient_key == one.patient_key
        assert backgrounds[one.notification_id].visit.said_of == one.patient_key


async def test_attempts_are_opened_and_closed(store: NoticeStore) -> None:
    tried = replace(notice(), attempts=1)
    await kept(store, tried)
    async with store.delivering() as work:
        await work.open_attempts([tried], START)
        ended = [(tried.notification_id, Attempt(1, Outcome.SENT))]
        await work.close_attempts(ended, START + MINUTE)
        assert await work.lock(tried.notification_id) == tried


async def test_the_next_instant_is_that_of_the_first_pending_notice(store: NoticeStore) -> None:
    async with store.delivering() as work:
        assert await work.next_instant() is None
    await kept(
        store,
        replace(notice("n1"), state=NoticeState.SENT),
        replace(notice("n2"), next_attempt_at=START + 2 * MINUTE),
        replace(notice("n3"), next_attempt_at=START + MINUTE),
    )
    async with store.delivering() as work:
        assert await work.next_instant() == START + MINUTE


async def test_a_transaction_that_fails_leaves_no_trace(store: NoticeStore) -> None:
    await kept(store, notice())

    async def send_and_fail() -> None:
        async with store.delivering() as work:
            await work.keep_notices([replace(notice(), state=NoticeState.SENT)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await send_and_fail()
    assert await known(store) == [notice()]


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_tells_the_same_and_nothing_twice(store: NoticeStore, seed: int) -> None:
    history = [
        registered(0, stay=EMERGENCY),
        admitted(10, person=PERSON),
        admitted(11, event_id="again"),
        discharged(60, person=PERSON, patient="annie"),
        discharge_cancelled(90),
        discharged(120),
        updated(125),
        merged("annie", "ann"),
    ]
    desk = NoticeDesk(store=store)
    for event in random.Random(seed).sample(history * 2, 2 * len(history)):
        await desk.hear(event)
    await desk.post()
    assert sorted(desk.subjects()) == [
        "Notice of a visit to the emergency department",
        "Notice of admission",
        "Notice of discharge",
    ]
