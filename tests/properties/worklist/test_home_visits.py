"""A measure loses nobody, counts nobody twice, and settles once all time is over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from worklist.domain.home_visits import (
    Ended,
    HomeDischarge,
    Result,
    first_contacts,
    home_visits,
)
from worklist.domain.outcomes import Outcome

T0 = datetime(2026, 3, 6, 23, tzinfo=UTC)
instants = st.integers(-10, 120).map(lambda hours: T0 + timedelta(hours=hours))
ended = st.none() | st.builds(
    Ended, at=instants, outcome=st.sampled_from(Outcome), channel=st.sampled_from(["", "letter"])
)
discharges = st.lists(
    st.builds(
        HomeDischarge,
        transition_id=st.integers(1, 10**6).map(lambda number: UUID(int=number)),
        site=st.just("GHH"),
        discharged_at=instants,
        state=st.sampled_from(["active", "voided", "superseded", "interrupted", "completed"]),
        contact_due_at=instants,
        readmitted_at=st.none() | instants,
        died_at=st.none() | instants,
        visit=ended,
        contact=ended,
    ),
    max_size=8,
    unique_by=lambda one: one.transition_id,
)


@given(discharges, instants)
def test_every_discharge_counts_or_is_left_out_by_each_measure(
    found: list[HomeDischarge], now: datetime
) -> None:
    for measure in (home_visits, first_contacts):
        tally = measure(found, now)
        ids = [one.discharge.transition_id for one in tally.counted]
        ids += [one.transition_id for one, _ in tally.left_out]
        assert sorted(ids) == sorted(one.transition_id for one in found)
        assert tally.number(*Result) == tally.denominator


@given(discharges)
def test_a_figure_that_is_not_provisional_does_not_change(found: list[HomeDischarge]) -> None:
    later = T0 + timedelta(days=30)
    for measure in (home_visits, first_contacts):
        settled = measure(found, later)
        assert not settled.provisional
        assert settled.number(Result.OPEN) == 0
        assert settled == measure(found, later + timedelta(days=365))


@given(discharges, instants)
def test_a_visit_in_time_is_in_the_window_or_early_and_never_both(
    found: list[HomeDischarge], now: datetime
) -> None:
    for one in home_visits(found, now).counted:
        if one.at is None:
            assert one.result in (Result.OPEN, Result.MISSED)
            continue
        elapsed = one.at - one.discharge.discharged_at
        is_within = timedelta(0) <= elapsed <= timedelta(hours=72)
        assert is_within == (one.result in (Result.IN_WINDOW, Result.EARLY))
