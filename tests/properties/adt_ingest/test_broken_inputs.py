"""Broken inputs through all but wire and broker: answered, held, never a surprise."""

from collections.abc import Iterable

import pytest
from tests.support.adt_ingest_fakes import ORIGIN, FakeEvents, receiver
from tests.support.corpus import codes_in, good_messages, kept_bad_inputs, mutations, truncations

from adt_ingest.domain.framing import Frame

SURPRISED = b"a person will look"
POSITIVE = {"AA", "CA"}


async def take(messages: Iterable[bytes]) -> set[str]:
    """Receive each; gives back the codes that were answered."""
    codes: set[str] = set()
    for message in messages:
        events = FakeEvents()
        (reply,) = await receiver(events).receive([Frame(message)], ORIGIN)
        assert all(SURPRISED not in block for block in reply.blocks), message
        answered = {code for block in reply.blocks for code in codes_in(block)}
        received = events.on("hl7.received.v1")
        assert received, message
        accepted = {
            event.event_id for event in received if event.extensions["verdict"] == "accepted"
        }
        told = {event.correlation_id for event in events.held if event not in received}
        if answered & POSITIVE:
            assert accepted <= told, message
        codes |= answered
    return codes


async def test_good_messages_are_accepted() -> None:
    assert await take(good_messages()) == {"AA", "CA"}


@pytest.mark.timeout(60)
async def test_a_message_cut_at_any_byte_is_answered() -> None:
    shortest = min(good_messages(), key=len)
    assert await take(truncations(shortest)) == {"AA", "AE", "AR"}


async def test_every_kept_bad_input_is_answered() -> None:
    assert await take(kept_bad_inputs())


@pytest.mark.timeout(120)
async def test_mutated_messages_are_answered_and_what_is_accepted_is_told() -> None:
    assert await take(mutations(3_000, seed=20_260_522)) >= {"AA", "AR"}
