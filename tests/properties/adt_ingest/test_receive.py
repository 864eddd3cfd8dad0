"""Receiving, whatever comes and whenever Kafka fails: yes is said only of what is held."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from tests.support.adt_ingest_fakes import ORIGIN, FakeEvents, code_of, receiver
from tests.support.hl7_builders import adt, discharge, merge

from adt_ingest.domain.framing import Flaw, Frame
from care_chassis.errors import TransientError
from care_chassis.events import OutgoingEvent
from care_contracts.hl7 import ReceivedHeaders


def headers_of(event: OutgoingEvent) -> ReceivedHeaders:
    return ReceivedHeaders.model_validate(event.extensions)


class FlakyEvents(FakeEvents):
    """A broker that fails at some publications."""

    def __init__(self, failures: list[bool]) -> None:
        super().__init__()
        self._failures = iter(failures)

    async def publish(self, events: Sequence[OutgoingEvent]) -> None:
        if next(self._failures, False):
            raise TransientError("Kafka")
        await super().publish(events)


frames = st.one_of(
    st.builds(Frame, st.binary(max_size=40), st.sampled_from(Flaw)),
    st.builds(
        Frame,
        st.sampled_from(
            [discharge(), merge(), adt("A01"), adt("A19"), discharge(mrn=None), b"MSH|^~\\&|"]
        ),
        st.sampled_from(Flaw),
    ),
)


@given(st.lists(st.lists(frames, max_size=4), max_size=5), st.lists(st.booleans(), max_size=5))
async def test_every_frame_is_answered_once_and_every_positive_answer_is_held(
    batches: list[list[Frame]], failures: list[bool]
) -> None:
    events = FlakyEvents(failures)
    receive = receiver(events)
    accepted: Counter[bytes] = Counter()
    for batch in batches:
        replies = await receive.receive(batch, ORIGIN)
        answers = [answer for reply in replies for answer in reply.blocks]
        assert len(answers) == len(batch)
        for frame, answer in zip(batch, answers, strict=True):
            if code_of(answer) == "AA":
                accepted[frame.data] += 1
    held = Counter(
        event.data
        for event in events.on("hl7.received.v1")
        if headers_of(event).verdict != "quarantined"
    )
    assert held == accepted
    told = Counter(event.correlation_id for event in events.on("encounters.v1"))
    for event in events.on("hl7.received.v1"):
        assert (told[event.event_id] > 0) == (headers_of(event).verdict == "accepted")


CONDITIONS = ("", "AL", "NE", "ER", "SU")


def asking(number: int, accept: str, application: str, form: str) -> bytes:
    """A message that is good, lacks its visit, or comes from nowhere."""
    data = discharge(
        control_id=f"N{number}",
        visit="V1" if form != "content" else None,
        sending_facility="GHH" if form != "sender" else "NOBODY",
    )
    head, _, rest = data.partition(b"\r")
    return head.rstrip(b"|") + f"|||{accept}|{application}\r".encode() + rest


asked = st.tuples(
    st.sampled_from(CONDITIONS),
    st.sampled_from(CONDITIONS),
    st.sampled_from(["good", "content", "sender"]),
)
together = st.tuples(st.lists(asked, min_size=1, max_size=4), st.booleans())
"""Messages in one frame, as a batch or one behind another."""


def codes_in(blocks: Sequence[bytes]) -> list[tuple[str, str]]:
    """MSA-1 and MSA-2 of every acknowledgement, in order."""
    lines = [line for block in blocks for line in block.decode().split("\r")]
    return [(line.split("|")[1], line.split("|")[2]) for line in lines if line[:3] == "MSA"]


def check_mode(accept: str, application: str, codes: list[str]) -> None:
    """What holds of the answers to one message, whatever became of it."""
    accepts = [code for code in codes if code[0] == "C"]
    assert codes == accepts + [code for code in codes if code[0] == "A"]
    if not accept and not application:
        assert (len(codes), accepts) == (1, [])
        return
    assert len(accepts) == 1 if accept == "AL" else len(accepts) <= (accept in ("ER", "SU"))
    assert len(codes) <= 2
    if accepts and accepts[0] != "CA":
        assert len(codes) == 1
    elif application == "AL":
        assert len(codes) == len(accepts) + 1
    elif application in ("", "NE"):
        assert codes == accepts


@given(st.lists(together, max_size=4), st.lists(st.booleans(), max_size=3))
async def test_every_message_is_answered_as_it_asks_and_yes_means_that_it_is_held(
    wanted: list[tuple[list[tuple[str, str, str]], bool]], failures: list[bool]
) -> None:
    events = FlakyEvents(failures)
    receive = receiver(events)
    number = 0
    for messages, batch in wanted:
        first = number
        datas = [asking(first + index, *each) for index, each in enumerate(messages)]
        number += len(messages)
        data = b"".join(datas)
        frame = Frame(b"BHS|^~\\&|A|GHH\r" + data + b"BTS|1\r" if batch else data)
        (reply,) = await receive.receive([frame], ORIGIN)
        assert len(reply.blocks) <= (1 if batch or len(messages) > 1 else 2)
        told = codes_in(reply.blocks)
        assert [control for _, control in told] == sorted(
            (control for _, control in told), key=lambda control: int(control[1:])
        )
        held = {event.data: event for event in events.on("hl7.received.v1")}
        for index, (accept, application, _) in enumerate(messages):
            codes = [code for code, control in told if control == f"N{first + index}"]
            check_mode(accept, application, codes)
            if {"AA", "CA", "CR"} & set(codes):
                assert datas[index] in held
            if "AA" in codes:
                assert headers_of(held[datas[index]]).verdict == "accepted"


async def test_a_batch_that_tells_of_too_much_is_refused_whole() -> None:
    """Here, because it takes seconds, which the unit tier has not."""
    events = FakeEvents()
    pairs = "".join(f"PID|||{n}^^^GHH^MR\rMRG|{n + 500}^^^GHH^MR\r" for n in range(499))
    header = "MSH|^~\\&|ADT1|GHH|||20260522170512||ADT^A40^ADT_A39|M{}|P|2.5.1\rEVN|A40\r"
    batch = "".join(header.format(number) + pairs for number in range(41)).encode()
    (reply,) = await receiver(events).receive([Frame(batch)], ORIGIN)
    assert b"more than 20000 events" in reply.blocks[0]
    assert [event.data for event in events.held] == [batch]
