"""Which months of the journal are made ahead, and which are dropped."""

from datetime import UTC, date, datetime

from tests.support.manual_clock import ManualClock

from flow_monitor.keep_months import KeepMonths


class _Parts:
    """Remembers what was asked for."""

    def __init__(self) -> None:
        self.prepared: list[date] = []
        self.dropped_before: list[date] = []

    async def prepare(self, month: date) -> None:
        self.prepared.append(month)

    async def drop_before(self, month: date) -> int:
        self.dropped_before.append(month)
        return 0


async def test_this_month_and_the_two_after_it_are_made_across_the_year() -> None:
    parts = _Parts()
    clock = ManualClock(datetime(2026, 11, 30, 23, tzinfo=UTC))
    rest = await KeepMonths(months=parts, clock=clock, kept=13).keep()
    assert parts.prepared == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    assert parts.dropped_before == [date(2025, 10, 1)]
    assert rest > 0
