"""Work is early, in time or late; a correction judges it anew and says what it was before."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support.worklist_app import App, fresh_app
from tests.support.worklist_builders import DISCHARGED_AT, known_as, newer, step, transition

from care_contracts.transitions import Step, TransitionSnapshot
from worklist.domain.outcomes import Outcome, is_work_done
from worklist.domain.timing import Span, Timing, timing_of

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
WINDOW = Span(DISCHARGED_AT + 48 * HOUR, DISCHARGED_AT + 72 * HOUR)
EARLIER = DISCHARGED_AT - 4 * HOUR
"""The corrected discharge."""


@pytest.mark.parametrize(
    ("after", "timing"),
    [
        (48 * HOUR - SECOND, Timing.EARLY),
        (48 * HOUR, Timing.IN_TIME),
        (72 * HOUR, Timing.IN_TIME),
        (72 * HOUR + SECOND, Timing.LATE),
    ],
)
def test_both_ends_of_the_home_visit_window_are_in_time(after: timedelta, timing: Timing) -> None:
    assert timing_of(DISCHARGED_AT + after, WINDOW) is timing


def test_the_last_second_of_the_local_day_is_in_time() -> None:
    zone = ZoneInfo("America/New_York")
    due_at = datetime(2026, 5, 27, 23, 59, 59, tzinfo=zone)
    assert timing_of(due_at.astimezone(UTC), Span(None, due_at)) is Timing.IN_TIME
    midnight = datetime(2026, 5, 28, tzinfo=zone)
    assert timing_of(midnight.astimezone(UTC), Span(None, due_at)) is Timing.LATE


def test_what_ends_without_the_work_being_done_is_not_judged() -> None:
    without = {one for one in Outcome if not is_work_done(one)}
    assert without == {
        *(Outcome.REFUSED, Outcome.READMITTED, Outcome.DECEASED),
        *(Outcome.FACILITY, Outcome.UNABLE),
    }


# --- through the application


@pytest.fixture
def app() -> App:
    return fresh_app()


def visit(discharged_at: datetime = DISCHARGED_AT, **more: Any) -> Step:
    times: dict[str, Any] = {
        "window_opens_at": discharged_at + 48 * HOUR,
        "due_at": discharged_at + 72 * HOUR,
    }
    return step(known_as("one"), title="Home visit", **(times | more))


def followed() -> TransitionSnapshot:
    return transition(steps=[visit()])


async def complete(app: App, done_at: datetime, **more: Any) -> None:
    """Complete the home visit, told of at once."""
    app.clock.move_to(done_at)
    body = {"outcome": "reached-patient"} | more
    async with app.client() as client:
        answer = await client.post(
            f"/api/tasks/{visit().task_id}/complete", headers={"If-Match": "*"}, json=body
        )
    assert answer.status_code == 200, answer.text


async def shown(app: App) -> dict[str, Any]:
    """The task as REST shows it; under its transition and by itself alike."""
    async with app.client() as client:
        alone = (await client.get(f"/api/tasks/{visit().task_id}")).json()
        (item,) = (await client.get("/api/transitions")).json()["items"]
    (task,) = item["tasks"]
    names = ("timing", "timing_before", "corrected_opens_at", "corrected_due_at")
    assert [alone[name] for name in names] == [task[name] for name in names]
    return {name: task[name] for name in names}


async def explained(app: App) -> str:
    async with app.client() as client:
        path = f"/api/transitions/{known_as('one')}/explanation"
        sentences = (await client.get(path)).json()["sentences"]
    return next(one["text"] for one in sentences if one["about"] == "done:home_visit")


async def page(app: App) -> str:
    async with app.client() as client:
        return (await client.get(f"/transitions/{known_as('one')}")).text


async def test_what_is_not_done_is_not_judged(app: App) -> None:
    await app.hear(followed())
    assert set((await shown(app)).values()) == {None}
    await complete(app, WINDOW.due_at, outcome="refused", note="does not want one")
    assert (await shown(app))["timing"] is None
    assert "In time" not in await page(app)


async def test_a_visit_in_its_window_is_said_to_be_in_time(app: App) -> None:
    await app.hear(followed())
    await complete(app, WINDOW.due_at)
    assert await shown(app) == {
        "timing": "in_time",
        "timing_before": None,
        "corrected_opens_at": None,
        "corrected_due_at": None,
    }
    assert await explained(app) == (
        "Home visit was done Thu 4 Jun 2026 10:15, in time: it was to be done from "
        "Wed 3 Jun 2026 10:15 to Thu 4 Jun 2026 10:15."
    )
    assert "In time</span>" in await page(app)


async def test_work_is_judged_by_when_it_was_done_and_not_by_when_that_was_said(app: App) -> None:
    await app.hear(followed())
    done_at = WINDOW.opens_at
    assert done_at is not None
    evidence = {"done_at": (done_at - SECOND).isoformat()}
    await complete(app, WINDOW.due_at + HOUR, evidence=evidence)
    assert (await shown(app))["timing"] == "early"
    assert "Wed 3 Jun 2026 10:14:59, early:" in await explained(app)


CORRECTED = [
    visit(
        corrected_opens_at=EARLIER + 48 * HOUR,
        corrected_due_at=EARLIER + 72 * HOUR,
    ),
    visit(EARLIER),
]
"""As the orchestrator tells it where it knew of the work, and where it did not know yet."""


@pytest.mark.parametrize("told", CORRECTED, ids=["work first", "correction first"])
async def test_a_corrected_discharge_makes_a_timely_visit_late(app: App, told: Step) -> None:
    await app.hear(followed())
    await complete(app, WINDOW.due_at - HOUR)
    await app.hear(newer(followed(), discharged_at=EARLIER, steps=[told]))
    assert await shown(app) == {
        "timing": "late",
        "timing_before": "in_time",
        "corrected_opens_at": "2026-06-03T10:15:00Z",
        "corrected_due_at": "2026-06-04T10:15:00Z",
    }
    assert await explained(app) == (
        "Home visit was done Thu 4 Jun 2026 09:15, in time by what was known then. By what the "
        "hospital has said since (discharged Mon 1 Jun 2026 06:15) it was to be done from "
        "Wed 3 Jun 2026 06:15 to Thu 4 Jun 2026 06:15, and counts as late."
    )
    seen = await page(app)
    assert "Late since the hospital&#39;s correction, in time by what was known before" in seen


async def test_a_correction_that_changes_no_judgement_says_so(app: App) -> None:
    await app.hear(followed())
    await complete(app, WINDOW.due_at - 6 * HOUR)
    await app.hear(newer(followed(), discharged_at=EARLIER, steps=[CORRECTED[0]]))
    said = await shown(app)
    assert (said["timing"], said["timing_before"]) == ("in_time", None)
    assert said["corrected_due_at"] == "2026-06-04T10:15:00Z"
    assert (await explained(app)).endswith("and is in time all the same.")


async def test_a_correction_that_is_taken_back_leaves_the_first_judgement(app: App) -> None:
    await app.hear(followed())
    await complete(app, WINDOW.due_at - HOUR)
    moved = newer(followed(), discharged_at=EARLIER, steps=[CORRECTED[0]])
    await app.hear(moved)
    await app.hear(newer(moved, discharged_at=DISCHARGED_AT, steps=[visit()]))
    said = await shown(app)
    assert (said["timing"], said["timing_before"]) == ("in_time", None)
    assert said["corrected_due_at"] is None
