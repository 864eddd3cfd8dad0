"""Watches follow plans and tasks: any order and any repetition ends in the same timers."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.support.reminders_fakes import DUE, Desk, plan_of, report, step

from reminders.arm_timers import News
from reminders.domain.watches import Escalation, PlannedStep

HOUR = timedelta(hours=1)


@st.composite
def steps(draw: st.DrawFn) -> PlannedStep:
    due_at = DUE + draw(st.integers(0, 3)) * HOUR
    window = draw(st.none() | st.integers(1, 30))
    later = draw(st.none() | st.integers(1, 3))
    return step(
        due_at=due_at,
        planned=draw(st.booleans()),
        window_opens_at=None if window is None else due_at - window * HOUR,
        escalation=None if later is None else Escalation(due_at + later * HOUR, "provider"),
    )


LINES = st.dictionaries(st.sampled_from(["visit", "call"]), steps())


@st.composite
def histories(draw: st.DrawFn) -> list[News]:
    """One plan a version, and one report a version of each task: what really happened."""
    plans = [plan_of("stay", version, draw(LINES)) for version in range(1, draw(st.integers(1, 4)))]
    reports = [
        report(name, version, is_open=draw(st.booleans()))
        for name in ("visit", "call")
        for version in range(1, draw(st.integers(1, 4)))
    ]
    return [*plans, *reports]


@given(histories(), st.data())
async def test_any_order_and_any_repetition_ends_in_the_same_timers(
    history: list[News], data: st.DataObject
) -> None:
    straight, shuffled = Desk(), Desk()
    await straight.hear(*history)
    arrivals = data.draw(st.permutations(history + history[:3]))
    cut = data.draw(st.integers(0, len(arrivals)))
    await shuffled.hear(*arrivals[:cut])
    for item in arrivals[cut:]:
        await shuffled.hear(item)
    assert shuffled.fake.timers() == straight.fake.timers()
