"""MLLP framing: the same frames for every way of cutting the stream into chunks."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from adt_ingest.domain.framing import Frame, FrameCutter, FrameLimits

VT, FS, CR = b"\x0b", b"\x1c", b"\r"


def cut(*chunks: bytes, limit: int = 1000, end: bool = False) -> tuple[list[Frame], int]:
    """The frames of a stream, and how many bytes belonged to none."""
    cutter = FrameCutter(FrameLimits(limit, segments=5))
    frames = [frame for chunk in chunks for frame in cutter.feed(chunk)]
    frames += cutter.finish() if end else []
    return frames, cutter.stray_bytes


marks = [VT, FS, CR, b"\n", FS + CR, VT + b"MSH|", CR + FS + CR, CR + FS, FS + FS + CR]
starts = [b"MSH", b"M", b"SH|", b"BHS|", b"FHS|", b" ", b"\xef\xbb\xbf", b"\rMSH|", b"noise"]
stream = st.lists(
    st.one_of(st.sampled_from([*marks, *starts]), st.binary(max_size=6)), max_size=30
).map(b"".join)


@given(stream, st.data())
def test_any_cutting_of_any_stream_gives_the_same_frames(whole: bytes, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(whole)), max_size=10).map(sorted))
    chunks = [whole[start:end] for start, end in pairwise([0, *places, len(whole)])]
    limit = data.draw(st.integers(1, 24))
    assert cut(*chunks, limit=limit, end=True) == cut(whole, limit=limit, end=True)
    single = [whole[index : index + 1] for index in range(len(whole))]
    assert cut(*single, limit=limit, end=True) == cut(whole, limit=limit, end=True)


plain = st.binary(max_size=20).filter(lambda body: not {11, 28, 13, 10} & set(body))


@given(st.lists(plain, max_size=8))
def test_every_block_comes_out_as_it_went_in(bodies: list[bytes]) -> None:
    whole = b"".join(VT + body + FS + CR for body in bodies)
    assert cut(whole) == ([Frame(body) for body in bodies], 0)


@given(st.lists(stream, max_size=6))
def test_no_stream_makes_the_cutter_hold_much_more_than_one_frame(chunks: list[bytes]) -> None:
    cutter = FrameCutter(FrameLimits(10))
    for chunk in chunks:
        cutter.feed(chunk)
        assert cutter.held_bytes <= 10 + 2 + 12
