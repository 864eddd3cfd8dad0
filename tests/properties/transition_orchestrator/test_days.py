"""Due rules, business days and visiting hours, from any instant in every zone of IANA."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import assume, given
from hypothesis import strategies as st

from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.due_rules import DueRule, Unit
from transition_orchestrator.domain.plan import last_slot_before
from transition_orchestrator.domain.protocol import VisitingHours

CALENDAR = BusinessCalendar()
ZONES = sorted(available_timezones())
SECOND = timedelta(seconds=1)
HOURS = VisitingHours(time(8), time(18))

instants = st.integers(0, 68 * 366 * 86_400).map(
    lambda seconds: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
zones = st.sampled_from(ZONES).map(lambda name: LocalDays(ZoneInfo(name), CALENDAR))
recent_instants = st.integers(0, 15 * 366 * 86_400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(recent_instants, zones, st.integers(0, 40), st.sampled_from(Unit))
def test_nothing_is_due_before_the_discharge_or_before_it_opens(
    discharged_at: datetime, days: LocalDays, count: int, unit: Unit
) -> None:
    rule = DueRule(count, unit)
    opens_at, due_at = rule.opens_at(discharged_at, days), rule.due_at(discharged_at, days)
    assert discharged_at - SECOND < due_at
    assert discharged_at <= opens_at <= due_at + SECOND


@given(instants, zones, st.integers(0, 2000))
def test_hours_are_elapsed_hours_in_every_zone(at: datetime, days: LocalDays, count: int) -> None:
    for before in (False, True):
        rule = DueRule(count, Unit.HOURS, before=before)
        assert abs(rule.due_at(at, days) - at) == timedelta(hours=count)


@given(instants, zones, st.integers(0, 60))
def test_a_count_of_days_ends_with_the_last_second_of_that_local_day(
    at: datetime, days: LocalDays, count: int
) -> None:
    due_at = DueRule(count, Unit.DAYS).due_at(at, days)
    day = days.date_of(at) + timedelta(days=count)
    assert days.date_of(due_at) <= day < days.date_of(due_at + SECOND)


@given(instants, zones)
def test_a_day_begins_where_no_earlier_instant_is_of_it(at: datetime, days: LocalDays) -> None:
    day = days.date_of(at)
    start = days.start_of(day)
    assert days.date_of(start) >= day > days.date_of(start - SECOND)
    assert start <= at <= days.end_of(day) + SECOND


@given(recent_instants, zones, st.integers(1, 10))
def test_business_days_count_forth_and_back_to_the_same_day(
    at: datetime, days: LocalDays, count: int
) -> None:
    day = days.date_of(at)
    found = days.calendar.business_days_after(day, count)
    assert days.calendar.business_day_before(found[-1] + timedelta(days=1), count) == found[0]
    due_at = DueRule(count, Unit.BUSINESS_DAYS).due_at(at, days)
    assert days.date_of(due_at) == found[-1]


@given(day=st.dates(date(2000, 1, 1), date(2040, 1, 1)), count=st.integers(1, 10))
def test_business_days_are_weekdays_in_order_and_none_is_left_out(day: date, count: int) -> None:
    found = CALENDAR.business_days_after(day, count)
    between = [day + timedelta(days=number) for number in range(1, (found[-1] - day).days + 1)]
    assert [one for one in between if CALENDAR.is_business_day(one)] == list(found)
    assert all(one.weekday() < 5 for one in found)


@given(recent_instants, zones)
def test_the_last_slot_is_the_end_of_visiting_hours_before_the_deadline(
    due_at: datetime, days: LocalDays
) -> None:
    slot = last_slot_before(due_at, HOURS, days)
    wall = days.wall_time_of(due_at).replace(microsecond=0)
    assert (slot is None) == (HOURS.first <= wall <= HOURS.last)
    assume(slot)
    assert slot is not None
    assert days.wall_time_of(slot) == HOURS.last
    assert timedelta(0) < due_at - slot < timedelta(hours=15)


@given(recent_instants, zones, st.integers(1, 40), st.sampled_from(Unit))
def test_a_later_anchor_is_never_due_earlier(
    at: datetime, days: LocalDays, count: int, unit: Unit
) -> None:
    for before in (False, True):
        rule = DueRule(count, unit, before=before)
        assert rule.due_at(at, days) <= rule.due_at(at + timedelta(hours=7), days)
