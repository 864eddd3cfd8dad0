"""The windows of claims and measures hold at every discharge, to the day and to the second."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.measures import MeasureCase, measures_of
from transition_orchestrator.domain.routing import Eligibility
from transition_orchestrator.domain.tcm import tcm_of
from transition_orchestrator.domain.tcm_terms import Standing, Tcm, TcmCase
from transition_orchestrator.domain.work import Contact, Done, Reconciliation, Visit, separate

ZONES = ("America/New_York", "America/Los_Angeles", "America/Phoenix", "Pacific/Auckland")
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 11, 20), timezones=st.just(UTC))  # noqa: DTZ001 - the bounds have the zone of `timezones`
places = st.sampled_from(ZONES).map(lambda zone: LocalDays(ZoneInfo(zone), BusinessCalendar()))
offsets = st.timedeltas(timedelta(days=-3), timedelta(days=40))


def case_of(discharged_at: datetime, days: LocalDays) -> TcmCase:
    business = days.calendar.business_days_after(days.date_of(discharged_at), 2)
    return TcmCase(
        eligible=Eligibility.YES,
        discharged_at=discharged_at,
        contact_due_at=days.end_of(business[-1]),
        days=days,
    )


def standing_of(tcm: Tcm, name: str) -> Standing:
    return next(one.standing for one in tcm.elements if one.name == name)


@settings(max_examples=150, deadline=None)
@given(instants, places, offsets)
def test_a_contact_counts_from_the_discharge_to_the_end_of_business_day_2(
    discharged_at: datetime, days: LocalDays, offset: timedelta
) -> None:
    case, at = case_of(discharged_at, days), discharged_at + offset
    done = Done(contacts=(Contact(at, two_way=True, reached=True),))
    met = standing_of(tcm_of(case, done), "contact") is Standing.MET
    assert met == (discharged_at <= at <= case.contact_due_at)


@settings(max_examples=150, deadline=None)
@given(instants, places, st.lists(offsets, max_size=5))
def test_two_attempts_count_if_two_are_timely_and_an_hour_apart(
    discharged_at: datetime, days: LocalDays, offsets_: list[timedelta]
) -> None:
    case = case_of(discharged_at, days)
    tries = sorted(discharged_at + offset for offset in offsets_)
    done = Done(contacts=tuple(Contact(at, two_way=True, reached=False) for at in tries))
    timely = [at for at in tries if discharged_at <= at <= case.contact_due_at]
    spread = bool(timely) and timely[-1] - timely[0] >= timedelta(hours=1)
    assert (standing_of(tcm_of(case, done), "contact") is Standing.MET) == spread


@given(st.lists(instants, max_size=8).map(sorted))
def test_separate_tries_are_an_hour_apart_and_the_first_is_one(tries: list[datetime]) -> None:
    counted = separate(tries)
    assert counted[:1] == tries[:1]
    assert all(later - one >= timedelta(hours=1) for one, later in pairwise(counted))


@settings(max_examples=150, deadline=None)
@given(instants, places, offsets)
def test_a_visit_counts_on_local_days_1_to_14(
    discharged_at: datetime, days: LocalDays, offset: timedelta
) -> None:
    at = discharged_at + offset
    tcm = tcm_of(case_of(discharged_at, days), Done(visits=(Visit(at, "NP"),)))
    day = (days.date_of(at) - days.date_of(discharged_at)).days
    assert (standing_of(tcm, "visit") is Standing.MET) == (1 <= day <= 14)
    assert (standing_of(tcm, "visit") is Standing.REVIEW) == (day == 0)


@settings(max_examples=150, deadline=None)
@given(instants, places, offsets)
def test_hedis_windows_end_on_day_30_and_the_service_period_on_day_29(
    discharged_at: datetime, days: LocalDays, offset: timedelta
) -> None:
    on, at = days.date_of(discharged_at), discharged_at + offset
    done = Done(
        contacts=(Contact(at, two_way=True, reached=True),),
        reconciliations=(Reconciliation(at, "PharmD"),),
    )
    got = {one.code: one for one in measures_of(MeasureCase(discharged_on=on, days=days), done)}
    day = (days.date_of(at) - on).days
    excluded = (on.month, on.day) > (12, 1)
    assert (got["TRC-PE"].met_on is not None) == (1 <= day <= 30 and not excluded)
    assert (got["TRC-MRP"].met_on is not None) == (0 <= day <= 30 and not excluded)
    last = tcm_of(case_of(discharged_at, days), done).period_last_on
    assert last == on + timedelta(days=29) < got["TRC-MRP"].last_on
