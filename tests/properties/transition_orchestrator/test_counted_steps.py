"""Steps that count from when others are done end alike, whatever is heard first and how often."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.counted_steps import HOURS, Followup

Heard = Callable[[Followup], Awaitable[None]]
CODES = ("home_visit", "coach_call_1", "coach_call_2", "pcp_summary")


@st.composite
def stories(draw: st.DrawFn) -> list[Heard]:
    """Corrections of the discharge, and completions of steps that count from one another."""
    moved = draw(st.lists(st.integers(-9, 9), max_size=3))
    corrections = [
        partial(Followup.corrected, by=hours * HOURS, minute=minute)
        for minute, hours in enumerate(moved)
    ]
    done = draw(st.dictionaries(st.sampled_from(CODES), st.lists(st.integers(0, 300), max_size=3)))
    completions = [
        partial(Followup.done, code=code, after=hours * HOURS, version=version)
        for code, said in done.items()
        for version, hours in enumerate(said, start=2)
    ]
    return [*corrections, *completions]


async def end_of(story: Sequence[Heard]) -> dict[str, Any]:
    one = Followup()
    await one.discharged()
    for heard in story:
        await heard(one)
    (transition,) = one.ledgers.transitions
    return {step.code: _judged(step, transition.done) for step in transition.view.steps}


def _judged(step: Any, done: frozenset[str]) -> Any:
    """An open step whole; of a done one, what it is judged by."""
    if step.code not in done:
        return step
    opens_at = step.corrected_opens_at or step.window_opens_at
    due_at: datetime = step.corrected_due_at or step.due_at
    return step.state, opens_at, due_at


@settings(max_examples=100, deadline=None)
@given(stories(), st.data())
async def test_every_order_of_corrections_and_completions_ends_the_same(
    story: list[Heard], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(story))
    again = data.draw(st.lists(st.sampled_from(story), max_size=3)) if story else []
    assert await end_of(story) == await end_of([*shuffled, *again])
