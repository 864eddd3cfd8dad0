"""Business days, local days, due rules and visiting hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.due_rules import DueRuleError, due_rule
from transition_orchestrator.domain.plan import last_slot_before
from transition_orchestrator.domain.protocol import VisitingHours

CALENDAR = BusinessCalendar()
NEW_YORK = LocalDays(ZoneInfo("America/New_York"), CALENDAR)
HOURS = VisitingHours(time(8), time(18))


def _first_after(year: int, month: int, day: int) -> date:
    return CALENDAR.business_days_after(date(year, month, day), 1)[0]


def test_the_holidays_are_those_of_5_usc_6103() -> None:
    weekdays = (date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    off = [day for day in weekdays if day.weekday() < 5 and not CALENDAR.is_business_day(day)]
    assert [day.isoformat()[5:] for day in off] == [
        "01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26",
        "12-25",
    ]  # fmt: skip


def test_a_holiday_on_a_weekend_is_kept_on_the_weekday_beside_it() -> None:
    assert not CALENDAR.is_business_day(date(2021, 12, 31))  # New Year's Day is a Saturday
    assert CALENDAR.is_business_day(date(2022, 1, 3))
    assert not CALENDAR.is_business_day(date(2021, 7, 5))  # the Fourth is a Sunday
    assert CALENDAR.is_business_day(date(2021, 7, 6))


def test_inauguration_day_is_a_business_day() -> None:
    assert CALENDAR.is_business_day(date(2021, 1, 20))


def test_a_site_adds_and_omits_days_of_its_own() -> None:
    own = BusinessCalendar(
        extra=frozenset({date(2026, 12, 24)}), omit=frozenset({date(2026, 10, 12)})
    )
    assert not own.is_business_day(date(2026, 12, 24))
    assert own.is_business_day(date(2026, 10, 12))


def test_the_day_of_discharge_is_never_counted() -> None:
    assert _first_after(2026, 6, 10) == date(2026, 6, 11)
    assert _first_after(2026, 5, 22) == date(2026, 5, 26)  # Friday before Memorial Day


def test_hours_are_elapsed_across_daylight_saving() -> None:
    before_spring = datetime(2026, 3, 6, 23, tzinfo=UTC)  # 18:00 EST
    due = due_rule("72 hours after discharge").due_at(before_spring, NEW_YORK)
    assert due.astimezone(ZoneInfo("America/New_York")).isoformat() == "2026-03-09T19:00:00-04:00"


def test_days_end_with_their_last_local_second() -> None:
    late = datetime(2026, 7, 1, 3, 30, tzinfo=UTC)  # 30 June, 23:30 in New York
    assert due_rule("7 days after discharge").due_at(late, NEW_YORK) == datetime(
        2026, 7, 8, 3, 59, 59, tzinfo=UTC
    )


def test_a_due_rule_is_said_as_it_was_written() -> None:
    for text in ("1 business day after discharge", "72 hours after discharge"):
        assert str(due_rule(text)) == text


@pytest.mark.parametrize(
    "text", ["soon", "2 days", "2 weeks after discharge", "-1 days after discharge"]
)
def test_what_is_no_due_rule_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(DueRuleError, match="2 business days after discharge"):
        due_rule(text)


@pytest.mark.parametrize(
    ("due", "slot"),
    [
        ("2026-06-13T13:00:00-04:00", None),
        ("2026-06-13T08:00:00-04:00", None),
        ("2026-06-13T18:00:00-04:00", None),
        ("2026-06-13T18:00:01-04:00", "2026-06-13T18:00:00-04:00"),
        ("2026-06-13T23:50:00-04:00", "2026-06-13T18:00:00-04:00"),
        ("2026-06-13T03:30:00-04:00", "2026-06-12T18:00:00-04:00"),
        ("2026-06-13T07:59:59-04:00", "2026-06-12T18:00:00-04:00"),
    ],
)
def test_a_deadline_outside_visiting_hours_has_a_last_slot_before_it(
    due: str, slot: str | None
) -> None:
    expected = datetime.fromisoformat(slot) if slot else None
    assert last_slot_before(datetime.fromisoformat(due), HOURS, NEW_YORK) == expected


def test_six_months_before_the_31st_of_august_is_the_end_of_february() -> None:
    august = datetime(2026, 8, 31, 12, tzinfo=UTC)
    assert NEW_YORK.date_of(NEW_YORK.months_before(august, 6)) == date(2026, 2, 28)
