"""The sender's side of MLLP: answers cut anywhere, and answers of any bytes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hospital_sim.mllp import Frames, read_answer


@given(
    payloads=st.lists(
        st.binary(max_size=30).filter(lambda one: b"\x1c" not in one and b"\x0b" not in one),
        max_size=5,
    ),
    cuts=st.lists(st.integers(0, 200), max_size=20),
)
def test_frames_survive_any_chunking(payloads: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(b"\x0b" + payload + b"\x1c\r" for payload in payloads)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    frames = Frames()
    found = [
        payload for begin, end in pairwise(edges) for payload in frames.feed(stream[begin:end])
    ]
    assert found == payloads


@given(payload=st.binary(max_size=80))
def test_reading_an_answer_never_fails(payload: bytes) -> None:
    assert read_answer(payload).positive in (True, False)
