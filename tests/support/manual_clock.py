"""A clock that moves only when a test says so."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 6, 5, 12, tzinfo=UTC)


class ManualClock:
    """Stands still until told; `rate` says how many of its seconds a real one is worth."""

    def __init__(self, start: datetime = START, *, rate: float = 1.0) -> None:
        self._now = start
        self._rate = rate

    def now(self) -> datetime:
        return self._now

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds() / self._rate

    def advance(self, span: timedelta) -> None:
        self._now += span

    def move_to(self, instant: datetime) -> None:
        self._now = instant
