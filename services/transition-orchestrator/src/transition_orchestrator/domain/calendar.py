"""Business days and local days of a site; the one place that knows the `holidays` library."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_SATURDAY = 5


@lru_cache(maxsize=256)
def _public_holidays(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    """Public holidays of a year with their in-lieu days and their names.

    For the United States these are the ten of 5 USC 6103 and Juneteenth, Columbus Day among them,
    Inauguration Day not (D-04).
    """
    return dict(holidays.country_holidays(country, subdiv=subdivision, years=year))


@lru_cache(maxsize=65_536)
def _end_of(zone: ZoneInfo, day: date) -> datetime:
    """The second before the next day begins, whatever clocks do around midnight.

    Where midnight is put back to the day before, it comes twice and the second one ends the day;
    where it is put back to itself, the first one does; where it is skipped, the change does.
    """
    midnight = datetime.combine(day + _DAY, time.min, zone)
    first, second = (midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    last, earlier = max(first, second) - _SECOND, min(first, second) - _SECOND
    return last if last.astimezone(zone).date() <= day else earlier


@dataclass(frozen=True, slots=True)
class DayOff:
    """A weekday that is no business day."""

    on: date
    name: str
    """Empty where the site says so itself"""


class BusinessCalendar:
    """Which days are business days: Monday to Friday, except holidays."""

    def __init__(
        self,
        country: str = "US",
        subdivision: str | None = None,
        *,
        extra: frozenset[date] = frozenset(),
        omit: frozenset[date] = frozenset(),
    ) -> None:
        self._country = country
        self._subdivision = subdivision
        self._extra = extra
        self._omit = omit

    def is_business_day(self, day: date) -> bool:
        if day.weekday() >= _SATURDAY or day in self._extra:
            return False
        public = _public_holidays(self._country, self._subdivision, day.year)
        return day in self._omit or day not in public

    def days_off_between(self, day: date, last: date) -> tuple[DayOff, ...]:
        """The weekdays from `day` to `last` that are not counted."""
        span = (day + _DAY * number for number in range((last - day).days + 1))
        weekdays = (one for one in span if one.weekday() < _SATURDAY)
        return tuple(
            DayOff(one, _public_holidays(self._country, self._subdivision, one.year).get(one, ""))
            for one in weekdays
            if not self.is_business_day(one)
        )

    def business_days_after(self, day: date, count: int) -> tuple[date, ...]:
        """The first `count` business days after `day`, which itself is never one of them."""
        found: list[date] = []
        while len(found) < count:
            day += _DAY
            if self.is_business_day(day):
                found.append(day)
        return tuple(found)

    def business_day_before(self, day: date, count: int) -> date:
        """The business day `count` before `day`, which itself is never one of them."""
        while count:
            day -= _DAY
            count -= self.is_business_day(day)
        return day


class LocalDays:
    """A site's days: its zone and its calendar."""

    def __init__(self, zone: ZoneInfo, calendar: BusinessCalendar) -> None:
        self._zone = zone
        self.calendar = calendar

    def date_of(self, instant: datetime) -> date:
        """The local date, never the UTC date."""
        return instant.astimezone(self._zone).date()

    def wall_time_of(self, instant: datetime) -> time:
        return instant.astimezone(self._zone).time()

    def at(self, day: date, wall_time: time) -> datetime:
        return datetime.combine(day, wall_time, self._zone).astimezone(UTC)

    def start_of(self, day: date) -> datetime:
        return self.at(day, time.min)

    def end_of(self, day: date) -> datetime:
        """The day's last second, which still counts: the later one where clocks repeat it."""
        return _end_of(self._zone, day)

    def end_of_next_day(self, instant: datetime) -> datetime:
        return self.end_of(self.date_of(instant) + _DAY)

    def months_before(self, instant: datetime, months: int) -> datetime:
        """The same wall time so many months earlier, or that of the month's last day."""
        local = instant.astimezone(self._zone)
        year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
        month += 1
        day = min(local.day, monthrange(year, month)[1])
        return local.replace(year=year, month=month, day=day).astimezone(UTC)
