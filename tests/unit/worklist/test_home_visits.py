"""MET-02: home visits within 72 hours and in the window, and the first contacts beside them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.support.worklist_builders import known_as

from worklist.domain.home_visits import (
    Ended,
    HomeDischarge,
    LeftOut,
    Result,
    Tally,
    first_contacts,
    home_visits,
)

NEW_YORK = ZoneInfo("America/New_York")
T0 = datetime(2026, 6, 10, 17, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LONG_AFTER = T0 + timedelta(days=60)


def discharge(name: str = "one", **more: Any) -> HomeDischarge:
    facts: dict[str, Any] = {
        "transition_id": known_as(name),
        "site": "GHH",
        "discharged_at": T0,
        "contact_due_at": T0 + 50 * HOUR,
    }
    return HomeDischarge(**(facts | more))


def reached(after: timedelta, outcome: str = "reached-patient", channel: str = "") -> Ended:
    return Ended(T0 + after, outcome, channel)


def visits(*discharges: HomeDischarge, now: datetime = LONG_AFTER) -> Tally:
    return home_visits(discharges, now)


def result_of(tally: Tally) -> Result:
    (one,) = tally.counted
    return one.result


def test_the_worked_case_counts_as_written() -> None:
    path = Path(__file__).parents[2] / "data" / "worked-cases.json"
    (case,) = [one for one in json.loads(path.read_text())["cases"] if one["id"] == "MET-02"]
    tally = visits(
        *(
            HomeDischarge(
                transition_id=UUID(int=one["id"]),
                site="GHH",
                discharged_at=datetime.fromisoformat(one["discharge"]),
                visit=Ended(datetime.fromisoformat(one["visit"]), "done"),
            )
            for one in case["inputs"]["workflows"]
        )
    )
    in_window = [one for one in tally.counted if one.result is Result.IN_WINDOW]
    assert {
        "denominator": tally.denominator,
        "within_72h": tally.number(Result.IN_WINDOW, Result.EARLY),
        "in_48_72h_window": tally.number(Result.IN_WINDOW),
        "ids_in_window": [one.discharge.transition_id.int for one in in_window],
    } == case["expected"]
    assert not tally.provisional


@pytest.mark.parametrize(
    ("after", "result"),
    [
        (timedelta(0), Result.EARLY),
        (48 * HOUR - SECOND, Result.EARLY),
        (48 * HOUR, Result.IN_WINDOW),
        (72 * HOUR, Result.IN_WINDOW),
        (72 * HOUR + SECOND, Result.LATE),
        (-SECOND, Result.MISSED),
    ],
)
def test_both_ends_of_the_window_count_and_no_second_more(after: timedelta, result: Result) -> None:
    assert result_of(visits(discharge(visit=reached(after)))) is result


def test_72_hours_are_elapsed_hours_when_the_clocks_change() -> None:
    friday = datetime(2026, 3, 6, 18, tzinfo=NEW_YORK)
    last = datetime(2026, 3, 9, 19, tzinfo=NEW_YORK)
    for at, result in ((last, Result.IN_WINDOW), (last + SECOND, Result.LATE)):
        one = discharge(discharged_at=friday, visit=Ended(at, "done"))
        assert result_of(visits(one)) is result


def test_the_corrected_discharge_decides() -> None:
    visit = reached(71 * HOUR)
    assert result_of(visits(discharge(visit=visit))) is Result.IN_WINDOW
    corrected = discharge(visit=visit, discharged_at=T0 - 4 * HOUR)
    assert result_of(visits(corrected)) is Result.LATE


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"state": "voided"}, LeftOut.VOIDED),
        ({"state": "superseded"}, LeftOut.SUPERSEDED),
        ({"died_at": T0 + 72 * HOUR - SECOND}, LeftOut.DIED),
        ({"readmitted_at": T0 + 71 * HOUR}, LeftOut.READMITTED),
        ({"readmitted_at": T0 + 60 * HOUR, "visit": reached(50 * HOUR)}, LeftOut.READMITTED),
        ({"readmitted_at": T0 + 60 * HOUR, "died_at": T0 + 61 * HOUR}, LeftOut.READMITTED),
        ({"visit": reached(50 * HOUR, "deceased")}, LeftOut.DIED),
        ({"contact": reached(20 * HOUR, "readmitted")}, LeftOut.READMITTED),
    ],
)
def test_who_was_not_at_home_any_more_is_left_out_and_named(
    more: dict[str, Any], reason: LeftOut
) -> None:
    tally = visits(discharge(**more), discharge("two"))
    assert tally.denominator == 1
    assert [(one.transition_id, why) for one, why in tally.left_out] == [(known_as("one"), reason)]


@pytest.mark.parametrize(
    "more",
    [
        {"died_at": T0 + 72 * HOUR},
        {"readmitted_at": T0 + 72 * HOUR},
        {"visit": reached(50 * HOUR, "refused")},
        {"state": "closed"},
    ],
)
def test_whoever_could_have_been_visited_stays_in(more: dict[str, Any]) -> None:
    assert result_of(visits(discharge(**more))) is Result.MISSED


def test_a_figure_is_provisional_as_long_as_there_is_time() -> None:
    end = T0 + 72 * HOUR
    assert result_of(visits(discharge(), now=end)) is Result.OPEN
    assert visits(discharge(), now=end).provisional
    assert not visits(discharge(), now=end + SECOND).provisional
    early = discharge(visit=reached(10 * HOUR))
    assert visits(early, now=end).provisional, "a readmission may still leave it out"
    assert not visits(discharge(state="voided"), now=end).provisional


# --- first contacts


@pytest.mark.parametrize(
    ("more", "result"),
    [
        ({"contact": reached(50 * HOUR)}, Result.IN_TIME),
        ({"contact": reached(50 * HOUR + SECOND)}, Result.LATE),
        ({"contact": reached(20 * HOUR, "reached-caregiver")}, Result.IN_TIME),
        ({"contact": reached(60 * HOUR), "visit": reached(49 * HOUR, "done")}, Result.IN_TIME),
        ({"contact": reached(20 * HOUR, "refused")}, Result.MISSED),
        ({"contact": reached(20 * HOUR, channel="letter")}, Result.MISSED),
        ({"contact": reached(-HOUR)}, Result.MISSED),
        ({"readmitted_at": T0 + 50 * HOUR}, Result.MISSED),
    ],
)
def test_a_contact_is_two_way_and_by_the_end_of_business_day_2(
    more: dict[str, Any], result: Result
) -> None:
    assert result_of(first_contacts([discharge(**more)], LONG_AFTER)) is result


def test_a_contact_has_a_deadline_of_its_own_for_who_is_left_out() -> None:
    one = discharge(readmitted_at=T0 + 60 * HOUR, contact=reached(20 * HOUR))
    assert result_of(first_contacts([one], LONG_AFTER)) is Result.IN_TIME
    assert visits(one).denominator == 0
