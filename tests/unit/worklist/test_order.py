"""Due soonest first, and what today is at a hospital."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from worklist.domain.order import Due, Pressure, due, end_of_today, is_overdue, pressure, rank

NEW_YORK = ZoneInfo("America/New_York")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 6, 5, 5, 30, tzinfo=UTC)


def test_a_deadline_s_own_instant_is_still_in_time() -> None:
    assert not is_overdue(NOW, NOW)
    assert is_overdue(NOW, NOW + timedelta(microseconds=1))


def test_the_day_is_the_site_s_own() -> None:
    at = datetime(2026, 6, 5, 6, 30, tzinfo=UTC)
    assert due(at, NOW, NEW_YORK) is Due.TODAY
    assert due(at, NOW, LOS_ANGELES) is Due.TODAY
    assert due(at + timedelta(hours=1), NOW, LOS_ANGELES) is Due.UPCOMING
    assert due(at + timedelta(hours=1), NOW, NEW_YORK) is Due.TODAY
    assert due(NOW - timedelta(seconds=1), NOW, NEW_YORK) is Due.OVERDUE


@pytest.mark.parametrize(
    ("now", "ends_at"),
    [
        ("2026-03-08T12:00:00+00:00", "2026-03-09T04:00:00+00:00"),
        ("2026-11-01T12:00:00+00:00", "2026-11-02T05:00:00+00:00"),
    ],
)
def test_days_on_which_clocks_change_end_at_midnight_too(now: str, ends_at: str) -> None:
    assert end_of_today(datetime.fromisoformat(now), NEW_YORK) == datetime.fromisoformat(ends_at)


def test_at_the_same_deadline_ama_goes_first_and_then_the_higher_score() -> None:
    ordered = [(True, 2), (False, 19), (False, 3), (False, None)]
    ranks = [rank(ama=ama, lace=lace) for ama, lace in ordered]
    assert ranks == sorted(ranks)
    assert rank(ama=True, lace=None) < rank(ama=False, lace=19)


def test_the_last_quarter_of_the_time_presses() -> None:
    since, due_at = NOW, NOW + timedelta(hours=8)
    assert pressure(due_at, since, NOW + timedelta(hours=5, minutes=59)) is Pressure.CALM
    assert pressure(due_at, since, NOW + timedelta(hours=6)) is Pressure.SOON
    assert pressure(due_at, since, due_at) is Pressure.SOON
    assert pressure(due_at, since, due_at + timedelta(seconds=1)) is Pressure.OVERDUE


def test_overdue_is_what_the_worked_case_says() -> None:
    path = Path(__file__).parents[2] / "data" / "worked-cases.json"
    cases: dict[str, Any] = {one["id"]: one for one in json.loads(path.read_text())["cases"]}
    inputs, expected = cases["MET-05"]["inputs"], cases["MET-05"]["expected"]
    now = datetime.fromisoformat(inputs["now"])
    found = [
        one["id"]
        for one in inputs["tasks"]
        if one["status"] != "completed" and is_overdue(datetime.fromisoformat(one["due"]), now)
    ]
    assert found == expected["overdue"]
