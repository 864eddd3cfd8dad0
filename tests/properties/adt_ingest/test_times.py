"""HL7 time stamps: no text raises, and what is written with its offset is read back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from adt_ingest.domain.times import MessageTimes, read_stamp

NEW_YORK = ZoneInfo("America/New_York")
CHICAGO = ZoneInfo("America/Chicago")


def instant(text: str, zone: ZoneInfo) -> str:
    stamp = read_stamp(text)
    assert stamp is not None
    return MessageTimes(zone, read_stamp("")).instant(stamp).isoformat()


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_no_text_makes_the_reading_of_times_raise(text: str) -> None:
    read_stamp(text)
    MessageTimes(NEW_YORK).stamp(text)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - wall times
    st.sampled_from(["America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/Phoenix"]),
)
def test_an_instant_written_with_its_offset_is_read_back(wall: datetime, zone: str) -> None:
    aware = wall.replace(second=0, microsecond=0, tzinfo=ZoneInfo(zone))
    seconds = aware.utcoffset()
    assert seconds is not None
    if seconds % timedelta(minutes=1):
        return  # offsets of old days had seconds, which HL7 cannot write
    text = aware.strftime("%Y%m%d%H%M%S%z")
    assert instant(text, CHICAGO) == aware.astimezone(UTC).isoformat()


@given(st.text("0123456789", min_size=8, max_size=14))
def test_a_stamp_of_the_usual_form_is_read_like_any_other(digits: str) -> None:
    usual, unusual = read_stamp(digits), read_stamp(f"{digits}Z")
    assert (usual is None) == (unusual is None)
    if usual and unusual:
        assert (usual.wall, usual.digits, usual.timed) == (
            unusual.wall,
            unusual.digits,
            unusual.timed,
        )
