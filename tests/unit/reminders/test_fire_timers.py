"""How timers fire: at their instant, once, with all that a reader needs."""

from datetime import timedelta
from uuid import UUID

from tests.support.manual_clock import START
from tests.support.reminders_fakes import DUE, Desk, plan, report, step, task_id, transition_id

from care_contracts.reminders import Reminder
from reminders.domain.watches import Escalation

HOUR = timedelta(hours=1)


async def test_nothing_fires_before_its_instant() -> None:
    desk = Desk()
    await desk.hear(plan(visit=step()))
    desk.clock.move_to(DUE - 4 * HOUR - timedelta(seconds=1))
    await desk.fire.fire_due()
    assert desk.said() == []
    desk.clock.advance(timedelta(seconds=1))
    await desk.fire.fire_due()
    assert desk.said() == ["reminder.due_soon"]


async def test_each_timer_fires_once() -> None:
    desk = Desk()
    await desk.hear(plan(visit=step()))
    for instant in (DUE - HOUR, DUE, DUE + HOUR, DUE + 2 * HOUR):
        desk.clock.move_to(instant)
        await desk.fire.fire_due()
    assert desk.said() == ["reminder.due_soon", "reminder.overdue"]


async def test_work_that_comes_to_be_known_late_is_overdue_at_once_and_not_due_soon() -> None:
    desk = Desk()
    desk.clock.move_to(DUE + HOUR)
    await desk.hear(plan(visit=step()))
    await desk.fire.fire_due()
    assert desk.said() == ["reminder.overdue"]


async def test_a_reminder_says_all_that_a_reader_needs() -> None:
    desk = Desk()
    await desk.hear(plan(visit=step()))
    desk.clock.move_to(DUE + timedelta(seconds=30))
    await desk.fire.fire_due()
    (event,) = desk.fake.announced()
    body = Reminder.model_validate_json(event.data)
    assert event.topic == "reminders.v1"
    assert event.key == body.patient_key == "a" * 32
    assert event.event_id == f"reminder.overdue:{body.reminder_id}:1"
    assert event.correlation_id == "the wire"
    assert event.traceparent
    assert event.time == DUE + timedelta(seconds=30)
    assert body.due_at == DUE
    assert body.remind_at == DUE + timedelta(seconds=1)
    assert UUID(str(body.task_id)) == task_id("visit")
    assert UUID(str(body.transition_id)) == transition_id("stay")


async def test_an_escalation_says_to_whom_and_no_other_reminder_does() -> None:
    desk = Desk()
    await desk.hear(plan(visit=step(escalation=Escalation(DUE + HOUR, "provider"))))
    for instant in (DUE, DUE + HOUR, DUE + 2 * HOUR):
        desk.clock.move_to(instant)
        await desk.fire.fire_due()
    bodies = [Reminder.model_validate_json(event.data) for event in desk.fake.announced()]
    assert desk.said() == ["reminder.due_soon", "reminder.overdue", "reminder.escalation"]
    assert [body.escalates_to for body in bodies] == [None, None, "provider"]
    assert bodies[2].remind_at == DUE + HOUR


async def test_work_done_before_its_escalation_is_not_escalated() -> None:
    desk = Desk()
    await desk.hear(plan(visit=step(escalation=Escalation(DUE + 2 * HOUR, "provider"))))
    desk.clock.move_to(DUE + HOUR)
    await desk.fire.fire_due()
    await desk.hear(report("visit", 2, is_open=False))
    desk.clock.advance(2 * HOUR)
    await desk.fire.fire_due()
    assert desk.said() == ["reminder.overdue"]


async def test_work_that_comes_to_be_known_after_its_escalation_is_escalated_at_once() -> None:
    desk = Desk()
    desk.clock.move_to(DUE + 2 * HOUR)
    await desk.hear(plan(visit=step(escalation=Escalation(DUE + HOUR, "provider"))))
    await desk.fire.fire_due()
    assert desk.said() == ["reminder.overdue", "reminder.escalation"]


async def test_it_rests_until_the_next_instant_on_the_wall() -> None:
    desk = Desk(rate=14_400)
    await desk.hear(plan(visit=step(due_at=START + 6 * HOUR)))
    assert await desk.fire.fire_due() == 0.5


async def test_it_never_rests_for_more_than_a_second() -> None:
    desk = Desk()
    assert await desk.fire.fire_due() == 1.0
    await desk.hear(plan(visit=step()))
    assert await desk.fire.fire_due() == 1.0


async def test_it_looks_again_at_once_while_there_may_be_more() -> None:
    desk = Desk()
    await desk.hear(plan(visit=step()))
    desk.clock.move_to(DUE)
    assert await desk.fire.fire_due() == 0.0
