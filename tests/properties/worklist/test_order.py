"""Due soonest first, whatever the clock says and wherever the hospital is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from worklist.domain.order import Due, due

ZONES = [ZoneInfo(name) for name in ("America/New_York", "America/Los_Angeles", "Asia/Kathmandu")]
instants = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - see below
    lambda at: at.replace(tzinfo=UTC)
)


@given(instants, instants, st.sampled_from(ZONES))
def test_due_soonest_first_keeps_overdue_before_today_before_later(
    now: datetime, due_at: datetime, zone: ZoneInfo
) -> None:
    order = [Due.OVERDUE, Due.TODAY, Due.UPCOMING]
    later = order.index(due(due_at + timedelta(hours=1), now, zone))
    assert order.index(due(due_at, now, zone)) <= later
