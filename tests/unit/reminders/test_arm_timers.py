"""How watches follow plans and tasks, and what is said of them."""

from datetime import timedelta

from tests.support.reminders_fakes import DUE, Desk, delivered, plan, report, step, task_id

from reminders.domain.timers import TimerKind
from reminders.domain.watches import Escalation

HOUR = timedelta(hours=1)


async def test_a_plan_arms_both_timers_of_every_step() -> None:
    desk = Desk()
    await desk.hear(plan(visit=step(), call=step(code="initial_contact")))
    assert len(desk.armed()) == 4


async def test_a_moved_due_time_moves_the_timers() -> None:
    desk = Desk()
    await desk.hear(plan(1, visit=step()))
    await desk.hear(plan(2, visit=step(due_at=DUE + HOUR)))
    assert desk.due_instants() == [DUE + HOUR]


async def test_a_moved_window_moves_due_soon_alone() -> None:
    desk = Desk()
    await desk.hear(plan(1, visit=step()))
    await desk.hear(plan(2, visit=step(window_opens_at=DUE - 4 * HOUR)))
    instants = {timer.kind: timer.remind_at for timer in desk.armed()}
    assert instants[TimerKind.DUE_SOON] == DUE - HOUR


async def test_a_moved_escalation_moves_alone_and_one_that_is_gone_is_disarmed() -> None:
    desk = Desk()
    for version, later in ((1, 1), (2, 2)):
        await desk.hear(
            plan(version, visit=step(escalation=Escalation(DUE + later * HOUR, "nurse")))
        )
    instants = {timer.kind: timer.remind_at for timer in desk.armed()}
    assert instants[TimerKind.ESCALATION] == DUE + 2 * HOUR
    await desk.hear(plan(3, visit=step()))
    assert {timer.kind for timer in desk.armed()} == {TimerKind.DUE_SOON, TimerKind.OVERDUE}


async def test_an_older_plan_that_comes_late_changes_nothing() -> None:
    desk = Desk()
    await desk.hear(plan(2, visit=step(due_at=DUE + HOUR)))
    await desk.hear(plan(1, visit=step(), call=step()))
    assert desk.due_instants() == [DUE + HOUR]
    assert len(desk.armed()) == 2


async def test_a_step_that_a_newer_plan_does_not_name_is_disarmed() -> None:
    desk = Desk()
    await desk.hear(plan(1, visit=step(), call=step()))
    await desk.hear(plan(2, visit=step()))
    assert {timer.task_id for timer in desk.armed()} == {task_id("visit")}


async def test_a_finished_task_is_disarmed_and_a_reopened_one_armed_again() -> None:
    desk = Desk()
    await desk.hear(plan(visit=step()), report("visit", 2, is_open=False))
    assert desk.armed() == set()
    await desk.hear(report("visit", 3, is_open=True))
    assert len(desk.armed()) == 2


async def test_a_task_finished_before_its_plan_is_heard_of_is_never_armed() -> None:
    desk = Desk()
    await desk.hear(report("visit", 5, is_open=False))
    await desk.hear(plan(visit=step()))
    assert desk.armed() == set()


async def test_an_event_seen_before_is_dropped() -> None:
    desk = Desk()
    await desk.arm.follow([delivered("one", plan(1, visit=step()))])
    await desk.arm.follow([delivered("one", plan(2, visit=step(planned=False)))])
    assert len(desk.armed()) == 2


async def test_news_of_other_things_is_passed_over() -> None:
    desk = Desk()
    await desk.hear(None)
    assert desk.armed() == set()


async def test_a_reminder_that_fired_is_not_said_again_for_the_same_due_time() -> None:
    desk = Desk()
    await desk.hear(plan(1, visit=step()))
    desk.clock.move_to(DUE + HOUR)
    await desk.fire.fire_due()
    await desk.hear(report("visit", 2, is_open=False))
    await desk.hear(report("visit", 3, is_open=True), plan(2, visit=step(code="home_visit")))
    await desk.fire.fire_due()
    assert desk.said() == ["reminder.overdue"]


async def test_a_later_due_time_is_reminded_of_anew() -> None:
    desk = Desk()
    await desk.hear(plan(1, visit=step()))
    desk.clock.move_to(DUE + HOUR)
    await desk.fire.fire_due()
    await desk.hear(plan(2, visit=step(due_at=DUE + 2 * HOUR)))
    await desk.fire.fire_due()
    desk.clock.advance(2 * HOUR)
    await desk.fire.fire_due()
    assert desk.said() == ["reminder.overdue", "reminder.due_soon", "reminder.overdue"]
