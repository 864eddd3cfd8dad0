"""MLLP framing: the same frames for every way of cutting the stream into chunks."""

import pytest

from adt_ingest.domain.framing import Flaw, Frame, FrameCutter, FrameLimits
from adt_ingest.domain.oddities import Oddity

VT, FS, CR = b"\x0b", b"\x1c", b"\r"
NO_RETURN = frozenset({Oddity.MISSING_CARRIAGE_RETURN})


def cut(*chunks: bytes, limit: int = 1000, end: bool = False) -> list[Frame]:
    cutter = FrameCutter(FrameLimits(limit))
    frames = [frame for chunk in chunks for frame in cutter.feed(chunk)]
    return frames + (cutter.finish() if end else [])


def odd(*oddities: Oddity) -> frozenset[Oddity]:
    return frozenset(oddities)


def contents(frames: list[Frame]) -> list[bytes]:
    return [frame.data for frame in frames]


def test_a_block_gives_its_content() -> None:
    assert cut(b"\x0bMSH|a\r\x1c\r") == [Frame(b"MSH|a\r")]


def test_blocks_in_one_chunk_give_a_frame_each() -> None:
    assert contents(cut(b"\x0bone\r\x1c\r\x0btwo\r\x1c\r")) == [b"one\r", b"two\r"]


def test_an_end_block_after_a_segment_needs_no_carriage_return_and_that_is_odd() -> None:
    assert cut(b"\x0bone\r\x1c\x0btwo\r\x1c", end=True) == [
        Frame(b"one\r", oddities=NO_RETURN),
        Frame(b"two\r", oddities=NO_RETURN),
    ]


def test_after_an_end_block_only_its_carriage_return_may_be_awaited() -> None:
    cutter = FrameCutter(FrameLimits(1000))
    assert cutter.feed(b"\x0bone\r\x1c") == []
    assert cutter.undecided
    assert cutter.lacks_return_only
    assert cutter.feed(b"\r") == [Frame(b"one\r")]
    assert not cutter.undecided
    cutter.feed(b"\x0btwo\x1c")
    assert cutter.undecided
    assert not cutter.lacks_return_only


def test_a_last_segment_without_its_end_is_ended_by_the_end_block() -> None:
    assert contents(cut(b"\x0bone\x1c\r\x0btwo\x1c\n")) == [b"one", b"two"]


def test_silence_decides_about_an_end_block_after_an_unended_segment() -> None:
    cutter = FrameCutter(FrameLimits(1000))
    assert cutter.feed(b"\x0bone\x1c") == []
    assert cutter.undecided
    assert cutter.settle() == [Frame(b"one", oddities=NO_RETURN)]
    assert not cutter.undecided
    assert cutter.settle() == []
    assert contents(cutter.feed(b"\x0btwo\r\x1c\r")) == [b"two\r"]


def test_a_stray_end_block_inside_a_message_does_not_cut_it_short() -> None:
    assert contents(cut(b"\x0bone\x1cmore\r\x1c\r")) == [b"one\x1cmore\r"]


def test_a_start_block_ends_a_frame_that_forgot_its_end() -> None:
    assert cut(b"\x0bone\r\x0btwo\r\x1c\r") == [
        Frame(b"one\r", Flaw.NO_END_BLOCK, odd(Oddity.MISSING_END_BLOCK)),
        Frame(b"two\r"),
    ]


def test_a_doubled_start_block_is_no_frame() -> None:
    assert contents(cut(b"\x0b\x0bone\r\x1c\r")) == [b"one\r"]


def test_an_empty_block_is_a_frame_that_wants_an_answer() -> None:
    assert cut(b"\x0b\x1c\r\x0b\x1c\r") == [Frame(b""), Frame(b"")]


def test_noise_between_blocks_is_counted_and_left_out() -> None:
    cutter = FrameCutter(FrameLimits(1000))
    frames = cutter.feed(b"GET / HTTP/1.1\r\n\r\n\x0bone\r\x1c\r\n\nxx\x0btwo\r\x1c\r")
    assert contents(frames) == [b"one\r", b"two\r"]
    assert cutter.stray_bytes == len("GET / HTTP/1.1xx")


def test_a_frame_at_the_limit_is_whole_and_one_beyond_it_is_not() -> None:
    assert cut(b"\x0b" + b"a" * 9 + b"\r\x1c\r", limit=10) == [Frame(b"a" * 9 + b"\r")]
    assert cut(b"\x0b" + b"a" * 10 + b"\r\x1c\r", limit=10) == [Frame(b"a" * 10, Flaw.TOO_LARGE)]


def test_what_is_kept_of_an_endless_frame_stays_small() -> None:
    cutter = FrameCutter(FrameLimits(100))
    cutter.feed(b"\x0b")
    for _ in range(1000):
        assert cutter.feed(b"a" * 100) == []
        assert cutter.held_bytes <= 202
    assert cutter.feed(b"\r\x1c\r\x0bnext\r\x1c\r") == [
        Frame(b"a" * 100, Flaw.TOO_LARGE),
        Frame(b"next\r"),
    ]


def test_a_stream_that_ends_inside_a_block_has_cut_it_off() -> None:
    assert cut(b"\x0bone\r\x1c\r\x0btw", end=True) == [Frame(b"one\r"), Frame(b"tw", Flaw.CUT_OFF)]
    assert cut(b"\x0bone\x1c", end=True) == [Frame(b"one", oddities=NO_RETURN)]
    assert cut(b"\x0b" + b"a" * 30, limit=10, end=True) == [Frame(b"a" * 10, Flaw.TOO_LARGE)]
    assert cut(b"\x0b", end=True) == []


@pytest.mark.parametrize("ending", [b"\x1c\r", b"\x1c\r\n", b"\x1c\n", b"\x1c", b"\x1c\x1c\r"])
def test_the_next_message_comes_out_after_any_ending(ending: bytes) -> None:
    assert contents(cut(VT + b"a\r" + ending + VT + b"b\r" + FS + CR)) == [b"a\r", b"b\r"]


@pytest.mark.parametrize("start", [b"MSH|", b"BHS|", b"FHS|", b"\xef\xbb\xbfMSH|", b"  MSH|"])
@pytest.mark.parametrize("before", [b"", b"\x0bone\r\x1c\r", b"\x0bone\r\x1c\r\n", b"noise\r\n"])
def test_a_message_without_its_start_block_is_a_frame_and_odd(before: bytes, start: bytes) -> None:
    *_, frame = cut(before + start + b"a\rPID|\r\x1c\r")
    assert frame == Frame(start + b"a\rPID|\r", oddities=odd(Oddity.MISSING_START_BLOCK))


def test_a_message_without_both_its_blocks_ends_where_the_next_one_begins() -> None:
    assert cut(b"MSH|a\r\x0bMSH|b\r\x1c\r") == [
        Frame(
            b"MSH|a\r",
            Flaw.NO_END_BLOCK,
            odd(Oddity.MISSING_START_BLOCK, Oddity.MISSING_END_BLOCK),
        ),
        Frame(b"MSH|b\r"),
    ]


def test_a_message_without_any_block_is_unfinished_until_the_stream_ends() -> None:
    cutter = FrameCutter(FrameLimits(1000))
    assert cutter.feed(b"MSH|a\rPID|\r") == []
    assert cutter.inside
    assert contents(cutter.finish()) == [b"MSH|a\rPID|\r"]


def test_the_name_of_a_segment_inside_a_line_begins_no_message() -> None:
    cutter = FrameCutter(FrameLimits(1000))
    assert cutter.feed(b"what is MSH|?\r\n") == []
    assert not cutter.inside


def test_noise_with_an_end_block_is_a_frame_that_wants_an_answer() -> None:
    assert cut(b"\r\nhello\x1c\r") == [Frame(b"hello", oddities=odd(Oddity.MISSING_START_BLOCK))]
    assert cut(b"a\x1cb\r\x1c\r") == [Frame(b"a\x1cb\r", oddities=odd(Oddity.MISSING_START_BLOCK))]


def test_noise_without_any_end_is_no_frame() -> None:
    cutter = FrameCutter(FrameLimits(10))
    assert cutter.feed(b"n" * 5000) + cutter.finish() == []
    assert cutter.stray_bytes == 5000


def test_a_doubled_end_block_is_odd() -> None:
    assert cut(b"\x0bone\r\x1c\x1c\r") == [Frame(b"one\r", oddities=odd(Oddity.DOUBLED_END_BLOCK))]


def test_another_end_block_after_the_end_is_told_with_the_next_frame() -> None:
    assert cut(b"\x0bone\r\x1c\r\x1c\r\x0btwo\r\x1c\r\x0bthree\r\x1c\r") == [
        Frame(b"one\r"),
        Frame(b"two\r", oddities=odd(Oddity.DOUBLED_END_BLOCK)),
        Frame(b"three\r"),
    ]


def test_a_frame_of_too_many_segments_says_so() -> None:
    limits = FrameLimits(1000, segments=3)
    for end in (b"\r", b"\n", b"\r\n"):
        assert limits.frame(b"PID|" + end * 3) == Frame(b"PID|" + end * 3)
        assert limits.frame(b"PID|" + end * 4).flaw is Flaw.TOO_MANY_SEGMENTS


def test_a_frame_that_is_given_up_keeps_what_has_come() -> None:
    cutter = FrameCutter(FrameLimits(1000))
    cutter.feed(b"\x0bMSH|a\rPI")
    assert cutter.give_up(Flaw.TOO_SLOW) == [Frame(b"MSH|a\rPI", Flaw.TOO_SLOW)]
    assert not cutter.inside
    assert cutter.give_up(Flaw.TOO_SLOW) == []
