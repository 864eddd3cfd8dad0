"""When timers of a task are due, for every window that it may have."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.support.reminders_fakes import DUE, step, task_id, transition_id

from reminders.domain.timers import LeadRule, TimerKind, timers_of
from reminders.domain.watches import Watch


@given(st.timedeltas(-timedelta(days=2), timedelta(days=40)))
def test_due_soon_never_comes_after_the_task_is_due(window: timedelta) -> None:
    planned = step(due_at=DUE, window_opens_at=DUE - window)
    watch = Watch(task_id("visit"), transition_id("stay"), planned, is_open=True)
    instants = {timer.kind: timer.remind_at for timer in timers_of(watch, LeadRule())}
    assert instants[TimerKind.DUE_SOON] <= DUE
