"""Due rules and business days, from any instant in any zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.protocol import DueRule, Unit

CALENDAR = BusinessCalendar()
ZONES = ("America/New_York", "America/Phoenix", "Pacific/Honolulu", "America/Chicago", "Asia/Tokyo")


@given(
    discharged_at=st.integers(0, 15 * 366 * 86_400).map(
        lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    zone=st.sampled_from(ZONES),
    count=st.integers(0, 40),
    unit=st.sampled_from(Unit),
)
def test_nothing_is_due_before_the_discharge_or_before_it_opens(
    discharged_at: datetime, zone: str, count: int, unit: Unit
) -> None:
    days, rule = LocalDays(ZoneInfo(zone), CALENDAR), DueRule(count, unit)
    opens_at, due_at = rule.opens_at(discharged_at, days), rule.due_at(discharged_at, days)
    assert discharged_at <= opens_at <= due_at


@given(
    day=st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    count=st.integers(1, 10),
)
def test_business_days_are_weekdays_in_order_and_none_is_left_out(day: date, count: int) -> None:
    found = CALENDAR.business_days_after(day, count)
    between = [day + timedelta(days=number) for number in range(1, (found[-1] - day).days + 1)]
    assert [one for one in between if CALENDAR.is_business_day(one)] == list(found)
    assert all(one.weekday() < 5 for one in found)
