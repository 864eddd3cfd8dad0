"""HL7 time stamps: precision, offsets, the hour that comes twice and the one that does not come."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from adt_ingest.domain.times import (
    AMBIGUOUS,
    NONEXISTENT,
    UNREADABLE,
    MessageTimes,
    date_of,
    read_stamp,
)

NEW_YORK = ZoneInfo("America/New_York")
CHICAGO = ZoneInfo("America/Chicago")


def instant(text: str, *, zone: ZoneInfo = NEW_YORK, sent: str = "") -> str:
    times = MessageTimes(zone, read_stamp(sent))
    stamp = read_stamp(text)
    assert stamp is not None
    return times.instant(stamp).isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026", "2026-01-01T05:00:00+00:00"),
        ("202605", "2026-05-01T04:00:00+00:00"),
        ("20260522", "2026-05-22T04:00:00+00:00"),
        ("2026052217", "2026-05-22T21:00:00+00:00"),
        ("202605221705", "2026-05-22T21:05:00+00:00"),
        ("20260522170512", "2026-05-22T21:05:12+00:00"),
        ("20260522170512.5", "2026-05-22T21:05:12.500000+00:00"),
        ("20260522170512.1234", "2026-05-22T21:05:12.123400+00:00"),
        ("20260522170512.123456789-0700", "2026-05-23T00:05:12.123456+00:00"),
        ("202605221705+0530", "2026-05-22T11:35:00+00:00"),
        ("20260522170512Z", "2026-05-22T17:05:12+00:00"),
        ("20260522240000", "2026-05-23T04:00:00+00:00"),
        (" 20260522170512 ", "2026-05-22T21:05:12+00:00"),
    ],
)
def test_every_precision_is_read(text: str, expected: str) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "20261301",
        "20260230",
        "2026052225",
        "202605221760",
        "20260522170560",
        "202605222401",
        "20260",
        "0000",
        "2026-05-22",
        "20260522170512.",
        "20260522170512-04",
        "20260522170512-9900",
        "\uff12\uff10\uff12\uff16",
    ],
)
def test_what_is_no_time_is_not_taken_for_one(text: str) -> None:
    assert read_stamp(text) is None


def test_the_offset_of_the_message_stands_for_the_whole_message() -> None:
    assert instant("20260522170000", zone=CHICAGO, sent="20260522170512-0400").startswith(
        "2026-05-22T21:00:00"
    )


def test_a_values_own_offset_wins() -> None:
    own = instant("20260522170000-0700", zone=CHICAGO, sent="20260522170512-0400")
    assert own == "2026-05-23T00:00:00+00:00"


def test_a_date_alone_stays_the_sites_day_whatever_the_messages_offset() -> None:
    assert instant("20260522", zone=CHICAGO, sent="20260522170512-0400").startswith(
        "2026-05-22T05:00:00"
    )


def test_a_skipped_hour_counts_with_the_offset_before_the_change() -> None:
    times = MessageTimes(NEW_YORK)
    stamp = read_stamp("20260308023000")
    assert stamp is not None
    assert times.instant(stamp) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert times.warnings == [NONEXISTENT]


def test_a_doubled_hour_means_its_first_occurrence() -> None:
    times = MessageTimes(NEW_YORK)
    stamp = read_stamp("20261101013000")
    assert stamp is not None
    assert times.instant(stamp) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert times.warnings == [AMBIGUOUS]
    assert times.instant(stamp) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert times.warnings == [AMBIGUOUS], "said once"


def test_a_date_takes_its_time_of_day_from_the_next_source_of_that_day() -> None:
    times = MessageTimes(NEW_YORK)
    day, other, same = map(read_stamp, ("20260522", "20260521120000", "20260522140000"))
    assert times.first_of([day, None, other, same]) == datetime(2026, 5, 22, 18, tzinfo=UTC)
    assert times.first_of([day, other]) == datetime(2026, 5, 22, 4, tzinfo=UTC)
    assert times.first_of([None, other, same]) == datetime(2026, 5, 21, 16, tzinfo=UTC)
    assert times.first_of([None]) is None


def test_nonsense_is_noted_and_nothing_is_not() -> None:
    times = MessageTimes(NEW_YORK)
    assert times.stamp("") is None
    assert times.warnings == []
    assert times.stamp("yesterday") is None
    assert times.warnings == [UNREADABLE]


def test_a_birth_is_a_date() -> None:
    stamp = read_stamp("19480212")
    assert stamp is not None
    assert date_of(stamp) == date(1948, 2, 12)


@pytest.mark.parametrize("text", ["00010101000000+1400", "99991231235959-1400"])
def test_the_ends_of_the_calendar_do_not_break_anything(text: str) -> None:
    assert instant(text)
