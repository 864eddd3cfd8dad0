"""Which timers a task has, and what becomes of one that is due."""

from datetime import timedelta

import pytest
from tests.support.reminders_fakes import DUE, step, task_id, transition_id

from reminders.domain.timers import LeadRule, Timer, TimerKind, TimerState, fate_of, timers_of
from reminders.domain.watches import Escalation, PlannedStep, Watch

RULE = LeadRule()
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
LATER = Escalation(DUE + HOUR, "provider")


def watching(planned: PlannedStep | None, *, is_open: bool = True) -> Watch:
    return Watch(task_id("visit"), transition_id("stay"), planned, is_open=is_open)


def instants(planned: PlannedStep) -> dict[TimerKind, Timer]:
    return {timer.kind: timer for timer in timers_of(watching(planned), RULE)}


def test_a_task_is_due_soon_four_hours_before_and_overdue_just_after() -> None:
    timers = instants(step(due_at=DUE))
    assert timers[TimerKind.DUE_SOON].remind_at == DUE - 4 * HOUR
    assert timers[TimerKind.OVERDUE].remind_at == DUE + SECOND


def test_a_short_window_gives_its_last_quarter() -> None:
    timers = instants(step(due_at=DUE, window_opens_at=DUE - 8 * HOUR))
    assert timers[TimerKind.DUE_SOON].remind_at == DUE - 2 * HOUR


def test_a_long_window_gives_no_more_than_four_hours() -> None:
    timers = instants(step(due_at=DUE, window_opens_at=DUE - 24 * HOUR))
    assert timers[TimerKind.DUE_SOON].remind_at == DUE - 4 * HOUR


def test_a_task_whose_plan_names_somebody_else_is_escalated_when_the_plan_says_so() -> None:
    escalated = step(escalation=Escalation(DUE + 24 * HOUR, "provider"))
    assert instants(escalated)[TimerKind.ESCALATION].remind_at == DUE + 24 * HOUR
    assert TimerKind.ESCALATION not in instants(step())


def test_a_withdrawn_step_has_no_timers() -> None:
    assert timers_of(watching(step(planned=False, escalation=LATER)), RULE) == ()


def test_a_finished_task_has_no_timers() -> None:
    assert timers_of(watching(step(escalation=LATER), is_open=False), RULE) == ()


def test_a_task_without_a_plan_has_no_timers() -> None:
    assert timers_of(watching(None), RULE) == ()


def test_another_due_instant_is_another_reminder() -> None:
    first, moved = instants(step(due_at=DUE)), instants(step(due_at=DUE + HOUR))
    ids = {timer.reminder_id for timer in (*first.values(), *moved.values())}
    assert len(ids) == 4
    assert instants(step(due_at=DUE)) == first


def test_due_soon_is_said_late_as_long_as_it_is_true() -> None:
    timer = instants(step(due_at=DUE))[TimerKind.DUE_SOON]
    assert fate_of(timer, DUE) is TimerState.FIRED
    assert fate_of(timer, DUE + SECOND) is TimerState.SKIPPED


@pytest.mark.parametrize("kind", [TimerKind.OVERDUE, TimerKind.ESCALATION])
def test_what_is_too_late_is_said_however_late(kind: TimerKind) -> None:
    timer = instants(step(escalation=LATER))[kind]
    assert fate_of(timer, DUE + timedelta(days=30)) is TimerState.FIRED
