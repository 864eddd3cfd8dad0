"""Files of messages: how they are cut, and what is said about each answer."""

import pytest
from tests.support.mllp_receiver import acknowledgement, receiving

from hospital_sim.files import control_id_of, messages_in
from hospital_sim.mllp import MllpConnection
from hospital_sim.sending_files import send_messages

FIRST = b"MSH|^~\\&|A|GHH|||2026||ADT^A01|M1|P|2.5"
SECOND = FIRST.replace(b"M1", b"M2")


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_messages_are_cut_at_their_headers_whatever_ends_a_line(end: bytes) -> None:
    content = end.join([FIRST, b"EVN|A01", SECOND, b"EVN|A01", b""])
    assert messages_in(content) == [FIRST + b"\rEVN|A01\r", SECOND + b"\rEVN|A01\r"]


def test_framing_blank_lines_and_batch_headers_are_left_out() -> None:
    content = b"FHS|x\rBHS|x\r\x0b" + FIRST + b"\r\x1c\r\n\n" + SECOND + b"\rBTS|2\rFTS|1\r"
    assert messages_in(content) == [FIRST + b"\r", SECOND + b"\r"]


def test_without_any_header_every_line_is_a_message() -> None:
    assert messages_in(b"garbage\nmore\x00garbage\n\n") == [b"garbage", b"more\x00garbage"]
    assert messages_in(b"") == []


def test_the_control_id_is_found_by_the_message_s_own_separator() -> None:
    assert control_id_of(FIRST + b"\rEVN") == "M1"
    assert control_id_of(FIRST.replace(b"|", b"*")) == "M1"
    assert [control_id_of(one) for one in (b"", b"MSH", b"MSH|", b"PID|1")] == [""] * 4


async def test_each_answer_is_said_in_plain_words() -> None:
    def script(number: int, frame: bytes) -> list[bytes]:
        return [acknowledgement(control_id_of(frame), "AA" if number == 1 else "AR", error="103")]

    async with receiving(script) as receiver:
        connection = MllpConnection("127.0.0.1", receiver.port, timeout=5)
        content = FIRST + b"\r" + SECOND + b"\r"
        outcomes = [one async for one in send_messages(content, connection)]
    assert [(one.name, one.accepted) for one in outcomes] == [("M1", True), ("M2", False)]
    assert outcomes[1].words == "refused (AR, application reject): because"


async def test_nobody_there_is_said_for_every_message() -> None:
    async with receiving(lambda _number, _frame: []) as receiver:
        port = receiver.port
    connection = MllpConnection("127.0.0.1", port, timeout=5)
    outcomes = [one async for one in send_messages(b"garbage\n", connection)]
    assert [(one.name, one.accepted) for one in outcomes] == [("message 1", False)]
    assert outcomes[0].words.startswith("no answer")
