"""Makes the journal's months ahead of time and drops those past keeping."""

from datetime import date

from care_chassis.clock import Clock
from flow_monitor.ports import Months

_AHEAD = 2
_LOOK_AGAIN_SECONDS = 6 * 3600.0


class KeepMonths:
    """Looks after the parts of the journal; by real time, because Kafka's timestamps are real."""

    def __init__(self, *, months: Months, clock: Clock, kept: int) -> None:
        self._months = months
        self._clock = clock
        self._kept = kept

    async def keep(self) -> float:
        """Prepare this month and the next, drop the oldest; the seconds until the next look."""
        this_month = self._clock.now().date().replace(day=1)
        for ahead in range(_AHEAD + 1):
            await self._months.prepare(_shifted(this_month, ahead))
        await self._months.drop_before(_shifted(this_month, -self._kept))
        return _LOOK_AGAIN_SECONDS


def _shifted(month: date, by: int) -> date:
    """The first day of the month so many months on, or back."""
    months = month.year * 12 + month.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)
