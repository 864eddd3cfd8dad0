"""The sender's side of MLLP: answers cut anywhere, closed lines, refusals, silence."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest
from tests.support.mllp_receiver import Close, Deed, Script, acknowledgement, receiving

from hospital_sim.delivery import Feed
from hospital_sim.ledger import Entry, FeedProgress, Ledger
from hospital_sim.mllp import Frames, MllpConnection, NoAnswer, read_answer
from hospital_sim.sendings import Message, Sending

AT = datetime(2026, 6, 1, tzinfo=UTC)


class _NoWait:
    """A clock by which everything is due."""

    def now(self) -> datetime:
        return AT

    async def until(self, instant: datetime) -> None:
        del instant


def message(name: str = "M1", *, flaw: str = "", payload: bytes = b"MSH|x\r") -> Message:
    return Message(name, "GHH", name, "A01", payload + name.encode(), flaw)


async def delivered(
    script: Script, *messages: Message, answer_within: float = 5.0, patience: float = 10.0
) -> tuple[list[Entry], FeedProgress, list[bytes]]:
    async with receiving(script) as receiver:
        connection = MllpConnection("127.0.0.1", receiver.port, timeout=answer_within)
        ledger, progress = Ledger(), FeedProgress("GHH", due=len(messages))
        rng = Random(1)
        feed = Feed(connection, _NoWait(), ledger, rng, patience=patience, first_rest=0.001)
        await feed.stream([Sending(AT, one) for one in messages], progress)
    return list(ledger.entries), progress, receiver.frames


def always(answer: Callable[[str], Deed]) -> Script:
    def script(number: int, frame: bytes) -> Deed:
        del number
        return answer(frame.split(b"\r")[-1].decode())

    return script


async def test_messages_go_one_after_the_other_and_are_acknowledged() -> None:
    entries, progress, frames = await delivered(
        always(lambda name: [acknowledgement(name)]), message("M1"), message("M2")
    )
    assert [entry.acknowledged for entry in entries] == [True, True]
    assert [frame[-2:] for frame in frames] == [b"M1", b"M2"]
    assert (progress.sent, progress.acknowledged, progress.admissions) == (2, 2, 2)


async def test_an_answer_that_comes_byte_by_byte_is_put_together() -> None:
    def script(number: int, frame: bytes) -> Deed:
        del number, frame
        whole = acknowledgement("M1")
        return [whole[place : place + 1] for place in range(len(whole))]

    entries, _, _ = await delivered(script, message())
    assert entries[0].acknowledged


async def test_two_answers_in_one_piece_are_told_apart_by_the_control_id() -> None:
    def script(number: int, frame: bytes) -> Deed:
        del frame
        return [acknowledgement("other") + acknowledgement("M1" if number == 1 else "M2")]

    entries, _, frames = await delivered(script, message("M1"), message("M2"))
    assert [entry.acknowledged for entry in entries] == [True, True]
    assert len(frames) == 2


async def test_after_a_refusal_the_same_bytes_are_sent_until_they_are_taken() -> None:
    def script(number: int, frame: bytes) -> Deed:
        del frame
        return [acknowledgement("M1", "AE" if number < 3 else "AA")]

    entries, progress, frames = await delivered(script, message())
    assert frames == [message().payload] * 3
    assert entries[0].acknowledged
    assert (entries[0].retries, progress.retried, progress.sent) == (2, 2, 1)


async def test_after_a_closed_line_the_same_bytes_go_over_a_new_one() -> None:
    def script(number: int, frame: bytes) -> Deed:
        del frame
        return Close() if number == 1 else [acknowledgement("M1")]

    entries, _, frames = await delivered(script, message())
    assert frames == [message().payload] * 2
    assert entries[0].acknowledged


async def test_half_an_answer_and_a_closed_line_is_no_answer() -> None:
    pieces = iter([[acknowledgement("M1")[:20]], Close(), [acknowledgement("M1")]])

    def script(number: int, frame: bytes) -> Deed:
        del number, frame
        return next(pieces)

    entries, _, frames = await delivered(script, message(), answer_within=0.2)
    assert entries[0].acknowledged
    assert len(frames) == 3


async def test_after_silence_the_line_is_given_up_so_that_no_late_answer_is_mistaken() -> None:
    async with receiving(lambda number, _: [] if number == 1 else [acknowledgement("M1")]) as one:
        connection = MllpConnection("127.0.0.1", one.port, timeout=0.1)
        with pytest.raises(NoAnswer, match="no answer within"):
            await connection.exchange(b"x", "M1")
        assert (await connection.exchange(b"x", "M1")).positive
        await connection.close()
    assert one.connections == 2


async def test_a_message_that_nobody_takes_is_given_up_in_the_end_and_the_next_one_is_sent() -> (
    None
):
    def script(number: int, frame: bytes) -> Deed:
        del number
        refuse = frame.endswith(b"M1")
        return [acknowledgement(frame[-2:].decode(), "AE" if refuse else "AA")]

    entries, _, _ = await delivered(script, message("M1"), message("M2"), patience=0.3)
    assert [entry.acknowledged for entry in entries] == [False, True]
    assert "AE" in entries[0].given_up


async def test_a_bad_message_is_content_with_its_refusal() -> None:
    entries, progress, frames = await delivered(
        always(lambda name: [acknowledgement(name, "AR")]), message(flaw="unknown_site")
    )
    assert entries[0].acknowledged
    assert (progress.refused, len(frames)) == (1, 1)


async def test_a_bad_message_is_sent_again_where_the_receiver_itself_is_in_trouble() -> None:
    def script(number: int, frame: bytes) -> Deed:
        del frame
        return [acknowledgement("M1", "AE", error="207" if number == 1 else "101")]

    entries, _, frames = await delivered(script, message(flaw="garbage"))
    assert entries[0].acknowledged
    assert len(frames) == 2


async def test_a_bad_message_that_is_accepted_is_noticed() -> None:
    entries, _, _ = await delivered(
        always(lambda name: [acknowledgement(name)]), message(flaw="garbage")
    )
    assert not entries[0].acknowledged


async def test_what_a_hospital_sends_twice_needs_two_answers() -> None:
    entries, _, _ = await delivered(
        always(lambda name: [acknowledgement(name)]), message(), message()
    )
    assert len(entries) == 1
    assert (entries[0].sendings, len(entries[0].answers)) == (2, 2)


async def test_a_receiver_that_is_not_there_is_said_to_be_not_there() -> None:
    async with receiving(lambda _number, _frame: []) as receiver:
        port = receiver.port
    with pytest.raises(NoAnswer, match=f"127.0.0.1:{port}"):
        await MllpConnection("127.0.0.1", port, timeout=5).exchange(b"x", "M1")


def test_an_answer_without_end_is_given_up() -> None:
    with pytest.raises(NoAnswer, match="does not end"):
        Frames().feed(b"x" * (2 * 1024 * 1024))


def test_an_answer_is_read_with_its_error() -> None:
    answer = read_answer(
        b"MSH|^~\\&|R\rMSA|AR|M1|\rERR||MSH^1^4|103^Unsupported|E||||no site NOWHERE\r"
    )
    assert (answer.code, answer.control_id, answer.error) == ("AR", "M1", "103")
    assert answer.text == "no site NOWHERE"


def test_an_answers_words_are_read_without_their_escapes() -> None:
    answer = read_answer(b"MSH|^~\\&|R\rMSA|AR|M1|no site ADT\\F\\NEW, \\E\\ and \\T\\\r")
    assert answer.text == "no site ADT|NEW, \\ and &"
