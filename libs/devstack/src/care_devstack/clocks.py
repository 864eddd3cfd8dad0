"""The accelerated clock that all services of a stack share, and how it goes on between runs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class StackClock:
    """Shows `start` at the real instant `anchor` and runs `rate` times as fast."""

    rate: float
    start: datetime
    anchor: datetime

    def settings(self) -> dict[str, str]:
        return {
            "CARE_CLOCK_RATE": f"{self.rate:g}",
            "CARE_CLOCK_START": self.start.astimezone(UTC).isoformat(),
            "CARE_CLOCK_ANCHOR": self.anchor.astimezone(UTC).isoformat(),
        }


@dataclass(frozen=True, kw_only=True)
class WishedClock:
    """A clock to be: it shows `start` when `lead` has passed since the services were started."""

    rate: float = 1.0
    start: datetime | None = None
    """Without it, the clock starts from real time."""
    lead: timedelta = timedelta()


def wished_clock(given: Mapping[str, str]) -> WishedClock | None:
    """The clock that an environment asks for; none for real time or where it sets the anchor."""
    rate, start = float(given.get("CARE_CLOCK_RATE", "1")), given.get("CARE_CLOCK_START")
    if given.get("CARE_CLOCK_ANCHOR") or (rate == 1.0 and not start):
        return None
    return WishedClock(rate=rate, start=datetime.fromisoformat(start) if start else None)


def anchor(wished: WishedClock, kept: Path, now: datetime) -> StackClock:
    """Give a clock its anchor, once: while the data of a run is kept, its time goes on."""
    wish = [wished.rate, wished.start.isoformat() if wished.start else ""]
    if kept.is_file():
        *known, start, at = json.loads(kept.read_text("utf-8"))
        if known == wish:
            return StackClock(
                rate=wished.rate,
                start=datetime.fromisoformat(start),
                anchor=datetime.fromisoformat(at),
            )
    at = now + wished.lead
    clock = StackClock(rate=wished.rate, start=wished.start or at, anchor=at)
    kept.write_text(json.dumps([*wish, clock.start.isoformat(), at.isoformat()]), "utf-8")
    return clock
