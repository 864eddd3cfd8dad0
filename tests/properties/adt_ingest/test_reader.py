"""Reading: no bytes break it, and what was written is read again."""

from hypothesis import given
from hypothesis import strategies as st

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
