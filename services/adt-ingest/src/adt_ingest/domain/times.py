"""Reads HL7's time stamps: what was written, how exactly, and which instant it means.

Offsets: the value's own wins, else the one that MSH-7 carries stands for the whole message, else
the site's zone (rulebook section 6). A wall time that a zone has twice means the first; one that it
skips counts on with the offset before the change; both are noted (D-11).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

from adt_ingest.domain.reader import DELETED
from adt_ingest.domain.remembering import remembered

_STAMP: Final = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,9}))?)?)?)?)?)?"
    r"(?:([+-])(\d\d):?(\d\d)|(Z))?",
    re.ASCII,
)

_DAY: Final = 8
_USUAL: Final = frozenset({_DAY, 12, 14})
"""Digits of a day, a minute and a second: what nearly all stamps have, and need no regex for."""
_NONE: Final = frozenset({"", DELETED})
_EARLIEST_YEAR: Final = 1850
NONEXISTENT: Final = "nonexistent_local_time"
AMBIGUOUS: Final = "ambiguous_local_time"
UNREADABLE: Final = "unreadable_time"


class Stamp(NamedTuple):
    """A time stamp as written."""

    wall: datetime
    """The first moment that the digits allow, without a zone."""
    digits: str
    """The digits of year, month and day, as many as were written."""
    timed: bool
    """Whether there was a time of day."""
    offset: timezone | None

    def covers(self, other: "Stamp") -> bool:
        """Whether `other` is a time of day within the day, month or year that this one names."""
        return other.timed and other.digits.startswith(self.digits)


@remembered(4096)
def read_stamp(text: str) -> Stamp | None:
    """The stamp that `text` holds; None where it holds none, or a day that does not exist."""
    text = text.strip()
    if len(text) in _USUAL and text.isdigit() and text.isascii():
        try:
            wall = datetime.fromisoformat(f"{text[:8]}T{text[8:]}" if len(text) > _DAY else text)
        except ValueError:  # no such day, or 24 o'clock
            return _unusual(text)
        return Stamp(wall, text[:8], timed=len(text) > _DAY, offset=None)
    return _unusual(text)


def _unusual(text: str) -> Stamp | None:
    """A stamp of any legal form."""
    found = _STAMP.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, *zone = found.groups()
    try:
        wall = datetime(int(year), int(month or 1), int(day or 1))  # noqa: DTZ001 - a wall time
        if hour:
            wall += _time_of_day(int(hour), int(minute or 0), int(second or 0), fraction)
        offset = _offset(*zone)
    except (ValueError, OverflowError):
        return None
    return Stamp(wall, f"{year}{month or ''}{day or ''}", timed=hour is not None, offset=offset)


def _time_of_day(hour: int, minute: int, second: int, fraction: str | None) -> timedelta:
    midnight_after = (hour, minute, second) == (24, 0, 0)
    if (hour > 23 and not midnight_after) or minute > 59 or second > 59:  # noqa: PLR2004 - a clock
        raise ValueError("no time of day")
    microseconds = int((fraction or "0").ljust(6, "0")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microseconds)


def _offset(
    sign: str | None, hours: str | None, minutes: str | None, zulu: str | None
) -> timezone | None:
    if not (sign and hours and minutes):
        return UTC if zulu else None
    span = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-span if sign == "-" else span)


@dataclass(slots=True)
class MessageTimes:
    """Turns one message's stamps into instants and gathers what was doubtful about them."""

    zone: tzinfo
    """The site's."""
    sent: Stamp | None = None
    """MSH-7"""
    warnings: list[str] = field(default_factory=list[str])
    latest_year: int = 9000
    """A stamp that lies beyond is a placeholder such as 99991231: nobody meant it."""

    def stamp(self, text: str) -> Stamp | None:
        """The stamp in a field's text; nothing there or a deletion is none, nonsense is noted."""
        if text in _NONE:
            return None
        stamp = read_stamp(text)
        if stamp is None or not _EARLIEST_YEAR <= stamp.wall.year <= self.latest_year:
            self.warn(UNREADABLE)
            return None
        return stamp

    def instant(self, stamp: Stamp) -> datetime:
        """The instant, in UTC. A date alone is midnight in the site's zone, whatever MSH-7 says."""
        offset = stamp.offset
        if offset is None and stamp.timed and self.sent is not None:
            offset = self.sent.offset
        instant, doubt = _instant(stamp.wall, offset or self.zone)
        if doubt:
            self.warn(doubt)
        return instant

    def first_of(self, stamps: Iterable[Stamp | None]) -> datetime | None:
        """The instant of the first stamp there is.

        If it names only a day, the time of day comes from the next one of the same day.
        """
        chosen: Stamp | None = None
        for stamp in stamps:
            if stamp is None:
                continue
            if stamp.timed and (chosen is None or chosen.covers(stamp)):
                return self.instant(stamp)
            chosen = chosen or stamp
        return self.instant(chosen) if chosen else None

    def warn(self, code: str) -> None:
        if code not in self.warnings:
            self.warnings.append(code)


@lru_cache(maxsize=4096)
def _instant(wall: datetime, zone: tzinfo) -> tuple[datetime, str]:
    """The instant of a wall time, and what is doubtful about it (D-11)."""
    before = wall.replace(tzinfo=zone).utcoffset() or timedelta()
    after = wall.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    doubt = ""
    if before != after:
        doubt = NONEXISTENT if before < after else AMBIGUOUS
    try:
        return (wall - before).replace(tzinfo=UTC), doubt
    except OverflowError:  # the first and last hours of the calendar, which UTC cannot name
        return wall.replace(tzinfo=UTC), doubt


def date_of(stamp: Stamp) -> date:
    """The day, for what is a date and no instant, such as a birth."""
    return stamp.wall.date()
