"""How notices are delivered: one id over all attempts, patience, and an honest record."""

import asyncio
from datetime import timedelta

import pytest
from tests.support.notifier_fakes import (
    NoticeDesk,
    admitted,
    discharge_cancelled,
    discharged,
)

from notifier.domain.delivery import Attempt, Outcome, RetryRule
from notifier.domain.notices import NoticeState
from notifier.ports import LetterDeferredError, LetterLostError, LetterRefusedError

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def busy() -> LetterDeferredError:
    return LetterDeferredError("smtp_451")


async def killed_while_sending(desk: NoticeDesk) -> None:
    """A letter was handed over, and nobody came to record it: as a kill leaves it behind."""

    async def lose_the_database() -> None:
        desk.notebook.away = 1_000_000

    desk.mailer.meanwhile = lose_the_database
    await desk.deliver.deliver_due()
    desk.notebook.away = 0


async def test_a_notice_that_is_taken_over_is_sent() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())
    await desk.post()
    assert desk.standing() == {"encounter.admitted": NoticeState.SENT}
    assert desk.notebook.attempts() == [Attempt(1, Outcome.SENT)]


async def test_a_notice_that_is_put_off_is_tried_again_with_the_same_id() -> None:
    desk = NoticeDesk()
    desk.mailer.refusals = [busy()]
    await desk.hear(admitted())
    await desk.post()
    assert len(desk.mailer.letters) == 1
    desk.clock.advance(MINUTE)
    await desk.post()
    first, second = desk.mailer.letters
    assert first.notification_id == second.notification_id
    assert desk.notebook.attempts() == [
        Attempt(1, Outcome.DEFERRED, "smtp_451"),
        Attempt(2, Outcome.SENT),
    ]
    assert [kind for kind, _ in desk.announced()] == [
        "notification.requested",
        "notification.sent",
    ]


async def test_a_notice_that_is_refused_has_failed_at_once() -> None:
    desk = NoticeDesk()
    desk.mailer.refusals = [LetterRefusedError("smtp_550")]
    await desk.hear(admitted())
    await desk.post()
    kind, snapshot = desk.announced()[-1]
    assert (kind, snapshot.last_error, snapshot.attempts) == ("notification.failed", "smtp_550", 1)


async def test_a_notice_is_given_up_after_a_day() -> None:
    desk = NoticeDesk()
    desk.mailer.refusals = [busy() for _ in range(100)]
    await desk.hear(admitted())
    begun_at = desk.clock.now()
    while desk.standing() == {"encounter.admitted": NoticeState.PENDING}:
        await desk.post()
        desk.clock.advance(MINUTE)
    assert desk.standing() == {"encounter.admitted": NoticeState.FAILED}
    assert DAY <= desk.clock.now() - begun_at <= DAY + 62 * MINUTE
    assert 25 <= len(desk.mailer.letters) <= 40
    assert desk.announced()[-1][1].last_error == "smtp_451"


async def test_a_service_that_was_away_for_a_day_tries_all_the_same() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())
    desk.clock.advance(2 * DAY)
    desk.mailer.refusals = [busy()]
    await desk.post()
    desk.clock.advance(MINUTE)
    await desk.post()
    assert desk.standing() == {"encounter.admitted": NoticeState.SENT}


async def test_an_attempt_lost_sight_of_is_marked_unknown_and_made_again_with_the_same_id() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())
    await killed_while_sending(desk)
    await desk.post()
    assert len(desk.mailer.letters) == 1, "not before the attempt counts as lost"
    desk.clock.advance(desk.lost_after)
    await desk.post()
    first, second = desk.mailer.letters
    assert first.notification_id == second.notification_id
    assert desk.notebook.attempts() == [Attempt(1, Outcome.UNKNOWN), Attempt(2, Outcome.SENT)]


async def test_an_attempt_counts_as_lost_by_the_wall_however_fast_the_clock() -> None:
    desk = NoticeDesk(rate=14_400)
    await desk.hear(admitted())
    await killed_while_sending(desk)
    desk.clock.advance(0.9 * 14_400 * desk.lost_after)
    await desk.post()
    assert len(desk.mailer.letters) == 1
    desk.clock.advance(0.1 * 14_400 * desk.lost_after)
    await desk.post()
    assert len(desk.mailer.letters) == 2


async def test_what_is_cancelled_while_it_is_on_its_way_is_taken_back() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged())
    desk.mailer.meanwhile = lambda: desk.hear(discharge_cancelled())
    await desk.post()
    assert desk.subjects() == [
        "Notice of discharge",
        "Correction: the discharge we told you of was cancelled",
    ]


async def test_what_is_cancelled_while_it_is_put_off_is_never_sent() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged())
    desk.mailer.refusals = [busy()]
    desk.mailer.meanwhile = lambda: desk.hear(discharge_cancelled())
    await desk.post()
    desk.clock.advance(DAY)
    await desk.post()
    assert len(desk.mailer.letters) == 1
    assert desk.announced()[-1][0] == "notification.withdrawn"


async def test_what_is_cancelled_after_it_was_put_off_is_never_sent() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged())
    desk.mailer.refusals = [busy()]
    await desk.post()
    await desk.hear(discharge_cancelled())
    desk.clock.advance(DAY)
    await desk.post()
    assert len(desk.mailer.letters) == 1
    assert desk.standing() == {}


async def test_what_the_mail_server_fell_silent_over_is_taken_back_too() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged())
    desk.mailer.refusals = [LetterLostError("no_answer")]
    await desk.post()
    assert desk.notebook.attempts() == [Attempt(1, Outcome.UNKNOWN, "no_answer")]
    await desk.hear(discharge_cancelled())
    await desk.post()
    assert desk.subjects()[-1] == "Correction: the discharge we told you of was cancelled"


@pytest.mark.parametrize("cancelled_when_lost", [True, False])
async def test_what_may_have_arrived_is_taken_back(cancelled_when_lost: bool) -> None:  # noqa: FBT001 - a case of the table
    desk = NoticeDesk()
    await desk.hear(discharged())
    await killed_while_sending(desk)
    if cancelled_when_lost:
        desk.clock.advance(desk.lost_after)
        desk.mailer.refusals = [busy()]
        await desk.post()
    await desk.hear(discharge_cancelled())
    desk.clock.advance(DAY)
    await desk.post()
    assert desk.subjects()[-1] == "Correction: the discharge we told you of was cancelled"
    assert desk.standing() == {"discharge.cancelled": NoticeState.SENT}


async def test_a_letter_that_breaks_does_not_stop_the_others() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(), discharged())

    async def break_down() -> None:
        raise ZeroDivisionError

    desk.mailer.meanwhile = break_down
    await desk.post()
    assert sorted(desk.standing().values()) == [NoticeState.FAILED, NoticeState.SENT]


async def test_an_outcome_is_recorded_as_soon_as_the_database_is_back() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())

    async def lose_the_database() -> None:
        desk.notebook.away = 1

    desk.mailer.meanwhile = lose_the_database
    await desk.post()
    assert desk.notebook.away == 0
    assert len(desk.mailer.letters) == 1
    assert desk.standing() == {"encounter.admitted": NoticeState.SENT}


async def test_a_letter_on_its_way_is_recorded_before_the_service_ends() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())
    taken, released = asyncio.Event(), asyncio.Event()

    async def hold_on() -> None:
        taken.set()
        await released.wait()

    desk.mailer.meanwhile = hold_on
    async with asyncio.TaskGroup() as group:
        posting = group.create_task(desk.deliver.deliver_due())
        await taken.wait()
        posting.cancel()
        released.set()
    assert posting.cancelled()
    assert desk.standing() == {"encounter.admitted": NoticeState.SENT}


async def test_it_rests_until_the_next_attempt_is_due() -> None:
    desk = NoticeDesk(rate=600)
    assert await desk.deliver.deliver_due() == 1.0
    desk.mailer.refusals = [busy()]
    await desk.hear(admitted())
    assert await desk.deliver.deliver_due() == 0.0
    assert await desk.deliver.deliver_due() == pytest.approx(0.1)


def test_pauses_double_up_to_the_longest_and_are_spread_by_chance() -> None:
    rule = RetryRule()
    assert [rule.pause(attempts, 1.0) / MINUTE for attempts in (1, 2, 3, 7, 99)] == [
        1, 2, 4, 60, 60,
    ]  # fmt: skip
    assert rule.pause(3, 0.0) == 2 * MINUTE
