"""The probes at which HL7 readers are known to fail, each by name, and the realistic messages."""

import json
from pathlib import Path

import pytest
from tests.bench.reading import homeward_reader

from adt_ingest.domain.reader import Message, Segment, read_header, read_message

REALISTIC = sorted((Path(__file__).parents[2] / "data" / "hl7" / "realistic").glob("*.hl7"))


def read(data: bytes) -> Message:
    return read_message(data, read_header(data), default_codec="utf-8")


def segment(message: Message, name: str) -> Segment:
    found = message.first(name)
    assert found is not None
    return found


def message_of(
    pid: bytes, *, msh: bytes = b"|^~\\&", charset: bytes = b"", end: bytes = b"\r"
) -> bytes:
    bar, hat = msh[:1], msh[1:2]
    header = b"MSH" + msh + bar * 7 + b"ADT" + hat + b"A01" + bar + b"C1" + bar * 8 + charset
    return end.join([header, b"EVN", b"PID" + bar + pid, b"ZZZ" + bar + b"kept", b""])


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_probe_no_segment_is_lost_whatever_ends_them(end: bytes) -> None:
    message = read(message_of(b"1||MR1", end=end))
    assert [part.name for part in message.segments] == ["MSH", "EVN", "PID", "ZZZ"]
    assert segment(message, "PID").value(3) == "MR1"


def test_probe_a_byte_order_mark_hides_nothing() -> None:
    message = read(b"\xef\xbb\xbf" + message_of(b"1||MR1"))
    assert segment(message, "MSH").raw(1) == "^~\\&"
    assert segment(message, "PID").value(3) == "MR1"


def test_probe_the_declared_charset_is_used_on_the_bytes() -> None:
    assert segment(read(message_of(b"M\xfcller", charset=b"8859/1")), "PID").value(1) == "M\xfcller"


def test_probe_escaped_delimiters_come_back_as_delimiters() -> None:
    person = segment(read(message_of(rb"a\T\b\S\c\F\d\R\e\E\f^g\T\h&i")), "PID")
    assert person.components(1) == ["a&b^c|d~e\\f", "g&h"]
    assert person.marks.subcomponents(person.raw(1), 2) == ["g&h", "i"]


def test_probe_a_formatted_line_break_is_a_line_break() -> None:
    assert segment(read(message_of(rb"one\.br\two")), "PID").value(1) == "one\ntwo"


def test_probe_hexadecimal_digits_are_bytes_of_the_charset() -> None:
    assert segment(read(message_of(rb"\XC5BB\ubr")), "PID").value(1) == "\u017bubr"


def test_probe_delimiters_may_be_others_and_escape_the_same_way() -> None:
    person = segment(read(message_of(b"O@S@NEIL%x$y*z", msh=b"#%$@*")), "PID")
    assert person.repetitions(1) == [["O%NEIL", "x"], ["y"]]


def test_probe_a_segment_of_the_site_is_kept_wherever_it_stands() -> None:
    assert segment(read(message_of(b"1")), "ZZZ").value(1) == "kept"


def test_probe_repetitions_and_sub_components_are_split() -> None:
    person = segment(read(message_of(b"1^^^A&1.2&ISO~2^^^B")), "PID")
    assert person.repetitions(1) == [["1", "", "", "A"], ["2", "", "", "B"]]
    assert person.marks.subcomponents(person.pieces(1)[0], 4) == ["A", "1.2", "ISO"]


def test_probe_what_is_read_of_the_header_counts_as_the_standard_counts() -> None:
    header = read_header(message_of(b"1"))
    assert (header.component(9, 2), header.first(10)) == ("A01", "C1")


@pytest.mark.parametrize("path", REALISTIC, ids=lambda path: path.name)
def test_a_realistic_message_is_read_in_full_without_a_doubt(path: Path) -> None:
    data = path.read_bytes()
    message = read(data)
    assert (message.warnings, message.oddities) == ((), frozenset())
    assert len(message.segments) == data.count(b"\r")
    assert segment(message, "PID").components(5)[0] not in ("", '""')
    assert 600 <= len(data) <= 3700


@pytest.mark.parametrize("path", REALISTIC, ids=lambda path: path.name)
def test_a_realistic_message_says_what_another_reader_reads_in_it(path: Path) -> None:
    expected = json.loads((path.parent / "values.json").read_text("utf-8"))[path.name]
    assert homeward_reader.read(path.read_bytes(), "") == expected
