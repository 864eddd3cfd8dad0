"""When a patient may be texted: by day on their own clock, once a day, three times a week."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifier.domain.texting_hours import allowed_from

NEW_YORK = ZoneInfo("America/New_York")
SECOND = timedelta(seconds=1)


def local(day: int, hour: int = 10, minute: int = 0, *, month: int = 6) -> datetime:
    """A time of June 2026 in New York."""
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK)


def allowed(at: datetime, *sent_at: datetime) -> datetime:
    return allowed_from(at.astimezone(UTC), NEW_YORK, sent_at).astimezone(NEW_YORK)


def test_three_in_a_week_are_the_most_as_the_worked_case_says() -> None:
    path = Path(__file__).parents[2] / "data" / "worked-cases.json"
    cases: dict[str, Any] = {one["id"]: one for one in json.loads(path.read_text())["cases"]}
    inputs, expected = cases["MSG-04"]["inputs"], cases["MSG-04"]["expected"]
    zone = ZoneInfo(inputs["patient_zone"])
    sent = [
        datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=zone)
        for day in inputs["sent_local_dates"]
    ]
    request = datetime.fromisoformat(inputs["request_local"])
    next_at = allowed_from(request, zone, sent)
    assert (next_at == request) == expected["allowed"]
    assert next_at.astimezone(zone).date().isoformat() == expected["next_allowed_date"]


@pytest.mark.parametrize(
    ("at", "from_"),
    [
        (local(8, 8), local(8, 8)),
        (local(8, 20, 59) + 59 * SECOND, local(8, 20, 59) + 59 * SECOND),
        (local(8, 21), local(9, 8)),
        (local(8, 7, 59) + 59 * SECOND, local(8, 8)),
        (local(8, 0), local(8, 8)),
        (local(8, 23, 30), local(9, 8)),
    ],
)
def test_a_text_goes_from_8_until_before_21(at: datetime, from_: datetime) -> None:
    assert allowed(at) == from_


def test_the_clock_and_the_day_are_the_patient_s_own() -> None:
    at = datetime(2026, 6, 9, 1, 30, tzinfo=UTC)
    assert allowed_from(at, ZoneInfo("America/Los_Angeles"), []) == at
    assert allowed_from(at, NEW_YORK, []) == datetime(2026, 6, 9, 12, tzinfo=UTC)


def test_one_a_day_is_the_most_and_the_next_goes_in_the_morning() -> None:
    assert allowed(local(8, 20), local(8, 8)) == local(9, 8)
    assert allowed(local(8, 8), local(7, 20, 59)) == local(8, 8)


def test_a_week_rolls() -> None:
    assert allowed(local(14), local(8), local(10), local(12)) == local(15, 8)
    assert allowed(local(15), local(8), local(10), local(12)) == local(15)
    assert allowed(local(12), local(12), local(11), local(10), local(9)) == local(17, 8)


@pytest.mark.parametrize(("day", "month"), [(8, 3), (1, 11)])
def test_a_day_on_which_the_clocks_change_begins_at_8_too(day: int, month: int) -> None:
    assert allowed(local(day, 0, month=month)) == local(day, 8, month=month)
    assert allowed(local(day, 20, 59, month=month)) == local(day, 20, 59, month=month)
