"""What patients are texted: once for each follow-up at home, by day, until they say stop."""

from datetime import timedelta
from typing import Any

import pytest
from tests.support.manual_clock import START
from tests.support.notifier_fakes import (
    INPATIENT,
    PERSON,
    TEXTS,
    NoticeDesk,
    discharged,
    home,
    key,
    merged,
    objecting,
)
from tests.support.worklist_builders import newer

from care_contracts.transitions import TransitionKind, TransitionState
from notifier.domain.delivery import Attempt, Outcome
from notifier.ports import LetterDeferredError, LetterLostError, LetterRefusedError

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NUMBER = "+12125550142"
NIGHT = START + timedelta(hours=14)
"""22:00 in New York."""
MORNING = START + timedelta(days=1)
"""08:00 there, the next day."""


def words(desk: NoticeDesk) -> list[str]:
    return [text.words for text in desk.gateway.texts]


def stands(desk: NoticeDesk) -> list[tuple[str, str | None]]:
    """How each notice was announced last."""
    last = {said.notification_id: (kind, said.last_error) for kind, said in desk.announced()}
    return list(last.values())


async def test_a_patient_who_went_home_is_texted_once() -> None:
    desk = NoticeDesk()
    await desk.plan(home("one"))
    await desk.post()
    for version in (2, 3):
        await desk.plan(newer(home("one"), version=version))
        await desk.post()
        desk.clock.advance(DAY)
    (text,) = desk.gateway.texts
    assert (text.number, text.words) == (NUMBER, TEXTS.follow_up)
    assert [kind for kind, _ in desk.announced()] == ["notification.requested", "notification.sent"]


@pytest.mark.parametrize(
    "more",
    [
        {"kind": TransitionKind.FACILITY_TRACKING},
        {"kind": TransitionKind.HOSPICE},
        {"state": TransitionState.PROVISIONAL},
        {"state": TransitionState.VOIDED},
        {"state": TransitionState.CLOSED, "flags": ["deceased"]},
        {"flags": ["suppress_patient_messages"]},
        {"disposition": "20"},
        {"disposition": "41"},
        {"discharged_at": START - 8 * DAY},
        {"retracted": True},
    ],
)
async def test_nobody_else_is(more: dict[str, Any]) -> None:
    desk = NoticeDesk()
    await desk.plan(home("one", **more))
    await desk.post()
    assert desk.gateway.texts == []
    assert desk.announced() == []


async def test_a_site_that_does_not_want_it_texts_nobody() -> None:
    desk = NoticeDesk()
    desk.sites.texts = None
    await desk.plan(home("one"))
    await desk.post()
    assert desk.gateway.texts == []
    assert desk.announced() == []


async def test_what_comes_at_night_is_sent_at_8_in_the_morning() -> None:
    desk = NoticeDesk()
    desk.clock.move_to(NIGHT)
    await desk.plan(home("one"))
    await desk.post()
    desk.clock.move_to(MORNING - timedelta(seconds=1))
    await desk.post()
    assert desk.gateway.texts == []
    desk.clock.move_to(MORNING)
    await desk.post()
    assert len(desk.gateway.texts) == 1


@pytest.mark.parametrize(
    "after",
    [
        {"state": TransitionState.VOIDED},
        {"state": TransitionState.SUPERSEDED},
        {"state": TransitionState.INTERRUPTED},
        {"state": TransitionState.CLOSED, "flags": ["deceased"]},
        {"flags": ["suppress_patient_messages"]},
    ],
)
async def test_what_waits_is_stopped_when_the_follow_up_ends(after: dict[str, Any]) -> None:
    desk = NoticeDesk()
    desk.clock.move_to(NIGHT)
    await desk.plan(home("one"))
    await desk.post()
    await desk.plan(newer(home("one"), **after))
    assert stands(desk) == [("notification.withdrawn", "cancelled")]
    desk.clock.advance(DAY)
    await desk.post()
    assert desk.gateway.texts == []


async def test_an_older_state_of_a_follow_up_brings_nothing_back() -> None:
    desk = NoticeDesk()
    await desk.plan(newer(home("one"), state=TransitionState.VOIDED), home("one"))
    await desk.plan(home("one"))
    await desk.post()
    assert desk.gateway.texts == []


async def test_a_follow_up_that_stands_again_is_texted_about_after_all() -> None:
    desk = NoticeDesk()
    desk.clock.move_to(NIGHT)
    voided = newer(home("one"), state=TransitionState.VOIDED)
    for snapshot in (home("one"), voided, newer(voided, state=TransitionState.ACTIVE)):
        await desk.plan(snapshot)
        await desk.post()
    desk.clock.move_to(MORNING)
    await desk.post()
    assert len(desk.gateway.texts) == 1


async def test_two_follow_ups_are_texted_about_on_two_days() -> None:
    desk = NoticeDesk()
    await desk.plan(home("one"), home("two"), home("other", mrn="MR2", phones=["2125550143"]))
    await desk.post()
    assert sorted(text.number for text in desk.gateway.texts) == [NUMBER, "+12125550143"]
    desk.clock.move_to(MORNING)
    await desk.post()
    assert len(desk.gateway.texts) == 3


async def test_a_week_has_at_most_three_whatever_telephone_they_go_to() -> None:
    desk = NoticeDesk()
    for number, name in enumerate(("one", "two", "three", "four")):
        desk.clock.move_to(START + number * DAY + 4 * HOUR)
        phones = [f"212555014{number}"]
        await desk.plan(home(name, phones=phones, discharged_at=START + number * DAY))
        await desk.post()
    assert len(desk.gateway.texts) == 3
    desk.clock.move_to(START + 7 * DAY - timedelta(seconds=1))
    await desk.post()
    assert len(desk.gateway.texts) == 3
    desk.clock.move_to(START + 7 * DAY)
    await desk.post()
    assert len(desk.gateway.texts) == 4


async def test_a_merged_patient_is_one() -> None:
    desk = NoticeDesk()
    await desk.plan(home("one", patient_key=key("ann")))
    await desk.post()
    await desk.hear(merged("annie", "ann"))
    await desk.plan(home("two", patient_key=key("annie"), phones=["2125550199"]))
    await desk.post()
    assert len(desk.gateway.texts) == 1


async def test_without_a_telephone_it_is_on_record_until_there_is_one() -> None:
    desk = NoticeDesk()
    await desk.plan(home("one", phones=["555-7"]))
    await desk.post()
    assert stands(desk) == [("notification.undeliverable", "no_telephone")]
    known = newer(home("one"))
    await desk.plan(known)
    await desk.post()
    assert [text.number for text in desk.gateway.texts] == [NUMBER]


@pytest.mark.parametrize("said", [{"protected": True}, objecting()])
@pytest.mark.parametrize("of_the_stay", [True, False])
async def test_a_patient_who_is_protected_is_not_texted(
    said: dict[str, Any],
    of_the_stay: bool,  # noqa: FBT001 - a case of the table
) -> None:
    desk = NoticeDesk()
    stay = {**INPATIENT, **(said if of_the_stay else {})}
    await desk.hear(discharged(0, stay=stay, person={**PERSON, **({} if of_the_stay else said)}))
    await desk.plan(home("one", patient_key=key("ann"), visit_key=key("v1")))
    await desk.post()
    assert desk.gateway.texts == []
    assert ("notification.withdrawn", "protected") in stands(desk)


async def test_nobody_is_texted_before_the_visit_was_heard_of() -> None:
    desk = NoticeDesk()
    protected = home("one", patient_key=key("ann"), visit_key=key("v1"))
    await desk.plan_ahead(protected, home("two", mrn="MR2"))
    await desk.post()
    assert desk.gateway.texts == []
    await desk.hear(discharged(0, stay={**INPATIENT, "protected": True}))
    await desk.plan(home("two", mrn="MR2"))
    desk.clock.advance(timedelta(minutes=1))
    await desk.post()
    assert len(desk.gateway.texts) == 1
    assert ("notification.withdrawn", "protected") in stands(desk)


async def test_who_says_stop_gets_one_confirmation_and_no_more_texts() -> None:
    desk = NoticeDesk()
    await desk.plan(home("one"), home("two"))
    await desk.post()
    desk.clock.move_to(NIGHT)
    assert await desk.replies.heed("(212) 555-0142", "please stop")
    assert await desk.replies.heed(NUMBER, "STOP")
    await desk.post()
    assert words(desk) == [TEXTS.follow_up, TEXTS.stopped]
    await desk.plan(home("three"))
    for _ in range(9):
        desk.clock.advance(DAY)
        await desk.post()
    assert len(desk.gateway.texts) == 2
    assert sorted(stands(desk), key=str) == [
        ("notification.sent", None),
        ("notification.sent", None),
        ("notification.withdrawn", "opted_out"),
        ("notification.withdrawn", "opted_out"),
    ]


async def test_what_waits_is_withdrawn_the_moment_its_reader_says_stop() -> None:
    desk = NoticeDesk()
    desk.clock.move_to(NIGHT)
    await desk.plan(home("one"))
    await desk.post()
    await desk.replies.heed(NUMBER, "quit")
    assert stands(desk) == [("notification.withdrawn", "opted_out")]


async def test_whom_nobody_texted_is_remembered_and_gets_no_confirmation() -> None:
    desk = NoticeDesk()
    await desk.replies.heed(NUMBER, "stop")
    await desk.plan(home("one"))
    await desk.post()
    assert desk.gateway.texts == []


async def test_stop_that_crosses_a_text_on_its_way_holds_for_the_next_attempt() -> None:
    desk = NoticeDesk()
    desk.gateway.refusals = [LetterDeferredError("http_503")]
    desk.gateway.meanwhile = lambda: desk.replies.heed(NUMBER, "stop")
    await desk.plan(home("one"))
    await desk.post()
    desk.clock.advance(HOUR)
    await desk.post()
    assert words(desk) == [TEXTS.follow_up, TEXTS.stopped]
    assert ("notification.withdrawn", "opted_out") in stands(desk)


async def test_a_follow_up_that_ends_while_its_text_is_put_off_is_texted_about_no_more() -> None:
    desk = NoticeDesk()
    desk.gateway.refusals = [LetterDeferredError("http_503")]
    voided = newer(home("one"), state=TransitionState.VOIDED)
    desk.gateway.meanwhile = lambda: desk.plan(voided)
    await desk.plan(home("one"))
    await desk.post()
    desk.clock.advance(HOUR)
    await desk.post()
    assert len(desk.gateway.texts) == 1
    assert stands(desk) == [("notification.withdrawn", "cancelled")]


async def test_a_gateway_that_is_busy_is_tried_again_under_the_same_id() -> None:
    desk = NoticeDesk()
    desk.gateway.refusals = [LetterDeferredError("http_503")]
    await desk.plan(home("one"))
    await desk.post()
    desk.clock.advance(timedelta(minutes=1))
    await desk.post()
    first, second = desk.gateway.texts
    assert first.notification_id == second.notification_id
    assert desk.notebook.attempts() == [
        Attempt(1, Outcome.DEFERRED, "http_503"),
        Attempt(2, Outcome.SENT),
    ]


async def test_retries_keep_to_the_hours_too() -> None:
    desk = NoticeDesk()
    desk.clock.move_to(NIGHT - HOUR - timedelta(seconds=30))
    desk.gateway.refusals = [LetterDeferredError("http_503")]
    await desk.plan(home("one"))
    await desk.post()
    desk.clock.advance(timedelta(minutes=1))
    await desk.post()
    assert len(desk.gateway.texts) == 1
    desk.clock.move_to(MORNING)
    await desk.post()
    assert len(desk.gateway.texts) == 2


async def test_a_text_that_may_have_arrived_counts_and_is_not_made_again_that_day() -> None:
    desk = NoticeDesk()
    desk.gateway.refusals = [LetterLostError("no_answer")]
    await desk.plan(home("one"))
    await desk.post()
    desk.clock.advance(2 * HOUR)
    await desk.post()
    assert len(desk.gateway.texts) == 1
    desk.clock.move_to(MORNING)
    await desk.post()
    first, second = desk.gateway.texts
    assert first.notification_id == second.notification_id


async def test_a_number_that_cannot_be_texted_is_a_failure_that_people_see() -> None:
    desk = NoticeDesk()
    desk.gateway.refusals = [LetterRefusedError("http_422")]
    await desk.plan(home("one"))
    await desk.post()
    desk.clock.advance(DAY)
    await desk.post()
    assert stands(desk) == [("notification.failed", "http_422")]
    assert len(desk.gateway.texts) == 1


async def test_a_site_that_switches_texts_off_stops_what_waits() -> None:
    desk = NoticeDesk()
    desk.clock.move_to(NIGHT)
    await desk.plan(home("one"))
    await desk.post()
    desk.sites.texts = None
    desk.clock.move_to(MORNING)
    await desk.post()
    assert stands(desk) == [("notification.withdrawn", "texts_switched_off")]


async def test_words_are_judged_once_more_before_they_are_sent() -> None:
    desk = NoticeDesk()
    desk.sites.texts = desk.sites.with_words("GHH Care Team: your stroke. 555-0100. Reply STOP.")
    await desk.plan(home("one"))
    await desk.post()
    assert desk.gateway.texts == []
    assert stands(desk) == [("notification.failed", "words_not_allowed")]


async def test_what_is_announced_names_neither_patient_nor_number() -> None:
    desk = NoticeDesk()
    await desk.plan(home("one"))
    await desk.post()
    await desk.replies.heed(NUMBER, "stop")
    await desk.post()
    for event in desk.notebook.announced():
        assert b"5550142" not in event.data
        assert b"Quillfeather" not in event.data
        assert "5550142" not in f"{event.key}{event.event_id}{event.subject}"
    first = desk.announced()[0][1]
    assert (first.channel, first.recipient_role, first.recipient_name) == ("text", "patient", None)
    assert first.about == "transition.opened"
