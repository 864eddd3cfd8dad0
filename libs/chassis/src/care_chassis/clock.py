"""The one place that knows what time it is."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from care_chassis.settings import ClockSettings


class Clock(Protocol):
    """Tells the time, and how long a span of it takes on the wall."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def real_seconds(self, span: timedelta) -> float:
        """How many real seconds pass while `span` passes on this clock."""
        ...


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()


class ScaledClock:
    """A clock that shows `start` at the real instant `anchor` and runs `rate` times as fast."""

    def __init__(self, *, rate: float, start: datetime, anchor: datetime) -> None:
        self._rate = rate
        self._start = start.astimezone(UTC)
        self._anchor = anchor

    def now(self) -> datetime:
        return self._start + (datetime.now(UTC) - self._anchor) * self._rate

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds() / self._rate


def clock_from(settings: ClockSettings) -> Clock:
    """The clock that the settings ask for."""
    if settings.rate == 1.0 and settings.start is None:
        return SystemClock()
    return ScaledClock(
        rate=settings.rate,
        start=settings.start or settings.anchor,
        anchor=settings.anchor,
    )
