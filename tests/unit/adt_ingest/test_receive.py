"""Receiving: what is kept, what is told, and that AA is said only of what is held."""

import gc
from collections.abc import Sequence
from datetime import datetime

import pytest
from tests.support.adt_ingest_fakes import (
    ORIGIN,
    RECEIVED_AT,
    SECRET,
    FakeEvents,
    FakeSites,
    code_of,
    good_health,
    receiver,
    segments_of,
)
from tests.support.hl7_builders import AdtFields, adt, discharge, merge

from adt_ingest.domain.acknowledgement import Code
from adt_ingest.domain.framing import Flaw, Frame
from adt_ingest.domain.profile import AnswerRules, SiteProfile
from care_chassis.events import OutgoingEvent
from care_contracts.hl7 import ReceivedHeaders, Verdict
from care_contracts.identifiers import patient_key, visit_key


async def answer_to(
    data: bytes, events: FakeEvents, *, sites: FakeSites | None = None, flaw: Flaw = Flaw.NONE
) -> bytes:
    (reply,) = await receiver(events, sites).receive([Frame(data, flaw)], ORIGIN)
    (answer,) = reply.blocks
    return answer


def headers_of(event: OutgoingEvent) -> ReceivedHeaders:
    return ReceivedHeaders.model_validate(event.extensions)


async def test_a_discharge_is_held_twice_and_accepted() -> None:
    events = FakeEvents()
    data = discharge(control_id="C1", mrn="MR7", visit="V7")
    assert code_of(await answer_to(data, events)) == "AA"
    received, told = events.held
    assert (received.topic, received.data) == ("hl7.received.v1", data)
    assert headers_of(received) == ReceivedHeaders(
        verdict=Verdict.ACCEPTED,
        site="GHH",
        controlid="C1",
        trigger="A03",
        answer="AA",
        peer="192.0.2.7",
        door="mllp",
    )
    (body,) = events.bodies()
    assert told.type == "encounter.discharged"
    assert told.correlation_id == received.correlation_id == received.event_id
    assert told.traceparent == received.traceparent
    assert received.event_id in told.traceparent
    key = patient_key(SECRET, site="GHH", authority="GHH", mrn="MR7")
    assert told.key == received.key == body.patient.patient_key == key
    assert body.visit is not None
    expected = visit_key(SECRET, site="GHH", authority="GHH", visit="V7")
    assert told.subject == body.visit.visit_key == expected
    assert body.received_at == RECEIVED_AT
    assert body.message.message_control_id == "C1"
    assert body.visit_facts.said()["disposition"] == "01"


async def test_no_number_of_a_patient_stands_where_names_may_be_seen() -> None:
    events = FakeEvents()
    await answer_to(discharge(mrn="MR777", visit="V777", family="Geheim"), events)
    for event in events.held:
        seen = f"{event.key} {event.subject} {event.source} {event.event_id} {event.extensions}"
        assert not any(text in seen for text in ("MR777", "V777", "Geheim"))


@pytest.mark.parametrize(
    "data",
    [
        b"no message",
        b"MSH|^~\\&|A|NOBODY|||||ADT^A01|1|P|2.5\r",
        discharge(mrn=""),
        discharge(family="M\u00fcller").decode().encode("latin-1"),
    ],
    ids=["no message", "unknown site", "no number", "other bytes"],
)
async def test_what_was_refused_takes_no_memory_any_more(data: bytes) -> None:
    """Else thousands of messages wait for the garbage collector, which looks seldom."""
    gc.disable()
    try:
        assert code_of(await answer_to(data, FakeEvents())) in ("AR", "AE")
        kept = [each for each in gc.get_objects() if isinstance(each, Frame)]
        assert not any(frame.data == data for frame in kept)
    finally:
        gc.enable()


async def test_while_kafka_is_away_everything_is_answered_ae_and_nothing_else() -> None:
    events = FakeEvents()
    events.away = True
    for data in (discharge(), b"garbage", adt("A19"), adt("A03", sending_facility="NOBODY")):
        answer = segments_of(await answer_to(data, events))
        assert answer["MSA"][1] == "AE"
        assert "could not be stored" in answer["MSA"][3]
    assert events.held == []
    events.away = False
    assert code_of(await answer_to(discharge(), events)) == "AA"


async def test_a_batch_is_published_at_once_and_answered_in_order() -> None:
    events = FakeEvents()
    frames = [Frame(discharge(control_id=f"C{number}")) for number in range(5)]
    frames.insert(2, Frame(b"garbage"))
    replies = await receiver(events).receive(frames, ORIGIN)
    answers = [answer for reply in replies for answer in reply.blocks]
    assert [code_of(answer) for answer in answers] == ["AA", "AA", "AR", "AA", "AA", "AA"]
    assert [segments_of(answer)["MSA"][2] for answer in answers] == [
        "C0",
        "C1",
        "",
        "C2",
        "C3",
        "C4",
    ]
    assert events.attempts == 1
    controls = [headers_of(event).controlid for event in events.on("hl7.received.v1")]
    assert controls == ["C0", "C1", "", "C2", "C3", "C4"]


@pytest.mark.parametrize("trigger", ["A19", "A20", "A56", "A59", "A63", "Z01"])
async def test_a_trigger_that_means_nothing_here_is_accepted_and_ignored(trigger: str) -> None:
    events = FakeEvents()
    assert code_of(await answer_to(adt(trigger), events)) == "AA"
    (received,) = events.held
    assert (headers_of(received).verdict, headers_of(received).trigger) == ("ignored", trigger)


async def test_another_message_type_is_accepted_and_ignored() -> None:
    events = FakeEvents()
    data = b"MSH|^~\\&|LAB|GHH|||20260522||ORM^O01|L1|P|2.5\rPID|||MR1\r"
    assert code_of(await answer_to(data, events)) == "AA"
    assert headers_of(events.held[0]).verdict == "ignored"


async def test_version_2_1_names_its_trigger_in_evn() -> None:
    events = FakeEvents()
    data = adt("A03", version="2.1").replace(b"ADT^A03^ADT_A03", b"ADT")
    assert code_of(await answer_to(data, events)) == "AA"
    assert headers_of(events.held[0]).trigger == "A03"
    assert events.held[1].type == "encounter.discharged"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "MSH"),
        (b"\x00\x01\x02", "MSH"),
        (b"FHS|^~\\&|", "MSH"),
        (b"MSH|^~\\&|A|GHH|||20260522||ADT^A03||P|2.5\r", "MSH-10"),
        (b"MSH|^~\\&|A|GHH|||20260522|||C1|P|2.5\r", "MSH-9"),
        (adt("A03", version="3.0"), "MSH-12"),
        (discharge()[:-1] + discharge(), "MSH"),
        (discharge(sending_facility="NOBODY"), "MSH-4"),
    ],
)
async def test_what_cannot_be_read_is_rejected_and_quarantined(data: bytes, place: str) -> None:
    events = FakeEvents()
    assert code_of(await answer_to(data, events)) == "AR"
    (received,) = events.held
    headers = headers_of(received)
    assert received.data == data
    assert (headers.verdict, headers.answer, headers.place) == ("quarantined", "AR", place)
    assert headers.reason


async def test_an_unknown_site_is_refused_by_its_name() -> None:
    events = FakeEvents()
    data = discharge(sending_application="EPIC", sending_facility="NOWHERE\x07")
    answer = segments_of(await answer_to(data, events))
    assert "No site is configured for the sender EPIC\\F\\NOWHERE?" in answer["MSA"][3]
    assert answer["ERR"][3].startswith("204^")


@pytest.mark.parametrize("code", [Code.ERROR, Code.REJECTED])
@pytest.mark.parametrize(
    ("fields", "place"),
    [({"mrn": None}, "PID-3"), ({"visit": None}, "PV1-19"), ({"charset": "EBCDIC"}, "MSH-18")],
)
async def test_what_can_be_read_but_not_taken_is_answered_as_the_site_wants(
    code: Code, fields: AdtFields, place: str
) -> None:
    events = FakeEvents()
    sites = FakeSites([good_health(answers=AnswerRules(rejected_as=code))])
    assert code_of(await answer_to(discharge(**fields), events, sites=sites)) == code.value
    headers = headers_of(events.held[0])
    assert (headers.verdict, headers.site, headers.place) == ("quarantined", "GHH", place)


@pytest.mark.parametrize(
    ("flaw", "data", "code"),
    [
        (Flaw.TOO_LARGE, discharge(), "AR"),
        (Flaw.CUT_OFF, discharge(), "AR"),
        (Flaw.NO_END_BLOCK, discharge()[:-1], "AR"),
        (Flaw.NO_END_BLOCK, discharge(), "AA"),
    ],
)
async def test_a_frame_that_is_not_whole_is_not_taken_for_whole(
    flaw: Flaw, data: bytes, code: str
) -> None:
    answer = await answer_to(data, FakeEvents(), flaw=flaw)
    assert code_of(answer) == code
    assert segments_of(answer)["MSA"][2] == "MSG00001"


async def test_a_message_sent_again_makes_the_same_events() -> None:
    first, second = FakeEvents(), FakeEvents()
    await answer_to(discharge(), first)
    await answer_to(discharge(), second)
    assert [event.event_id for event in first.held] == [event.event_id for event in second.held]


async def test_a_control_id_used_again_for_another_message_makes_other_events() -> None:
    events = FakeEvents()
    await answer_to(discharge(disposition="01"), events)
    await answer_to(discharge(disposition="03"), events)
    assert len({event.event_id for event in events.held}) == 4


async def test_what_was_quarantined_is_news_once_its_site_is_configured() -> None:
    events = FakeEvents()
    await answer_to(discharge(), events, sites=FakeSites([]))
    await answer_to(discharge(), events)
    assert len({event.event_id for event in events.held}) == len(events.held) == 3


async def test_every_pair_of_a_merge_is_an_event_of_its_own() -> None:
    events = FakeEvents()
    data = merge(mrn="MR1", prior_mrn="MR2", segments=("PID|||MR3", "MRG|MR4"))
    assert code_of(await answer_to(data, events)) == "AA"
    assert len({event.event_id for event in events.held}) == 3
    pairs = [
        (body.patient.mrn, body.prior_patient.mrn) for body in events.bodies() if body.prior_patient
    ]
    assert pairs == [("MR1", "MR2"), ("MR3", "MR4")]


async def test_facts_that_were_not_said_have_no_key_and_deleted_ones_are_null() -> None:
    events = FakeEvents()
    await answer_to(adt("A08", disposition='""', language='""', admission_type=None), events)
    (body,) = events.bodies()
    assert body.visit_facts.said()["disposition"] is None
    assert body.patient_facts.said()["language"] is None
    assert "admission_type" not in body.visit_facts.said()
    assert "died_at" not in body.patient_facts.said()


class BrokenSites(FakeSites):
    """Fails as nobody foresaw."""

    def find(self, application: str, facility: str) -> SiteProfile | None:
        raise LookupError(f"{application} and {facility}")


async def test_a_fault_of_ours_is_answered_and_the_frame_is_kept() -> None:
    events = FakeEvents()
    answer = segments_of(await answer_to(discharge(control_id="C9"), events, sites=BrokenSites()))
    assert answer["MSA"][1:3] == ["AE", "C9"]
    (received,) = events.held
    assert headers_of(received).verdict == "quarantined"


class BrokenEvents(FakeEvents):
    """A publisher with a fault of its own."""

    async def publish(self, events: Sequence[OutgoingEvent]) -> None:
        raise RuntimeError(f"a bug with {len(events)}")


async def test_a_fault_of_the_publisher_is_answered_ae() -> None:
    assert code_of(await answer_to(discharge(), BrokenEvents())) == "AE"


async def test_an_event_that_kafka_would_refuse_is_quarantined() -> None:
    events = FakeEvents()
    text = "\\X00\\" * 170_000
    assert code_of(await answer_to(discharge(family=text), events)) == "AE"
    assert [headers_of(event).verdict for event in events.held] == ["quarantined"]


async def test_the_clock_that_ran_between_frames_is_the_services_own() -> None:
    events = FakeEvents()
    answer = segments_of(await answer_to(discharge(), events))
    written = datetime.strptime(answer["MSH"][6], "%Y%m%d%H%M%S%z")
    assert written == RECEIVED_AT
    assert {event.time for event in events.held} == {RECEIVED_AT}
