"""Reading: no bytes break it, and what was written is read again."""

from hypothesis import given
from hypothesis import strategies as st

from adt_ingest.domain.charsets import AS_DECLARED, CharsetRules
from adt_ingest.domain.reader import Message, Segment, read_header, read_message
from adt_ingest.domain.refusals import Refusal


def read(data: bytes) -> Message:
    return read_message(data, read_header(data), default_codec="utf-8")


def pid(text: str) -> Segment:
    found = read(f"MSH|^~\\&|\rPID|{text}\r".encode()).first("PID")
    assert found is not None
    return found


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


REPAIR = CharsetRules(repair_undecodable=True, repair_suspicious=True, repair_codec="cp1252")

charsets = st.sampled_from(
    ["", "ASCII", "8859/1", "UNICODE UTF-8", "ISO IR14", "ISO IR87", "ISO IR159", "KS X 1001", "?"]
)
pieces = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        rb"\M2442\ \C2842\ \C2D41\ \C2949\ \M242943\ \X1B2442\ \F\ \X0D5A\ \ |".split()
    ),
    st.sampled_from([b"\x1b$B", b"\x1b(B", b"\x1b$)C\x0e", b"\rPID|"]),
)


@given(
    st.lists(charsets, max_size=3),
    st.lists(pieces, max_size=12),
    st.sampled_from([AS_DECLARED, REPAIR]),
)
def test_no_mixture_of_character_sets_breaks_the_reader_or_forges_a_segment(
    names: list[str], parts: list[bytes], rules: CharsetRules
) -> None:
    data = b"MSH|^~\\&" + b"|" * 16 + "~".join(names).encode() + b"\rPID|" + b"".join(parts)
    try:
        message = read_message(data, read_header(data), default_codec="utf-8", rules=rules)
    except Refusal:
        return
    assert len(message.segments) <= 1 + data.replace(b"\n", b"\r").count(b"\r")
    for part in message.segments:
        assert all(part.repetitions(number) is not None for number in range(4))


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
