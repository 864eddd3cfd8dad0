"""How instants read on a page: in the site's own zone, and as time left."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_HOURS_SHOWN_TO = 48 * _HOUR


@dataclass(frozen=True, slots=True)
class Shown:
    """An instant as people read it and as machines do."""

    text: str
    iso: str


class LocalTimes:
    """Shows instants as of now in one zone."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self._now = now
        self._zone = zone

    def at(self, instant: datetime) -> Shown:
        """For example `Wed 27 May, 23:59`; with the year where that is another one."""
        local = instant.astimezone(self._zone)
        year = f" {local.year}" if local.year != self._now.astimezone(self._zone).year else ""
        text = f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"
        return Shown(text, instant.astimezone(UTC).isoformat().replace("+00:00", "Z"))

    def zone_at(self, instant: datetime) -> str:
        """The zone's short name then, for example `EDT`."""
        return instant.astimezone(self._zone).strftime("%Z")

    def left(self, instant: datetime) -> str:
        """`in 5 h 12 min`, `3 h overdue`."""
        span = instant - self._now
        return f"{lasting(-span)} overdue" if span < timedelta(0) else f"in {lasting(span)}"

    def until(self, instant: datetime) -> str:
        """`in 5 h 12 min`, or `now` where it has come."""
        return f"in {lasting(instant - self._now)}" if instant > self._now else "now"


def lasting(span: timedelta) -> str:
    """A span in the one or two units that matter."""
    seconds = int(span.total_seconds())
    if seconds < _MINUTE:
        return "under a minute"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _HOURS_SHOWN_TO:
        hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
        return f"{hours} h {minutes} min" if minutes and hours < _DAY // _HOUR else f"{hours} h"
    days = seconds // _DAY
    return f"{days} days"


def on(day: date) -> str:
    """For example `27 May 2026`."""
    return f"{day.day} {day:%b} {day.year}"


def age(born_on: date, today: date) -> int:
    """Whole years."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
