"""Receiving in two steps, holding while Kafka is away, and what is noted of a message's coming."""

import asyncio
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from tests.support.adt_ingest_fakes import (
    ORIGIN,
    FakeEvents,
    FakeReturns,
    FakeSites,
    code_of,
    good_health,
    receiver,
    segments_of,
)
from tests.support.eventually import eventually
from tests.support.hl7_builders import discharge

from adt_ingest.domain.doors import Door, Origin
from adt_ingest.domain.framing import Frame
from adt_ingest.domain.oddities import Oddity
from adt_ingest.domain.profile import AnswerRules, ReturnAddress, SiteProfile

BOTH = AnswerRules(mode="enhanced", accept="AL", application="AL")


def sites_with(answers: AnswerRules, **changes: object) -> FakeSites:
    return FakeSites([good_health(answers=answers, **changes)])


async def test_both_steps_come_in_order_and_are_messages_of_their_own() -> None:
    events = FakeEvents()
    (reply,) = await receiver(events, sites_with(BOTH)).receive([Frame(discharge())], ORIGIN)
    assert [code_of(block) for block in reply.blocks] == ["CA", "AA"]
    accept, application = (segments_of(block) for block in reply.blocks)
    assert accept["MSA"][2] == application["MSA"][2] == "MSG00001"
    assert accept["MSH"][9] != application["MSH"][9]
    assert events.held[0].extensions["answer"] == "CA AA"


async def test_an_application_acknowledgement_goes_to_the_return_address() -> None:
    events, returns = FakeEvents(), FakeReturns()
    address = ReturnAddress("192.0.2.9", 2580, confirms=True)
    receive = receiver(events, sites_with(replace(BOTH, return_address=address)), returns)
    (reply,) = await receive.receive([Frame(discharge())], ORIGIN)
    assert [code_of(block) for block in reply.blocks] == ["CA"]
    ((to, block),) = returns.delivered
    assert (to, code_of(block)) == (address, "AA")
    assert segments_of(block)["MSH"][14:16] == ["AL", "NE"]


async def test_in_original_mode_the_answer_stays_on_its_connection() -> None:
    returns = FakeReturns()
    rules = AnswerRules(mode="original", return_address=ReturnAddress("192.0.2.9", 2580))
    receive = receiver(FakeEvents(), sites_with(rules), returns)
    (reply,) = await receive.receive([Frame(discharge())], ORIGIN)
    assert [code_of(block) for block in reply.blocks] == ["AA"]
    assert returns.delivered == []


async def test_who_may_not_speak_for_a_site_is_turned_away_on_its_own_connection() -> None:
    events, returns = FakeEvents(), FakeReturns()
    rules = replace(BOTH, accept="NE", return_address=ReturnAddress("192.0.2.9", 2580))
    receive = receiver(events, sites_with(rules, tls_required=True), returns)
    (reply,) = await receive.receive([Frame(discharge())], ORIGIN)
    assert [code_of(block) for block in reply.blocks] == ["AR"]
    assert returns.delivered == []
    assert events.held[0].extensions["verdict"] == "quarantined"


@pytest.fixture
def held() -> tuple[FakeEvents, FakeSites]:
    events = FakeEvents()
    events.away = True
    waits = good_health(answers=AnswerRules(hold_while_away=True))
    other: SiteProfile = good_health(code="OTHER")
    return events, FakeSites([waits, other])


async def test_a_frame_waits_until_kafka_is_back_and_answers_keep_their_order(
    held: tuple[FakeEvents, FakeSites],
) -> None:
    events, sites = held
    frames = [
        Frame(discharge(control_id="C0", sending_facility="OTHER")),
        Frame(discharge(control_id="C1")),
        Frame(b"garbage"),
        Frame(discharge(control_id="C2", sending_facility="OTHER")),
    ]
    async with asyncio.TaskGroup() as group:
        work = group.create_task(receiver(events, sites).receive(frames, ORIGIN))
        await eventually(lambda: events.attempts == 1, every=0.001)
        assert not work.done()
        assert REGISTRY.get_sample_value("care_adt_ingest_frames_held") == 4
        events.away = False
        events.returned.set()
    assert REGISTRY.get_sample_value("care_adt_ingest_frames_held") == 0
    answers = [segments_of(block) for reply in work.result() for block in reply.blocks]
    assert [answer["MSA"][1:3] for answer in answers][:2] == [["AA", "C0"], ["AA", "C1"]]
    assert [answer["MSA"][2] for answer in answers] == ["C0", "C1", "", "C2"]
    assert len(events.on("encounters.v1")) == 3


async def test_whose_site_does_not_wait_is_answered_at_once(
    held: tuple[FakeEvents, FakeSites],
) -> None:
    frames = [Frame(discharge(sending_facility="OTHER"))]
    (reply,) = await receiver(*held).receive(frames, ORIGIN)
    assert code_of(reply.blocks[0]) == "AE"


class Stopping(FakeEvents):
    """A publisher whose service stops."""

    async def until_back(self) -> None:
        raise asyncio.CancelledError


async def test_a_frame_that_waits_when_the_service_stops_is_not_answered(
    held: tuple[FakeEvents, FakeSites],
) -> None:
    events = Stopping()
    events.away = True
    with pytest.raises(asyncio.CancelledError):
        await receiver(events, held[1]).receive([Frame(discharge())], ORIGIN)
    assert events.held == []


async def test_the_same_control_id_with_other_bytes_is_flagged_and_taken() -> None:
    events = FakeEvents()
    receive = receiver(events)
    for disposition in ("01", "01", "03"):
        (reply,) = await receive.receive([Frame(discharge(disposition=disposition))], ORIGIN)
        assert code_of(reply.blocks[0]) == "AA"
    flags = [event.extensions["flags"] for event in events.on("hl7.received.v1")]
    assert flags == ["", "resent", "control_id_reused"]
    assert len(events.on("encounters.v1")) == 3


async def test_what_was_sent_before_and_not_stored_is_no_less_refused_the_second_time() -> None:
    events = FakeEvents()
    receive = receiver(events)
    events.away = True
    for code in ("AE", "AE", "AA"):
        events.away = code == "AE"
        (reply,) = await receive.receive([Frame(discharge())], ORIGIN)
        assert code_of(reply.blocks[0]) == code
    assert len(events.on("encounters.v1")) == 1


async def test_doubled_carriage_returns_spoil_no_answer() -> None:
    data = discharge().replace(b"\r", b"\r\r")
    (reply,) = await receiver(FakeEvents()).receive([Frame(data)], ORIGIN)
    assert code_of(reply.blocks[0]) == "AA"
    assert b"\r\r" not in reply.blocks[0]


async def test_a_repaired_message_names_the_one_it_repairs() -> None:
    events = FakeEvents()
    origin = Origin(Door.FILE, "console", repairs="0123abcd")
    await receiver(events).receive([Frame(discharge())], origin)
    assert events.held[0].extensions["repairs"] == "0123abcd"
    assert events.held[0].extensions["door"] == "file"


async def test_slips_of_form_are_noted_and_refused_only_where_the_site_says_so() -> None:
    data = discharge().replace(b"\r", b"\n")
    frame = Frame(data, oddities=frozenset({Oddity.DOUBLED_END_BLOCK}))
    events = FakeEvents()
    (reply,) = await receiver(events).receive([frame], ORIGIN)
    assert code_of(reply.blocks[0]) == "AA"
    assert events.held[0].extensions["oddities"] == "doubled_end_block,line_feeds"
    for oddity in (Oddity.DOUBLED_END_BLOCK, Oddity.LINE_FEEDS):
        strict = sites_with(AnswerRules(), refuse=frozenset({oddity}))
        (reply,) = await receiver(FakeEvents(), strict).receive([frame], ORIGIN)
        answer = segments_of(reply.blocks[0])
        assert answer["MSA"][1] == "AE"
        assert oddity.value.replace("_", " ") in answer["MSA"][3]
        both = FakeSites([replace(strict.sites["GHH"], answers=BOTH)])
        (reply,) = await receiver(FakeEvents(), both).receive([frame], ORIGIN)
        assert [code_of(block) for block in reply.blocks] == ["CR"]


async def test_nothing_that_a_sender_wrote_ends_the_block_of_its_answer() -> None:
    data = discharge(control_id="A\x1c", sending_application="X\x0bY")
    (reply,) = await receiver(FakeEvents()).receive([Frame(data)], ORIGIN)
    assert not set(reply.blocks[0]) & set(b"\x0b\x1c")
