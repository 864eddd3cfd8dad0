"""Character sets: all of HL7 table 0211, switches inside a message, and what is not as declared."""

import pytest
from tests.support.hl7_builders import adt

from adt_ingest.domain.charsets import CharsetRules, codec_of, site_codec
from adt_ingest.domain.reader import Message, read_header, read_message
from adt_ingest.domain.refusals import Refusal

REPAIR = CharsetRules(repair_undecodable=True, repair_suspicious=True, repair_codec="cp1252")

SPOKEN = {
    "ASCII": ("Mueller", "ascii"),
    "8859/1": ("Müller", "iso8859_1"),
    "8859/2": ("Łukasz Dvořák", "iso8859_2"),
    "8859/3": ("Ġorġ Ħal", "iso8859_3"),
    "8859/4": ("Jānis Ķēniņš", "iso8859_4"),
    "8859/5": ("Иванова", "iso8859_5"),
    "8859/6": ("محمد", "iso8859_6"),
    "8859/7": ("Παπαδόπουλος", "iso8859_7"),
    "8859/8": ("כהן", "iso8859_8"),
    "8859/9": ("Şahin Doğan", "iso8859_9"),
    "8859/15": ("Œuvré €", "iso8859_15"),
    "ISO IR6": ("Mueller", "ascii"),
    "ISO IR14": ("ﾔﾏﾀﾞ ﾀﾛｳ", "shift_jis"),
    "ISO IR87": ("山田太郎", "iso2022_jp"),
    "ISO IR159": ("丂侄", "iso2022_jp_1"),
    "JAS2020": ("日本", "iso2022_jp"),
    "JIS X 0202": ("日本", "iso2022_jp"),
    "GB 18030-2000": ("王小明𠀀", "gb18030"),
    "KS X 1001": ("김철수", "euc_kr"),
    "BIG-5": ("陳大文", "big5"),
    "UNICODE": ("Ångström Ω 山", "utf-8"),
    "UNICODE UTF-8": ("Ångström Ω 山", "utf-8"),
}
"""Every name of HL7 table 0211 that is read, a name written in it, and how its bytes are made."""

REFUSED = {
    "CNS 11643-1992": "cannot be read here",
    "UNICODE UTF-16": "send UNICODE UTF-8",
    "UNICODE UTF-32": "send UNICODE UTF-8",
}
"""The rest of the table: Python has no codec of the first, MLLP cannot frame the others."""


def read(
    data: bytes, *, default_codec: str = "utf-8", rules: CharsetRules | None = None
) -> Message:
    header = read_header(data)
    if rules is None:
        return read_message(data, header, default_codec=default_codec)
    return read_message(data, header, default_codec=default_codec, rules=rules)


def family(message: Message) -> str:
    pid = message.first("PID")
    assert pid is not None
    return pid.value(5)


def written(name: bytes, charset: str) -> bytes:
    """A message whose family name is these bytes."""
    return adt("A08", family="NAME", charset=charset).replace(b"NAME", name)


def test_every_name_of_the_table_is_read_or_refused() -> None:
    assert len({**SPOKEN, **REFUSED}) == 25


@pytest.mark.parametrize("charset", SPOKEN)
def test_a_message_is_read_in_the_charset_that_it_declares(charset: str) -> None:
    name, codec = SPOKEN[charset]
    message = read(written(name.encode(codec), charset), default_codec="ascii")
    assert family(message) == name
    assert message.warnings == ()


@pytest.mark.parametrize("charset", REFUSED)
def test_a_charset_that_cannot_be_read_is_refused_in_words(charset: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(written(b"Mueller", charset))
    assert refused.value.place == "MSH-18"
    assert REFUSED[charset] in refused.value.reason


def test_an_unknown_charset_is_refused_by_its_field() -> None:
    with pytest.raises(Refusal) as refused:
        read(adt("A08", charset="EBCDIC"))
    assert refused.value.place == "MSH-18"
    assert "EBCDIC" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("unicode  utf-8", "utf-8"),
        ("ISO_IR192", "utf-8"),
        ("ISO IR 100", "iso8859_1"),
        ("ISO-8859-2", "iso8859_2"),
        ("8859/16", "iso8859_16"),
        ("windows-1252", "cp1252"),
        ("big5", "big5"),
    ],
)
def test_names_that_senders_write_otherwise_are_known(name: str, codec: str) -> None:
    assert codec_of(name) == codec


def test_without_a_declaration_the_sites_charset_counts() -> None:
    assert family(read(written(b"\xc5ngstr\xf6m", ""), default_codec="iso8859_1")) == "Ångström"


def test_a_site_may_name_a_codec_as_python_does() -> None:
    assert site_codec("8859/1") == "iso8859_1"
    assert site_codec("mac-roman") == "mac-roman"
    assert site_codec("klingon") is None


@pytest.mark.parametrize(
    ("text", "charset", "meant"),
    [
        (r"\C2D41\Müller\C2842\ A", "ASCII~8859/1", "Müller A"),
        (r"\C2D46\NikÜ\C2D41\Mü", "ASCII~8859/1~8859/7", "NikάMü"),
        (r"M\C2D41\\XFC\ller \XFC\ \T\.", "~ISO IR100", "Müller ü &."),
        (r"\M2442\;3ED\C2842\ Taro", "ASCII~ISO IR87", "山田 Taro"),
        (r"\M2442\F\F\K\E\\C2842\!", "~ISO IR87", "日本!"),
        (r"\M2442\\X467C4B5C\\C2842\!", "~ISO IR87", "日本!"),
        (r"\M242844\0!\C2842\!", "ISO IR6~ISO IR87~ISO IR159", "丂!"),
        (r"\C2949\ÔÏÀÞ\C2842\ T", "ISO IR6~ISO IR13", "ﾔﾏﾀﾞ T"),
        (r"\C284A\\E\100\C2842\ ", "ASCII~ISO IR14", "¥100 "),
        (r"\M242943\±è\C2842\!", "ASCII~KS X 1001", "김!"),
        (r"\M2442\;3ED^x", "ASCII~ISO IR87", "山田"),
    ],
)
def test_a_declared_charset_may_be_switched_to(text: str, charset: str, meant: str) -> None:
    assert family(read(written(text.encode("latin-1"), charset))) == meant


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (r"\M2442\;3ED\C2842\ Taro", "ASCII"),
        (r"\M2442\;3ED\C2842\ Taro", "ASCII~8859/1"),
        (r"\M2442\;3E\ Taro", "ASCII~ISO IR87"),
        (r"\M9999\;3ED\M99\ Taro", "ASCII~ISO IR87"),
    ],
)
def test_a_switch_that_nobody_declared_stays_as_it_stands(text: str, charset: str) -> None:
    assert family(read(written(text.encode(), charset))) == text


def test_a_switch_cannot_be_used_to_forge_a_segment() -> None:
    hostile = b"\\M2442\\\\X1B28420D5A5A5A7C31\\"
    message = read(written(hostile, "ASCII~ISO IR87"))
    assert "ZZZ" not in [part.name for part in message.segments]


def test_true_escape_sequences_of_iso_2022_are_read_where_a_set_declares_them() -> None:
    data = written("山田太郎".encode("iso2022_jp"), "~ISO IR87")
    assert family(read(data)) == "山田太郎"
    assert family(read(written(b"\x1b$)C\x0e\x30\x21\x0f", "ISO IR6~KS X 1001"))) == "가"


def test_bytes_of_a_switching_message_are_refused_where_they_stand() -> None:
    with pytest.raises(Refusal) as refused:
        read(written(rb"\C2D41\M" + b"\xfc" + rb"\C2842\ M" + b"\xfc", "ASCII~8859/1"))
    assert refused.value.place == "PID-5"


def test_bytes_of_another_charset_are_refused_where_they_stand() -> None:
    with pytest.raises(Refusal) as refused:
        read(written(b"Ren\xe9", "UNICODE UTF-8"))
    assert refused.value.place == "PID-5"
    assert "Ren" not in str(refused.value)


def test_undecodable_bytes_are_repaired_where_the_site_says_so() -> None:
    message = read(written(b"Ren\xe9 \x80", ""), rules=REPAIR)
    assert family(message) == "René €"
    assert message.warnings == ("charset_repaired",)


def test_a_charset_that_cannot_be_read_is_repaired_where_the_site_says_so() -> None:
    message = read(written(b"Ren\xe9", "CNS 11643-1992"), rules=REPAIR)
    assert (family(message), message.warnings) == ("René", ("charset_repaired",))


def test_what_the_repair_cannot_read_either_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        read(written(b"Ren\x81\xff", ""), rules=REPAIR)
    assert refused.value.place == "PID-5"


def test_bytes_that_are_evidently_utf_8_are_reported_and_kept_as_declared() -> None:
    message = read(written("René".encode(), "8859/1"))
    assert family(message) == "RenÃ©"
    assert message.warnings == ("charset_suspicious",)


def test_bytes_that_are_evidently_utf_8_are_repaired_where_the_site_says_so() -> None:
    rules = CharsetRules(repair_suspicious=True, repair_codec="utf-8")
    message = read(written("René".encode(), "8859/1"), rules=rules)
    assert (family(message), message.warnings) == ("René", ("charset_repaired",))


def test_a_repair_of_what_is_wrong_touches_nothing_that_is_right() -> None:
    message = read(written(b"Ren\xe9", "8859/1"), rules=REPAIR)
    assert (family(message), message.warnings) == ("René", ())


def test_a_byte_order_mark_says_utf_8_where_nothing_else_is_said() -> None:
    data = b"\xef\xbb\xbf" + written("Müller".encode(), "")
    assert family(read(data, default_codec="iso8859_1")) == "Müller"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_message_in_a_wide_form_of_unicode_is_told_so(codec: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_header(adt("A08").decode().encode(codec))
    assert "UTF-16 or UTF-32" in refused.value.reason


@pytest.mark.parametrize("byte", [b"\xc3\xbc", b"\0"])
def test_no_letters_of_a_name_that_begins_a_line_are_taken_for_a_segments_name(byte: bytes) -> None:
    data = adt("A08", charset="ASCII") + b"DOE|J" + byte + b"rgen\r"
    with pytest.raises(Refusal) as refused:
        read_message(data, read_header(data), default_codec="utf-8")
    assert refused.value.place == ""
