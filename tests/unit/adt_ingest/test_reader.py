"""The lazy reader: what stands in a message, whatever its delimiters, terminators and charset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.hl7_builders import adt, discharge

from adt_ingest.domain.charsets import codec_of, site_codec
from adt_ingest.domain.reader import Delimiters, Message, Segment, read_header, read_message
from adt_ingest.domain.refusals import Refusal


def read(data: bytes, *, default_codec: str = "utf-8") -> Message:
    return read_message(data, read_header(data), default_codec=default_codec)


def segment(message: Message, name: str) -> Segment:
    found = message.first(name)
    assert found is not None
    return found


def pid(text: str, *, delimiters: str = "|^~\\&", charset: str = "") -> Segment:
    """The PID whose fields from PID-1 on are `text`."""
    bar = delimiters[0]
    msh = f"MSH{delimiters}{bar * 16}{charset}"
    data = f"{msh}\rPID{bar}{text}\r".encode(codec_of(charset) or "utf-8")
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


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n", "\r\r\n\n"])
def test_segments_may_end_in_any_line_end(ending: str) -> None:
    data = discharge().decode().replace("\r", ending).encode()
    assert segment(read(data), "PID").value(3) == "MR1001"
    assert read_header(data).first(12) == "2.5.1"


def test_segments_of_one_name_keep_their_order() -> None:
    message = read(discharge(diagnoses=("I50.9", "J44.9"), segments=("ZZZ|1", "ZZZ|2")))
    assert [dg1.value(3) for dg1 in message.every("DG1")] == ["I50.9", "J44.9"]
    assert [custom.value(1) for custom in message.every("ZZZ")] == ["1", "2"]
    assert message.first("OBX") is None
    assert message.every("OBX") == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
        (r"line\.br\break\.sp2\end", "line\nbreak\nend"),
        (r"\H\bold\N\ \.in+4\text", "bold text"),
        (r"\X41426f\ and \XC5BB\ ", "ABo and Ż "),
        (r"\XFF\ \X4\ \Xzz\ ", r"\XFF\ \X4\ \Xzz\ "),
        (r"\Zlocal\ \C2842\ ", r"\Zlocal\ \C2842\ "),
        ("one \\ alone", "one \\ alone"),
        ("\\", "\\"),
        ("\\\\", "\\\\"),
    ],
)
def test_escape_sequences_are_replaced_or_left_visible(written: str, meant: str) -> None:
    assert pid(written).value(1) == meant
    assert pid(f"x^{written}").components(1) == ["x", meant]


def test_hexadecimal_escapes_are_bytes_of_the_messages_charset() -> None:
    assert pid(r"M\XFC\ller", charset="8859/1").value(1) == "Müller"


def test_other_delimiters_with_their_escapes_are_read() -> None:
    person = pid("O@F@N$$$A*B%S", delimiters="#$%@*")
    assert person.components(1) == ["O#N", "", "", "A"]
    assert person.repetitions(1)[1] == ["S"]


def test_a_delimiter_that_is_not_declared_is_text() -> None:
    assert pid(r"a~b\F\c&d^e", delimiters="|^").components(1) == [r"a~b\F\c&d", "e"]


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("8859/1", "latin-1"),
        ("8859/2", "iso8859_2"),
        ("8859/15", "iso8859_15"),
        ("UNICODE UTF-8", "utf-8"),
        ("unicode  utf-8", "utf-8"),
        ("ISO_IR192", "utf-8"),
        ("GB 18030-2000", "gb18030"),
        ("KS X 1001", "euc_kr"),
        ("ISO IR87", "iso2022_jp"),
        ("windows-1252", "cp1252"),
    ],
)
def test_the_message_is_decoded_as_it_declares(charset: str, codec: str) -> None:
    name = (
        "가나" if codec == "euc_kr" else "日本" if codec in ("gb18030", "iso2022_jp") else "Jürgen"
    )
    data = adt("A08", family=name, charset=charset).decode().encode(codec)
    assert segment(read(data, default_codec="ascii"), "PID").value(5) == name


def test_without_a_declaration_the_sites_charset_counts() -> None:
    data = adt("A08", family="Ångström").decode().encode("latin-1")
    assert segment(read(data, default_codec="latin-1"), "PID").value(5) == "Ångström"


def test_an_unknown_charset_is_refused_by_its_field() -> None:
    with pytest.raises(Refusal) as refused:
        read(adt("A08", charset="EBCDIC"))
    assert refused.value.place == "MSH-18"


def test_bytes_of_another_charset_are_refused_where_they_stand() -> None:
    with pytest.raises(Refusal) as refused:
        read(adt("A08", given="René").decode().encode("latin-1"))
    assert refused.value.place == "PID-5"
    assert "René" not in str(refused.value)


def test_a_site_may_name_a_codec_as_python_does() -> None:
    assert site_codec("8859/1") == "iso8859_1"
    assert site_codec("mac-roman") == "mac-roman"
    assert site_codec("klingon") is None


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\r\n", b"\x00 \t"])
def test_a_byte_order_mark_or_blanks_before_the_header_do_no_harm(start: bytes) -> None:
    data = start + discharge()
    assert read_header(data).first(10) == "MSG00001"
    assert segment(read(data), "PID").value(3) == "MR1001"


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
    assert read_header(b"MSH|^~\\&#|A\r").delimiters == Delimiters()


def test_groups_begin_at_every_segment_of_a_name() -> None:
    message = read(b"MSH|^~\\&|\rEVN|A40\rPID|1\rMRG|a\rPID|2\rMRG|b\rZZZ|c\r")
    groups = message.groups("PID")
    assert [[part.name for part in group.segments] for group in groups] == [
        ["PID", "MRG"],
        ["PID", "MRG", "ZZZ"],
    ]


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise_anything_but_a_refusal(data: bytes) -> None:
    for start in (b"", b"MSH|^~\\&|", b"MSH|^~\\&|A|B|C|D|E||ADT^A03|1|P|2.5\rPID|"):
        try:
            message = read(start + data)
        except Refusal:
            continue
        for part in message.segments:
            for number in range(1, 8):
                assert part.value(number) is not None
                assert part.components(number)
                assert part.repetitions(number) is not None


texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r\n|^~\\&\ufeff\uffff"),
    min_size=1,
    max_size=8,
)


@given(
    st.lists(st.lists(st.lists(texts, min_size=1, max_size=3), min_size=1, max_size=3), max_size=5)
)
def test_what_was_written_is_read_again(fields: list[list[list[str]]]) -> None:
    written = "|".join("~".join("^".join(parts) for parts in field) for field in fields)
    person = pid(written)
    for number, field in enumerate(fields, start=1):
        assert person.repetitions(number) == field
        assert person.components(number) == field[0]
        assert person.value(number) == field[0][0]
