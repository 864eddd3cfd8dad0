"""When a patient may be texted: by day, at most once a day and three times in a week (D-17)."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_FROM, _BEFORE = time(8), time(21)
_MOST_A_DAY = 1
_MOST_A_WEEK = 3
_WEEK = timedelta(days=7)
"""It rolls: the day at hand and the six before it."""
_UTC = ZoneInfo("UTC")


def allowed_from(at: datetime, zone: ZoneInfo, sent_at: Sequence[datetime]) -> datetime:
    """The first instant from `at` on when a text may be sent to a patient in `zone`.

    `sent_at` are the instants of the texts that this patient has, or may have, got. Dates are
    local to the patient; 08:00 is allowed and 21:00 is not (47 CFR 64.1200(a)(9)(iv) and (c)(1)).
    """
    sent_on = [instant.astimezone(zone).date() for instant in sent_at]
    on = at.astimezone(zone).date()
    while not _is_allowed_on(on, sent_on) or at >= _instant(on, _BEFORE, zone):
        on += timedelta(days=1)
    return max(at, _instant(on, _FROM, zone))


def _is_allowed_on(on: date, sent_on: Sequence[date]) -> bool:
    in_the_week = sum(on - _WEEK < day <= on for day in sent_on)
    return sent_on.count(on) < _MOST_A_DAY and in_the_week < _MOST_A_WEEK


def _instant(on: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, at, zone).astimezone(_UTC)
