"""Discharges on days that are easily counted wrong; every time was counted by hand."""

from datetime import datetime

import pytest
from tests.support.transition_orchestrator_fakes import (
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)

from transition_orchestrator.domain.messages import MessageKind

# zone, discharge; business days; contact, home visit from, to; day 7, day 14, D+30; D+29
DISCHARGES = {
    "the second before New Year's Eve, which is kept for a Saturday": (
        "Pacific/Honolulu 2027-12-30T23:59:59-10:00",
        "2028-01-03 2028-01-04",
        "2028-01-04T23:59:59-10:00 2028-01-01T23:59:59-10:00 2028-01-02T23:59:59-10:00",
        "2028-01-06T23:59:59-10:00 2028-01-13T23:59:59-10:00 2028-01-29T23:59:59-10:00",
        "2028-01-28",
    ),
    "before clocks go forward in Alaska": (
        "America/Anchorage 2026-03-06T18:00:00-09:00",
        "2026-03-09 2026-03-10",
        "2026-03-10T23:59:59-08:00 2026-03-08T19:00:00-08:00 2026-03-09T19:00:00-08:00",
        "2026-03-13T23:59:59-08:00 2026-03-20T23:59:59-08:00 2026-04-05T23:59:59-08:00",
        "2026-04-04",
    ),
    "midnight, with the 29th of February as the last day of the period": (
        "America/Chicago 2028-01-31T00:00:00-06:00",
        "2028-02-01 2028-02-02",
        "2028-02-02T23:59:59-06:00 2028-02-02T00:00:00-06:00 2028-02-03T00:00:00-06:00",
        "2028-02-07T23:59:59-06:00 2028-02-14T23:59:59-06:00 2028-03-01T23:59:59-06:00",
        "2028-02-29",
    ),
    "the last second of Christmas Eve, a Thursday": (
        "America/New_York 2026-12-24T23:59:59-05:00",
        "2026-12-28 2026-12-29",
        "2026-12-29T23:59:59-05:00 2026-12-26T23:59:59-05:00 2026-12-27T23:59:59-05:00",
        "2026-12-31T23:59:59-05:00 2027-01-07T23:59:59-05:00 2027-01-23T23:59:59-05:00",
        "2027-01-22",
    ),
    "the Friday before Columbus Day, and D+30 in winter time": (
        "America/Denver 2026-10-09T12:00:00-06:00",
        "2026-10-13 2026-10-14",
        "2026-10-14T23:59:59-06:00 2026-10-11T12:00:00-06:00 2026-10-12T12:00:00-06:00",
        "2026-10-16T23:59:59-06:00 2026-10-23T23:59:59-06:00 2026-11-08T23:59:59-07:00",
        "2026-11-07",
    ),
    "before clocks go forward by half an hour": (
        "Australia/Lord_Howe 2026-10-02T18:00:00+10:30",
        "2026-10-05 2026-10-06",
        "2026-10-06T23:59:59+11:00 2026-10-04T18:30:00+11:00 2026-10-05T18:30:00+11:00",
        "2026-10-09T23:59:59+11:00 2026-10-16T23:59:59+11:00 2026-11-01T23:59:59+11:00",
        "2026-10-31",
    ),
    "the eve of Juneteenth, a Friday": (
        "America/Los_Angeles 2026-06-18T16:00:00-07:00",
        "2026-06-22 2026-06-23",
        "2026-06-23T23:59:59-07:00 2026-06-20T16:00:00-07:00 2026-06-21T16:00:00-07:00",
        "2026-06-25T23:59:59-07:00 2026-07-02T23:59:59-07:00 2026-07-18T23:59:59-07:00",
        "2026-07-17",
    ),
    "the eve of Veterans Day, a Wednesday, where clocks never change": (
        "America/Phoenix 2026-11-10T09:00:00-07:00",
        "2026-11-12 2026-11-13",
        "2026-11-13T23:59:59-07:00 2026-11-12T09:00:00-07:00 2026-11-13T09:00:00-07:00",
        "2026-11-17T23:59:59-07:00 2026-11-24T23:59:59-07:00 2026-12-10T23:59:59-07:00",
        "2026-12-09",
    ),
    "the Friday before the Fourth of July, kept on the Monday after it": (
        "America/Puerto_Rico 2027-07-02T10:00:00-04:00",
        "2027-07-06 2027-07-07",
        "2027-07-07T23:59:59-04:00 2027-07-04T10:00:00-04:00 2027-07-05T10:00:00-04:00",
        "2027-07-09T23:59:59-04:00 2027-07-16T23:59:59-04:00 2027-08-01T23:59:59-04:00",
        "2027-07-31",
    ),
}


@pytest.mark.parametrize("discharge", DISCHARGES.values(), ids=DISCHARGES.keys())
async def test_a_discharge_is_counted_from_its_local_day(discharge: tuple[str, ...]) -> None:
    (zone, at), business_days, early, late, last_on = discharge[0].split(), *discharge[1:]
    ledgers = MemoryLedgers()
    message = said(
        MessageKind.DISCHARGED,
        at,
        site=zone,
        encounter_class="inpatient",
        disposition="01",
        discharged_at=at,
    )
    await following(ledgers, at).follow(message_deliveries([message]))
    (transition,) = ledgers.transitions
    clocks = transition.view.clocks
    times = (
        clocks.initial_contact_due_at,
        clocks.home_visit_opens_at,
        clocks.home_visit_due_at,
        clocks.follow_up_7d_due_at,
        clocks.follow_up_14d_due_at,
        clocks.medrec_hedis_due_at,
    )
    assert times == tuple(map(datetime.fromisoformat, f"{early} {late}".split()))
    assert " ".join(str(day) for day in transition.view.business_days) == business_days
    assert str(transition.view.tcm.period_last_on) == last_on
    steps = {step.code: step.due_at for step in transition.view.steps}
    assert (steps["initial_contact"], steps["home_visit"]) == (times[0], times[2])
