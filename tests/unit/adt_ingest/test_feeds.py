"""The feeds beside ADT: where each goes, under which ids, and what is ignored or refused."""

import json

import pytest
from prometheus_client import REGISTRY
from tests.support.adt_ingest_fakes import ORIGIN, RECEIVED_AT, SECRET, FakeEvents, receiver
from tests.support.feed_messages import (
    HEMOGLOBIN,
    OBR,
    PID,
    RESOURCES,
    RF1,
    SCH,
    TXA,
    body_of,
    events_of,
    feed_message,
    judged,
    mdm,
    oru,
    ref,
    siu,
)

from adt_ingest.domain import appointments, documents, referrals, results
from adt_ingest.domain.framing import Frame
from adt_ingest.domain.judgement import IGNORED, QUARANTINED
from care_contracts import topics
from care_contracts.appointments import (
    AppointmentEvent,
    AppointmentEventType,
    AppointmentStatus,
    ResourceKind,
)
from care_contracts.documents import DocumentEventType
from care_contracts.identifiers import patient_key, visit_key
from care_contracts.referrals import ReferralEventType
from care_contracts.results import ResultEventType

ONE_OF_EACH = [
    (siu(), topics.APPOINTMENTS, "appointment.booked"),
    (oru(OBR, HEMOGLOBIN), topics.RESULTS, "result.reported"),
    (mdm(), topics.DOCUMENTS, "document.created"),
    (ref(), topics.REFERRALS, "referral.requested"),
]


def test_every_type_of_the_contracts_is_told_by_some_trigger() -> None:
    assert set(appointments.KINDS.values()) == set(AppointmentEventType)
    assert set(documents.KINDS.values()) == set(DocumentEventType)
    assert set(referrals.KINDS.values()) == set(ReferralEventType)
    assert set(results.KINDS) == set(ResultEventType)


@pytest.mark.parametrize(("data", "topic", "kind"), ONE_OF_EACH)
def test_each_feed_has_a_topic_and_patients_keep_their_key(
    data: bytes, topic: str, kind: str
) -> None:
    (event,) = events_of(data)
    assert (event.topic, event.type) == (topic, kind)
    key = patient_key(SECRET, site="GHH", authority="GHH", mrn="MR1001")
    assert event.key == key
    body = json.loads(event.data)
    assert body["patient"] == {"patient_key": key, "mrn": "MR1001", "authority": "GHH"}
    assert body["message"]["message_control_id"] == "F1"
    if "visit" in body:
        expected = visit_key(SECRET, site="GHH", authority="GHH", visit="V77")
        assert event.subject == body["visit"]["visit_key"] == expected


@pytest.mark.parametrize(("data", "topic", "kind"), ONE_OF_EACH)
async def test_over_the_wire_it_is_accepted_and_sent_again_it_is_the_same(
    data: bytes, topic: str, kind: str
) -> None:
    first, second = FakeEvents(), FakeEvents()
    for events in (first, second):
        await receiver(events).receive([Frame(data)], ORIGIN)
    assert [event.event_id for event in first.held] == [event.event_id for event in second.held]
    (received,), (told,) = first.on("hl7.received.v1"), first.on(topic)
    assert (received.extensions["verdict"], told.type) == ("accepted", kind)
    assert received.key == told.key
    assert told.correlation_id == received.event_id
    trigger = received.extensions["trigger"]
    labels = {"site": "GHH", "trigger": trigger, "verdict": "accepted", "answer": "AA"}
    assert REGISTRY.get_sample_value("care_adt_ingest_frames_total", labels)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (feed_message("SIU", "S12", SCH, "PID|1||"), "PID-3"),
        (feed_message("SIU", "S12", PID), "SCH"),
        (feed_message("SIU", "S12", "SCH|||1", PID), "SCH-2"),
        (feed_message("ORU", "R01", OBR), "PID"),
        (feed_message("ORU", "R01", PID, HEMOGLOBIN), "OBR"),
        (feed_message("MDM", "T02", TXA), "PID"),
        (feed_message("MDM", "T02", PID), "TXA"),
        (feed_message("MDM", "T02", PID, "TXA|1|DS"), "TXA-12"),
        (feed_message("REF", "I12", RF1), "PID"),
        (feed_message("REF", "I12", PID), "RF1"),
        (feed_message("REF", "I12", PID, "RF1|A"), "RF1-6"),
    ],
)
def test_what_names_nobody_or_nothing_is_refused_by_its_place(data: bytes, place: str) -> None:
    judgement = judged(data)
    assert judgement.verdict == QUARANTINED
    assert judgement.answer.refusal is not None
    assert judgement.answer.refusal.place == place


@pytest.mark.parametrize(
    "data",
    [
        siu("S23"),
        siu("S99"),
        feed_message("SIU", "S12", SCH),
        feed_message("SIU", "", SCH, PID),
        oru(OBR, trigger="R40"),
        mdm("T99"),
        ref("I16"),
        feed_message("RRI", "I12", RF1, PID),
        feed_message("ORM", "O01", PID),
    ],
)
def test_what_means_nothing_here_is_ignored(data: bytes) -> None:
    assert judged(data).verdict == IGNORED
    assert events_of(data) == []


def test_a_result_of_old_has_no_trigger() -> None:
    (event,) = events_of(oru(OBR, HEMOGLOBIN, trigger=""))
    assert event.type == "result.reported"
    assert json.loads(event.data)["message"]["trigger"] == "R01"


def test_texts_have_a_bound_and_say_that_they_were_cut() -> None:
    body = body_of(AppointmentEvent, siu(sch=SCH.replace("Follow-up visit", "x" * 9000)))
    assert body.facts.reason is not None
    assert len(body.facts.reason.text) == 250
    assert body.warnings == ["text_shortened"]


def test_a_nameless_sender_s_clock_is_what_orders_its_words() -> None:
    body = body_of(AppointmentEvent, siu())
    assert body.recorded_at.isoformat() == "2026-05-25T13:00:00+00:00"
    assert body.received_at == RECEIVED_AT


def status(trigger: str, sent: str = "") -> AppointmentStatus | None:
    return body_of(AppointmentEvent, siu(trigger, sch=SCH.replace("Booked", sent))).facts.status


def test_an_appointment_says_when_where_with_whom_and_for_what() -> None:
    body = body_of(AppointmentEvent, siu("S12", *RESOURCES))
    assert body.occurrence == "2"
    assert body.placer_number is not None
    assert body.filler_number is not None
    assert body.placer_order is not None
    assert (body.filler_number.value, body.filler_number.authority) == ("F1", "BOOKS")
    assert (body.placer_number.value, body.placer_order.value) == ("P1", "RF9")
    facts = body.facts
    assert facts.starts_at is not None
    assert facts.ends_at is not None
    assert facts.starts_at.isoformat() == "2026-06-01T13:00:00+00:00"
    assert facts.ends_at.isoformat() == "2026-06-01T13:30:00+00:00"
    assert facts.entered_by is not None
    assert facts.entered_by.family_name == "Booker"
    service, person, place = facts.resources or []
    assert service.code is not None
    assert person.practitioner is not None
    assert (service.kind, service.code.code) == (ResourceKind.SERVICE, "99213")
    assert (person.practitioner.identifier, person.status) == ("1234", AppointmentStatus.BOOKED)
    assert (place.place, place.removed, person.removed) == ("CLINIC-12-GHH", True, False)


def test_an_appointment_stands_as_its_trigger_says_else_as_its_code_says() -> None:
    assert status("S12") == status("S13") == "booked"
    assert status("S14") is None
    assert status("S14", "No Show") == status("S26", "Booked") == "no_show"
    assert status("S15", "Booked") == status("S16") == status("S14", "CANCELED") == "cancelled"
    assert status("S17") == "entered_in_error"
    assert status("S14", "Started") == "arrived"
    assert status("S14", "Complete") == "fulfilled"
    assert status("S14", "local word") is None


def test_an_appointment_without_an_end_lasts_as_long_as_it_says() -> None:
    sch = SCH.replace("^^30^20260601090000^20260601093000", "^^^20260601090000")
    facts = body_of(AppointmentEvent, siu(sch=sch.replace("|30|min|", "|2|HR|"))).facts
    assert facts.ends_at is not None
    assert facts.ends_at.isoformat() == "2026-06-01T15:00:00+00:00"
    tq1 = "TQ1|1||||||20260601090000|20260601094500"
    without = sch.replace("^^^20260601090000", "")
    facts = body_of(AppointmentEvent, siu("S12", tq1, sch=without)).facts
    assert facts.ends_at is not None
    assert facts.ends_at.isoformat() == "2026-06-01T13:45:00+00:00"


@pytest.mark.parametrize(
    ("sent", "starts"),
    [
        ("20260525090000-0400", "2026-12-01T14:00:00+00:00"),
        ("20260525090000", "2026-12-01T14:00:00+00:00"),
        ("20260525130000+0000", "2026-12-01T09:00:00+00:00"),
    ],
)
def test_an_appointment_in_winter_is_by_the_clock_on_the_wall(sent: str, starts: str) -> None:
    data = siu(sch=SCH.replace("20260601", "20261201")).replace(
        b"20260525090000-0400", sent.encode()
    )
    body = body_of(AppointmentEvent, data)
    assert body.facts.starts_at is not None
    assert body.facts.starts_at.isoformat() == starts
    assert body.recorded_at.isoformat() == "2026-05-25T13:00:00+00:00"


def test_what_a_change_leaves_out_is_not_said_and_what_it_deletes_is_null() -> None:
    sch = 'SCH||F1^BOOKS||||""|""||||""'
    (event,) = events_of(siu("S14", sch=sch))
    assert json.loads(event.data)["facts"] == {
        "change_reason": None,
        "reason": None,
        "starts_at": None,
        "ends_at": None,
    }


def test_a_cancelled_resource_is_marked_as_removed() -> None:
    body = body_of(AppointmentEvent, siu("S20", "AIP|1||1234^Doe^Dora"))
    assert [resource.removed for resource in body.facts.resources or []] == [True]


def test_an_appointment_of_a_group_is_one_of_each() -> None:
    other = "PID|2||MR2002^^^GHH^MR"
    events = events_of(feed_message("SIU", "S12", SCH, PID, other))
    assert [json.loads(event.data)["patient"]["mrn"] for event in events] == ["MR1001", "MR2002"]
    assert len({event.event_id for event in events}) == 2


@pytest.mark.parametrize(("patients", "verdict"), [(50, "accepted"), (51, QUARANTINED)])
def test_a_message_about_too_many_patients_is_not_taken(patients: int, verdict: str) -> None:
    more = "".join(f"PID|||M{number}^^^GHH^MR\r" for number in range(patients - 1))
    judgement = judged(siu() + more.encode())
    assert judgement.verdict == verdict
