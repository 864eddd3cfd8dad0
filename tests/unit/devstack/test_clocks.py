"""The shared clock gets its anchor once, and its time goes on while the data do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from care_devstack.clocks import WishedClock, anchor, wished_clock

_START = datetime(2026, 6, 1, tzinfo=UTC)
_NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
_LATER = _NOW + timedelta(hours=1)


def test_real_time_needs_no_clock() -> None:
    assert wished_clock({}) is None
    assert wished_clock({"CARE_CLOCK_RATE": "1"}) is None


def test_a_caller_who_sets_the_anchor_is_not_overruled() -> None:
    given = {"CARE_CLOCK_RATE": "60", "CARE_CLOCK_ANCHOR": "2026-01-01T00:00:00Z"}
    assert wished_clock(given) is None


def test_a_rate_and_a_start_are_a_wish() -> None:
    given = {"CARE_CLOCK_RATE": "60", "CARE_CLOCK_START": "2026-06-01T00:00:00Z"}
    assert wished_clock(given) == WishedClock(rate=60, start=_START)


def test_the_start_is_shown_when_the_lead_is_over(tmp_path: Path) -> None:
    wished = WishedClock(rate=60, start=_START, lead=timedelta(seconds=10))
    settings = anchor(wished, tmp_path / "clock.json", _NOW).settings()
    assert settings == {
        "CARE_CLOCK_RATE": "60",
        "CARE_CLOCK_START": "2026-06-01T00:00:00+00:00",
        "CARE_CLOCK_ANCHOR": "2026-01-01T12:00:10+00:00",
    }


def test_the_same_wish_later_goes_on_with_the_same_anchor(tmp_path: Path) -> None:
    for wished in (WishedClock(rate=60, start=_START), WishedClock(rate=60)):
        kept = tmp_path / "clock.json"
        first = anchor(wished, kept, _NOW)
        assert anchor(wished, kept, _LATER) == first


def test_another_wish_starts_anew(tmp_path: Path) -> None:
    kept = tmp_path / "clock.json"
    anchor(WishedClock(rate=60, start=_START), kept, _NOW)
    assert anchor(WishedClock(rate=120, start=_START), kept, _LATER).anchor == _LATER
