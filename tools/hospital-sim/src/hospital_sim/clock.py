"""The clock a run goes by: real time, or the accelerated time that all services share."""

import asyncio
from datetime import UTC, datetime


class SimulatedClock:
    """Shows `start` at the real instant `anchor` and runs `rate` times as fast."""

    def __init__(self, *, rate: float, start: datetime, anchor: datetime) -> None:
        self._rate = rate
        self._start = start.astimezone(UTC)
        self._anchor = anchor.astimezone(UTC)

    @classmethod
    def real(cls) -> "SimulatedClock":
        """Real time."""
        now = datetime.now(UTC)
        return cls(rate=1.0, start=now, anchor=now)

    def now(self) -> datetime:
        return self._start + (self.real_now() - self._anchor) * self._rate

    def real_now(self) -> datetime:
        """The real instant, for what is measured in a person's seconds."""
        return datetime.now(UTC)

    async def until(self, instant: datetime) -> None:
        """Return once the clock has reached `instant`."""
        missing = (instant - self.now()) / self._rate
        await asyncio.sleep(max(0.0, missing.total_seconds()))
