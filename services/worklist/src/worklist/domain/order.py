"""In which order tasks want doing (D-15), and how pressing each one is.

Due soonest first puts the overdue before today's and today's before what is to come. Many tasks of
a day are due at the same instant, its end: there AMA discharges and high LACE scores go first.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_AMA_FIRST = 100
_AMBER_SHARE = 0.25


class Pressure(StrEnum):
    """How much of a task's time is left."""

    OVERDUE = "overdue"
    SOON = "soon"
    CALM = "calm"


class Due(StrEnum):
    """When a task is due, seen from now, on the calendar of the discharging site."""

    OVERDUE = "overdue"
    TODAY = "today"
    UPCOMING = "upcoming"


def rank(*, ama: bool, lace: int | None) -> int:
    """Which of two tasks due at the same instant goes first: the smaller number."""
    return -((_AMA_FIRST if ama else 0) + (lace or 0))


def is_overdue(due_at: datetime, now: datetime) -> bool:
    """A deadline's own instant is still in time."""
    return now > due_at


def end_of_today(now: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the site's next day begins."""
    return midnight(now.astimezone(zone).date() + timedelta(days=1), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def due(due_at: datetime, now: datetime, zone: ZoneInfo) -> Due:
    """Whether a task is overdue, due today, or due later."""
    if is_overdue(due_at, now):
        return Due.OVERDUE
    return Due.TODAY if due_at < end_of_today(now, zone) else Due.UPCOMING


def pressure(due_at: datetime, since: datetime, now: datetime) -> Pressure:
    """How pressing an open task is, `since` being when its time began to run."""
    if is_overdue(due_at, now):
        return Pressure.OVERDUE
    whole = max(due_at - since, timedelta(0))
    return Pressure.SOON if due_at - now <= whole * _AMBER_SHARE else Pressure.CALM
