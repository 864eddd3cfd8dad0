"""Clocks that run at any rate from any start."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from care_chassis.clock import SystemClock, clock_from
from care_chassis.settings import ClockSettings

NOW = SystemClock().now()


@given(st.floats(0.1, 10_000), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_two_services_with_the_same_anchor_agree(rate: float, ago: timedelta) -> None:
    settings = ClockSettings(rate=rate, start=NOW, anchor=NOW - ago)
    first, second = clock_from(settings).now(), clock_from(settings).now()
    assert first <= second
    assert second - first < timedelta(seconds=60 * rate)
