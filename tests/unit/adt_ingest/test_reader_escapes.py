"""Escape sequences: what the standard has is replaced, all else stays visible."""

import pytest

from adt_ingest.domain.delimiters import Delimiters
from adt_ingest.domain.escapes import Unescaper
from adt_ingest.domain.reader import Segment, read_header, read_message


def pid(text: str, *, msh2: str = "^~\\&", charset: str = "") -> Segment:
    """The PID whose fields from PID-1 on are `text`."""
    data = f"MSH|{msh2}{'|' * 16}{charset}\rPID|{text}\r".encode()
    found = read_message(data, read_header(data), default_codec="utf-8").first("PID")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
        (r"\H\bold\N\ text", "bold text"),
        (r"line\.br\break\.ce\centred", "line\nbreak\ncentred"),
        (r"a\.sp\b\.sp2\c\.sp+3\d\.sp 1\e", "a\nb\n\nc\n\n\nd\ne"),
        (r"a\.sk 3\b\.in+4\c\.ti-2\d\.fi\e\.nf\f", "a   bcdef"),
        (r"\X41426f\ and \XC5BB\ ", "ABo and Ż "),
        (r"\XC5\\XBB\ \XE2\\X82AC\ ", "Ż € "),
        (r"a\X0D\\X0A\b", "a\r\nb"),
    ],
)
def test_a_sequence_of_the_standard_means_what_it_says(written: str, meant: str) -> None:
    assert pid(written).value(1) == meant
    assert pid(f"x^{written}").components(1) == ["x", meant]
    assert pid(f"x&{written}").marks.subcomponents(f"x&{written}", 1) == ["x", meant]


@pytest.mark.parametrize(
    "written",
    [
        r"\XFF\ \X4\ \Xzz\ \X\ ",
        r"\X00\ ",
        r"\Zlocal\ \Z\ ",
        r"\C2842\ \M2442\F\C2842\ ",
        r"\P\ \L\ ",
        r"\.xx\ \.sp123\ \.\ ",
        r"\f\ \br\ \FF\ ",
        "one \\ alone",
        "C:\\Temp\\new",
        "\\",
        "\\\\",
        "\\X41",
        "\\F",
    ],
)
def test_what_the_standard_does_not_have_stays_as_it_stands(written: str) -> None:
    assert pid(written).value(1) == written


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"one \ alone, then \F\.", r"one \ alone, then |."),
        (r"\E\F\E\ ", r"\F\ "),
        (r"\H\\F\\N\ ", "| "),
        (r"\Za\F\ ", r"\Za\F\ "),
        (r"\X4\F\ ", r"\X4| "),
    ],
)
def test_sequences_do_not_nest_and_end_where_they_end(written: str, meant: str) -> None:
    assert pid(written).value(1) == meant


def test_hexadecimal_digits_are_bytes_of_the_messages_charset() -> None:
    assert pid(r"M\XFC\ller", charset="8859/1").value(1) == "Müller"
    assert pid(r"\X1B24424B5C1B2842\!", charset="ISO IR87").value(1) == "本!"


def test_the_truncation_mark_of_later_versions_has_a_sequence_where_it_is_declared() -> None:
    assert pid(r"a\P\b\L\c#", msh2="^~\\&#").value(1) == "a#b#c#"


def test_without_an_escape_character_nothing_is_a_sequence() -> None:
    assert pid(r"a\F\b", msh2="^~").value(1) == r"a\F\b"


def test_a_short_text_cannot_ask_for_a_long_one() -> None:
    assert len(Unescaper(Delimiters(), "utf-8")(r"\.sp99\\.sk99\ " * 100)) < 100 * 200
