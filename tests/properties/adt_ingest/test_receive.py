"""Receiving, whatever comes and whenever Kafka fails: AA is said only of what is held."""

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
