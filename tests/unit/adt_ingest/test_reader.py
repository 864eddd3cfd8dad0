"""The lazy reader: what stands in a message, whatever its delimiters, terminators and charset."""

import pytest
from tests.support.hl7_builders import discharge

from adt_ingest.domain.delimiters import Delimiters
from adt_ingest.domain.oddities import Oddity
from adt_ingest.domain.reader import Message, Segment, read_header, read_message
from adt_ingest.domain.refusals import Refusal


def read(data: bytes, *, default_codec: str = "utf-8") -> Message:
    return read_message(data, read_header(data), default_codec=default_codec)


def segment(message: Message, name: str) -> Segment:
    found = message.first(name)
    assert found is not None
    return found


def pid(text: str, *, delimiters: str = "|^~\\&") -> Segment:
    """The PID whose fields from PID-1 on are `text`."""
    bar = delimiters[0]
    msh = f"MSH{delimiters}"
    data = f"{msh}\rPID{bar}{text}\r".encode()
    return segment(read(data), "PID")


def test_fields_count_as_the_standard_counts_them() -> None:
    message = read(discharge(mrn="MR7", visit="V7", disposition="01"))
    assert segment(message, "PID").value(3) == "MR7"
    assert segment(message, "PID").components(3) == ["MR7", "", "", "GHH", "MR"]
    assert segment(message, "PV1").value(19) == "V7"
    assert segment(message, "PV1").value(36) == "01"
    assert segment(message, "PV1").value(99) == ""
    header = read_header(discharge(control_id="C1", version="2.4"))
    assert [header.first(number) for number in (3, 4, 10, 12)] == ["ADT1", "GHH", "C1", "2.4"]
    assert header.component(9, 2) == "A03"
    assert header.component(9, 7) == header.raw(30) == ""


def test_repetitions_components_and_subcomponents_are_told_apart() -> None:
    person = pid("1^^^A&1.2.3&ISO~2^^^B|x&y^z")
    assert person.repetitions(1) == [["1", "", "", "A"], ["2", "", "", "B"]]
    assert person.marks.subcomponents(person.pieces(1)[0], 4) == ["A", "1.2.3", "ISO"]
    assert person.marks.subcomponents(person.pieces(1)[0], 9) == []
    assert person.value(1) == "1"
    assert person.value(2) == "x"
    assert person.components(2) == ["x", "z"]
    assert person.repetitions(3) == []


@pytest.mark.parametrize(
    ("ending", "odd"),
    [
        ("\r", set[Oddity]()),
        ("\n", {Oddity.LINE_FEEDS}),
        ("\r\n", {Oddity.CARRIAGE_RETURN_LINE_FEEDS}),
        ("\r\r\n\n", {Oddity.LINE_FEEDS, Oddity.CARRIAGE_RETURN_LINE_FEEDS}),
    ],
)
def test_segments_may_end_in_any_line_end_and_it_is_reported(ending: str, odd: set[Oddity]) -> None:
    data = discharge().decode().replace("\r", ending).encode()
    message = read(data)
    assert segment(message, "PID").value(3) == "MR1001"
    assert message.oddities == odd
    assert read_header(data).first(12) == "2.5.1"


def test_segments_of_one_name_keep_their_order() -> None:
    message = read(discharge(diagnoses=("I50.9", "J44.9"), segments=("ZZZ|1", "ZZZ|2")))
    assert [dg1.value(3) for dg1 in message.every("DG1")] == ["I50.9", "J44.9"]
    assert [custom.value(1) for custom in message.every("ZZZ")] == ["1", "2"]
    assert message.first("OBX") is None
    assert message.every("OBX") == []


def test_other_delimiters_with_their_escapes_are_read() -> None:
    person = pid("O@F@N$$$A*B%S", delimiters="#$%@*")
    assert person.components(1) == ["O#N", "", "", "A"]
    assert person.repetitions(1)[1] == ["S"]


def test_a_delimiter_that_is_not_declared_is_text() -> None:
    assert pid(r"a~b\F\c&d^e", delimiters="|^").components(1) == [r"a~b\F\c&d", "e"]


@pytest.mark.parametrize(
    ("start", "odd"),
    [
        (b"", set[Oddity]()),
        (b"\xef\xbb\xbf", {Oddity.BYTE_ORDER_MARK}),
        (b"\r\n", {Oddity.LEADING_BLANKS}),
        (b"\x00 \t", {Oddity.LEADING_BLANKS}),
        (b"\n\xef\xbb\xbf", {Oddity.LEADING_BLANKS, Oddity.BYTE_ORDER_MARK}),
    ],
)
def test_what_may_stand_before_the_header_does_no_harm_and_is_reported(
    start: bytes, odd: set[Oddity]
) -> None:
    data = start + discharge(charset="8859/1")
    assert read_header(data).first(10) == "MSG00001"
    message = read(data)
    assert segment(message, "PID").value(3) == "MR1001"
    assert message.oddities == odd
    assert message.segments[0].name == "MSH"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "MSH"),
        (b"PID|1", "MSH"),
        (b"xMSH|^~\\&|", "MSH"),
        (b"MSH", "MSH-1"),
        (b"MSHA^~\\&A", "MSH-1"),
        (b"MSH\xff^~\\&|", "MSH-1"),
        (b"MSH||a", "MSH-2"),
        (b"MSH|^^~&|", "MSH-2"),
        (b"MSH|^~\\&abc|", "MSH-2"),
    ],
)
def test_what_has_no_usable_header_is_refused_with_its_place(data: bytes, place: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_header(data)
    assert refused.value.place == place


def test_one_delimiter_is_enough_to_begin_with() -> None:
    assert read_header(b"MSH|^|x").delimiters.component == "^"


def test_a_fifth_delimiter_is_the_truncation_mark_of_later_versions() -> None:
    assert read_header(b"MSH|^~\\&#|A\r").delimiters == Delimiters(truncation="#")


def test_groups_begin_at_every_segment_of_a_name() -> None:
    message = read(b"MSH|^~\\&|\rEVN|A40\rPID|1\rMRG|a\rPID|2\rMRG|b\rZZZ|c\r")
    groups = message.groups("PID")
    assert [[part.name for part in group.segments] for group in groups] == [
        ["PID", "MRG"],
        ["PID", "MRG", "ZZZ"],
    ]
