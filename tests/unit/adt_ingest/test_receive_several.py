"""Several messages in one frame: each is judged for itself, and the frame is answered once."""

from dataclasses import replace

import pytest
from tests.support.adt_ingest_fakes import ORIGIN, FakeEvents, receiver, segments_of
from tests.support.hl7_builders import admission, adt, discharge

from adt_ingest.domain.framing import Flaw, Frame
from care_chassis.events import OutgoingEvent

FHS, BHS = b"FHS|^~\\&|ADT1|GHH|HW|CARE|20260522||||F7\r", b"BHS|^~\\&|ADT1|GHH|HW|CARE|||||B7\r"
ONE, BAD, TWO = (
    discharge(control_id="B1"),
    admission(control_id="B2", visit=None),
    adt("A19", control_id="B3"),
)
BATCH = FHS + BHS + ONE + BAD + b"BTS|2\r" + BHS + TWO + b"BTS|1\rFTS|2\r"


async def answer_to(data: bytes, events: FakeEvents, flaw: Flaw = Flaw.NONE) -> bytes:
    (reply,) = await receiver(events).receive([Frame(data, flaw)], ORIGIN)
    (block,) = reply.blocks
    return block


def received(events: FakeEvents) -> list[OutgoingEvent]:
    return events.on("hl7.received.v1")


async def test_a_batch_is_answered_by_a_batch_in_the_same_groups() -> None:
    lines = (await answer_to(BATCH, FakeEvents())).decode().split("\r")
    assert [line.split("|")[0] for line in lines] == [
        *("FHS", "BHS", "MSH", "MSA", "MSH", "MSA", "ERR", "BTS"),
        *("BHS", "MSH", "MSA", "BTS", "FTS", ""),
    ]
    header = lines[0].split("|")
    assert header[2:7] == ["HW", "CARE", "ADT1", "GHH", "20260522211000+0000"]
    assert header[11] == "F7"
    assert lines[1].split("|")[11] == "B7"
    assert lines[1].split("|")[10] != lines[8].split("|")[10]
    answers = [line.split("|")[1:3] for line in lines if line.startswith("MSA")]
    assert answers == [["AA", "B1"], ["AE", "B2"], ["AA", "B3"]]
    assert [line for line in lines if line[:3] in ("BTS", "FTS")] == ["BTS|2", "BTS|1", "FTS|2"]


async def test_every_message_of_a_batch_is_kept_for_itself_and_so_is_the_envelope() -> None:
    events = FakeEvents()
    await answer_to(BATCH, events)
    *messages, envelope = received(events)
    assert [event.data for event in messages] == [ONE, BAD, TWO]
    assert [event.extensions["verdict"] for event in messages] == [
        "accepted",
        "quarantined",
        "ignored",
    ]
    assert {event.extensions["batch"] for event in messages} == {envelope.event_id}
    assert envelope.data == FHS + BHS + b"BTS|2\r" + BHS + b"BTS|1\rFTS|2\r"
    assert (envelope.extensions["verdict"], envelope.subject) == ("ignored", "GHH")
    assert len({event.event_id for event in events.held}) == len(events.held)


async def test_a_message_in_a_batch_has_the_same_events_as_alone() -> None:
    batch, alone = FakeEvents(), FakeEvents()
    await answer_to(BATCH, batch)
    await answer_to(ONE, alone)
    assert [event.event_id for event in alone.held] == [
        event.event_id for event in batch.held[: len(alone.held)]
    ]


async def test_a_wrong_count_is_a_warning_and_refuses_nothing() -> None:
    events = FakeEvents()
    block = await answer_to(BHS + ONE + b"BTS|5\r", events)
    assert segments_of(block)["MSA"][1:3] == ["AA", "B1"]
    assert received(events)[-1].extensions["warnings"] == (
        "The trailer counts 5 messages, and 1 came"
    )


async def test_an_empty_batch_is_answered_by_one_and_kept() -> None:
    events = FakeEvents()
    block = await answer_to(BHS + b"BTS|0\r", events)
    assert block.startswith(b"BHS|^~\\&|HW|CARE|ADT1|GHH|")
    assert block.endswith(b"\rBTS|0\r")
    assert [event.data for event in events.held] == [BHS + b"BTS|0\r"]


async def test_messages_behind_one_another_are_answered_behind_one_another() -> None:
    events = FakeEvents()
    block = await answer_to(ONE + BAD + TWO, events)
    lines = block.decode().split("\r")
    assert [line.split("|")[1:3] for line in lines if line.startswith("MSA")] == [
        ["AA", "B1"],
        ["AE", "B2"],
        ["AA", "B3"],
    ]
    assert [event.data for event in received(events)] == [ONE, BAD, TWO]
    assert {event.extensions["oddities"] for event in received(events)} == {"concatenated"}
    assert len({event.extensions["batch"] for event in received(events)}) == 1


@pytest.mark.parametrize("flaw", [Flaw.CUT_OFF, Flaw.TOO_LARGE])
async def test_a_batch_that_is_not_whole_is_refused_whole(flaw: Flaw) -> None:
    events = FakeEvents()
    block = await answer_to(BATCH, events, flaw)
    assert segments_of(block)["MSA"][1] == "AR"
    assert [event.data for event in events.held] == [BATCH]


async def test_a_batch_of_nothing_but_headers_is_refused_whole() -> None:
    events = FakeEvents()
    block = await answer_to(b"MSH|^~\\&|\r" * 10_001, events)
    assert b"more than 10000 messages" in block
    assert len(events.held) == 1


async def test_while_kafka_is_away_every_message_of_a_batch_is_told_so() -> None:
    events = FakeEvents()
    events.away = True
    lines = (await answer_to(BATCH, events)).decode().split("\r")
    assert [line.split("|")[1] for line in lines if line.startswith("MSA")] == ["AE"] * 3


async def test_what_a_message_repairs_the_batch_around_it_does_not() -> None:
    events = FakeEvents()
    origin = replace(ORIGIN, repairs="0123")
    await receiver(events).receive([Frame(BHS + BAD + b"BTS|1\r")], origin)
    message, envelope = received(events)
    assert (message.extensions["verdict"], message.extensions["repairs"]) == ("quarantined", "0123")
    assert (envelope.extensions["verdict"], envelope.extensions["repairs"]) == ("ignored", "")
