"""Several messages in one: batches with their headers, and messages that merely follow another."""

import pytest
from tests.support.hl7_builders import admission, discharge

from adt_ingest.domain.batches import Group, messages_in

ONE, TWO = discharge(control_id="B1"), admission(control_id="B2")
FHS, BHS = b"FHS|^~\\&|ADT1|GHH", b"BHS|^~\\&|ADT1|GHH"


def test_a_message_alone_is_itself() -> None:
    for data in (ONE, b"", b"garbage", b"\xef\xbb\xbf" + ONE, b"\r\n" + ONE):
        batch = messages_in(data)
        assert batch.messages == (data,)
        assert not batch.wrapped
        assert not batch.concatenated


def test_the_messages_of_a_file_stand_in_their_batches() -> None:
    three = discharge(control_id="B3")
    data = b"\r".join(
        (FHS, BHS, ONE + TWO + b"BTS|2", BHS + b"|2", three + b"BTS|1|end", b"FTS|2", b"")
    )
    batch = messages_in(data)
    assert batch.messages == (ONE, TWO, three)
    assert batch.groups == (Group(BHS, 2), Group(BHS + b"|2", 1))
    assert batch.file_header == FHS
    assert batch.envelope == b"\r".join(
        (FHS, BHS, b"BTS|2", BHS + b"|2", b"BTS|1|end", b"FTS|2", b"")
    )
    assert batch.wrapped
    assert batch.warnings == ()


def test_messages_one_after_another_are_several() -> None:
    other = b"MSH#$%@*#A#GHH#####ADT$A01#C9#P#2.5\r"
    batch = messages_in(ONE + other + b"\n" + TWO)
    assert batch.messages == (ONE, other + b"\n", TWO)
    assert batch.concatenated
    assert batch.envelope == b""


def test_the_letters_of_a_header_in_a_text_begin_no_message() -> None:
    for text in ("OBX|1|NM|MSH|5", "NTE|1|x\nMSH: 5 pg/ml", "NTE|1|x\nMSH- negative"):
        data = discharge(segments=(text,))
        assert messages_in(data).messages == (data,)


def test_a_broken_header_in_a_batch_is_a_message_all_the_same() -> None:
    batch = messages_in(BHS + b"\r" + ONE + b"MSH||\rPID|1\rBTS|2\r")
    assert batch.messages == (ONE, b"MSH||\rPID|1\r")
    assert batch.warnings == ()


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (BHS + b"\r" + ONE + b"BTS|3\r", "The trailer counts 3 messages, and 1 came"),
        (BHS + b"\r" + ONE, "A batch has no trailer (BTS)"),
        (BHS + b"\r" + ONE + BHS + b"\r" + ONE + b"BTS|1\r", "A batch has no trailer (BTS)"),
        (FHS + b"\r" + ONE + b"BTS|1\r", "A batch trailer (BTS) has no header"),
        (
            FHS + b"\r" + BHS + b"\r" + ONE + b"BTS\rFTS|2\r",
            "The trailer counts 2 batches, and 1 came",
        ),
        (
            FHS + b"\r" + BHS + b"\r" + ONE + b"BTS\r" + FHS + b"\rFTS|1\r",
            "A file header (FHS) stands inside the file",
        ),
    ],
)
def test_what_headers_and_trailers_say_wrongly_is_a_warning(data: bytes, warning: str) -> None:
    batch = messages_in(data)
    assert batch.warnings == (warning,)
    assert ONE in batch.messages


def test_a_batch_may_hold_nothing() -> None:
    batch = messages_in(FHS + b"\n" + BHS + b"\nBTS|0\nFTS|1\n")
    assert batch.messages == ()
    assert batch.groups == (Group(BHS, 0),)
    assert batch.warnings == ()


def test_a_line_of_text_that_looks_like_a_trailer_is_no_trailer() -> None:
    data = ONE.replace(b"|GHH|", b"|MSH|", 1) + b"FTS-12 was given\rPV1|2\r"
    assert messages_in(data).messages == (data,)


def test_the_same_warning_is_given_once_and_many_are_not_all_kept() -> None:
    same = messages_in(BHS + b"\r" + ONE + b"BTS|1\r" * 5000)
    assert same.warnings == (
        "A batch trailer (BTS) has no header",
        "The trailer counts 1 messages, and 0 came",
    )
    several = b"".join(BHS + b"\r" + ONE + b"BTS|%d\r" % number for number in range(2, 40))
    assert len(messages_in(several).warnings) == 10
