"""MLLP framing: the same frames for every way of cutting the stream into chunks."""

import pytest

from adt_ingest.domain.framing import Flaw, Frame, FrameCutter

VT, FS, CR = b"\x0b", b"\x1c", b"\r"


def cut(*chunks: bytes, limit: int = 1000, end: bool = False) -> list[Frame]:
    cutter = FrameCutter(limit=limit)
    frames = [frame for chunk in chunks for frame in cutter.feed(chunk)]
    return frames + (cutter.finish() if end else [])


def contents(frames: list[Frame]) -> list[bytes]:
    return [frame.data for frame in frames]


def test_a_block_gives_its_content() -> None:
    assert cut(b"\x0bMSH|a\r\x1c\r") == [Frame(b"MSH|a\r")]


def test_blocks_in_one_chunk_give_a_frame_each() -> None:
    assert contents(cut(b"\x0bone\r\x1c\r\x0btwo\r\x1c\r")) == [b"one\r", b"two\r"]


def test_an_end_block_after_a_segment_needs_no_carriage_return() -> None:
    assert contents(cut(b"\x0bone\r\x1c\x0btwo\r\x1c")) == [b"one\r", b"two\r"]


def test_a_last_segment_without_its_end_is_ended_by_the_end_block() -> None:
    assert contents(cut(b"\x0bone\x1c\r\x0btwo\x1c\n")) == [b"one", b"two"]


def test_silence_decides_about_an_end_block_after_an_unended_segment() -> None:
    cutter = FrameCutter(limit=1000)
    assert cutter.feed(b"\x0bone\x1c") == []
    assert cutter.undecided
    assert cutter.settle() == [Frame(b"one")]
    assert not cutter.undecided
    assert cutter.settle() == []
    assert contents(cutter.feed(b"\x0btwo\r\x1c\r")) == [b"two\r"]


def test_a_stray_end_block_inside_a_message_does_not_cut_it_short() -> None:
    assert contents(cut(b"\x0bone\x1cmore\r\x1c\r")) == [b"one\x1cmore\r"]


def test_a_start_block_ends_a_frame_that_forgot_its_end() -> None:
    assert cut(b"\x0bone\r\x0btwo\r\x1c\r") == [
        Frame(b"one\r", Flaw.NO_END_BLOCK),
        Frame(b"two\r"),
    ]


def test_a_doubled_start_block_is_no_frame() -> None:
    assert contents(cut(b"\x0b\x0bone\r\x1c\r")) == [b"one\r"]


def test_an_empty_block_is_a_frame_that_wants_an_answer() -> None:
    assert cut(b"\x0b\x1c\r\x0b\x1c\r") == [Frame(b""), Frame(b"")]


def test_noise_between_blocks_is_counted_and_left_out() -> None:
    cutter = FrameCutter(limit=1000)
    frames = cutter.feed(b"GET / HTTP/1.1\r\n\r\n\x0bone\r\x1c\r\n\nxx\x0btwo\r\x1c\r")
    assert contents(frames) == [b"one\r", b"two\r"]
    assert cutter.stray_bytes == len("GET / HTTP/1.1xx")


def test_a_frame_at_the_limit_is_whole_and_one_beyond_it_is_not() -> None:
    assert cut(b"\x0b" + b"a" * 9 + b"\r\x1c\r", limit=10) == [Frame(b"a" * 9 + b"\r")]
    assert cut(b"\x0b" + b"a" * 10 + b"\r\x1c\r", limit=10) == [Frame(b"a" * 10, Flaw.TOO_LARGE)]


def test_what_is_kept_of_an_endless_frame_stays_small() -> None:
    cutter = FrameCutter(limit=100)
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
    assert cut(b"\x0bone\x1c", end=True) == [Frame(b"one")]
    assert cut(b"\x0b" + b"a" * 30, limit=10, end=True) == [Frame(b"a" * 10, Flaw.TOO_LARGE)]
    assert cut(b"\x0b", end=True) == []


@pytest.mark.parametrize("ending", [b"\x1c\r", b"\x1c\r\n", b"\x1c\n", b"\x1c"])
def test_the_next_message_comes_out_after_any_ending(ending: bytes) -> None:
    assert contents(cut(VT + b"a\r" + ending + VT + b"b\r" + FS + CR)) == [b"a\r", b"b\r"]
