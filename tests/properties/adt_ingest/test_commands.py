"""What operators look at is broken by its nature: nothing they do with it may break, or tell."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.support.adt_ingest_fakes import GOOD_HEALTH, RECEIVED_AT
from tests.support.hl7_builders import admission, discharge, framed, merge
from tests.support.quarantine_fakes import CAME_AT, received

from adt_ingest.domain.captures import read_capture
from adt_ingest.domain.masking import masked
from adt_ingest.domain.quarantine import Quarantine, Received
from adt_ingest.records import ids_if_taken
from adt_ingest.rehearse import Rehearsal, Summary, fragment

GOOD = [admission(segments=["ZPV|1||x"]), discharge(), merge(), framed(discharge(), merge())]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good message with pieces cut out, doubled and put in."""
    data = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 30)))
        piece = draw(st.one_of(st.binary(max_size=6), st.just(data[start:end] * 2)))
        data = data[:start] + piece + data[end:]
    return data


def _nobody(_application: str, _facility: str) -> None:
    return None


@given(st.lists(mutated(), min_size=1, max_size=3).map(b"".join))
def test_a_rehearsal_comes_to_its_end_whatever_is_in_the_file(content: bytes) -> None:
    rehearsal = Rehearsal(site=GOOD_HEALTH, find_site=_nobody, now=RECEIVED_AT)
    summary = Summary()
    for one in rehearsal.of(read_capture(content).frames):
        summary.add(one)
        assert one.answer
    fragment(summary.lacks())


@given(mutated(), st.binary(max_size=60))
def test_nothing_breaks_what_is_masked(data: bytes, noise: bytes) -> None:
    for one in (data, noise, noise + data):
        assert len(masked(one)) <= len(one)


verdicts = st.sampled_from(["accepted", "quarantined"])
ids = st.integers(0, 5).map(lambda number: f"{number:032x}")


@st.composite
def records(draw: st.DrawFn) -> list[Received]:
    """A few records that name each other at random."""
    return [
        received(
            draw(ids),
            verdict=draw(verdicts),
            repairs=draw(st.one_of(st.just(""), ids)),
            received_at=CAME_AT + timedelta(seconds=draw(st.integers(0, 9))),
            data=str(number).encode(),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


@given(records(), st.data())
def test_what_waits_does_not_depend_on_the_order_of_reading(
    told: list[Received], data: st.DataObject
) -> None:
    assert _waiting(data.draw(st.permutations(told))) == _waiting(told)


@given(records())
def test_while_a_refused_message_is_not_settled_something_of_its_line_waits(
    told: list[Received],
) -> None:
    quarantine = Quarantine(ids_if_taken)
    for one in told:
        quarantine.take(one)
    refused = {one.event_id for one in told if one.verdict == "quarantined"}
    if [one for one in refused if not quarantine.repair_of(one)]:
        assert quarantine.waiting()


def _waiting(told: list[Received]) -> list[str]:
    quarantine = Quarantine(ids_if_taken)
    for one in told:
        quarantine.take(one)
    return [held.received.event_id for held in quarantine.waiting()]
