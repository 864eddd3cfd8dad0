"""The judgement of work moves one way only: the later it is done, or the earlier it is due."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from worklist.domain.timing import Span, Timing, timing_of

ORDER = [Timing.EARLY, Timing.IN_TIME, Timing.LATE]
START = datetime(2026, 3, 7, 12, tzinfo=UTC)
seconds = st.integers(0, 400_000).map(lambda count: timedelta(seconds=count))
instants = seconds.map(lambda after: START + after)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    due_at = draw(instants)
    opens_at = draw(st.none() | seconds.map(lambda before: due_at - before))
    return Span(opens_at, due_at)


@given(spans(), instants, seconds)
def test_what_is_done_later_is_not_judged_earlier(
    span: Span, done_at: datetime, later: timedelta
) -> None:
    first, second = timing_of(done_at, span), timing_of(done_at + later, span)
    assert ORDER.index(first) <= ORDER.index(second)


@given(spans(), instants, seconds)
def test_times_that_are_corrected_to_be_earlier_make_no_work_earlier(
    span: Span, done_at: datetime, earlier: timedelta
) -> None:
    opens_at = span.opens_at and span.opens_at - earlier
    moved = Span(opens_at, span.due_at - earlier)
    first, second = timing_of(done_at, span), timing_of(done_at, moved)
    assert ORDER.index(first) <= ORDER.index(second)


@given(spans())
def test_both_ends_of_a_span_are_in_time(span: Span) -> None:
    assert timing_of(span.due_at, span) is Timing.IN_TIME
    assert timing_of(span.opens_at or span.due_at, span) is Timing.IN_TIME
