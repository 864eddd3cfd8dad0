"""What the journal takes off the topics: everything, whatever it looks like."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from care_contracts import topics
from care_contracts.encounters import (
    EncounterEvent,
    EncounterEventType,
    MessageReference,
    PatientReference,
    VisitReference,
)
from care_contracts.measures import Tcm
from care_contracts.notifications import NotificationSnapshot, NotificationState
from care_contracts.reminders import Reminder
from care_contracts.statements import Statement
from care_contracts.tasks import TaskSnapshot, TaskState
from care_contracts.transitions import (
    EncounterSnapshot,
    EncounterStatus,
    TransitionKind,
    TransitionPatient,
    TransitionSnapshot,
    TransitionState,
)
from flow_monitor.domain.entries import Entry
from flow_monitor.routes import open_anything, read_entry

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
MILLISECONDS = int(AT.timestamp() * 1000)
ID = UUID(int=7)
PATIENT = TransitionPatient(patient_key="p1", mrn="MR1", name="Doe, Ann")


@dataclass
class Record:
    """A record as a Kafka client hands it over."""

    topic: str = topics.ENCOUNTERS
    partition: int = 2
    offset: int = 41
    timestamp: int = MILLISECONDS
    key: bytes | None = b"key"
    value: bytes | None = b"{}"
    headers: tuple[tuple[str, bytes | None], ...] = ()


def headers(type_: str, **more: str) -> tuple[tuple[str, bytes | None], ...]:
    texts = {
        "ce_id": "e1",
        "ce_type": type_,
        "ce_source": "test",
        "ce_time": "2026-07-01T08:00:00Z",
        "correlation_id": "c1",
        **more,
    }
    return tuple((name, value.encode()) for name, value in texts.items())


def journaled(topic: str, type_: str, value: bytes, **more: str) -> Entry:
    return read_entry(
        open_anything(Record(topic=topic, value=value, headers=headers(type_, **more)))
    )


def test_a_frame_is_known_by_its_headers_and_kept_byte_for_byte() -> None:
    raw = b"MSH|^~\\&|\xff\x00"
    one = journaled(
        topics.HL7_RECEIVED,
        "hl7.received",
        raw,
        ce_site="GHH",
        ce_controlid="M1",
        ce_trigger="A03",
        ce_verdict="quarantined",
        ce_reason="no PID",
        ce_place="PID",
        ce_answer="AE",
    )
    assert one.payload == raw
    assert one.digest == sha256(raw).hexdigest()
    assert (one.event_id, one.correlation_id, one.type) == ("e1", "c1", "hl7.received")
    assert one.position.stored_at == AT
    assert one.key == "key"
    assert one.occurred_at == datetime(2026, 7, 1, 8, tzinfo=UTC)
    facts = one.facts
    assert (facts.site, facts.control_id, facts.trigger) == ("GHH", "M1", "A03")
    assert (facts.outcome, facts.reason, facts.place) == ("quarantined", "no PID", "PID")
    assert facts.answer == "AE"


def test_an_encounter_event_says_whose_it_is_and_who_was_merged_away() -> None:
    body = EncounterEvent(
        site="GHH",
        message=MessageReference(message_control_id="M1", trigger="A40"),
        patient=PatientReference(patient_key="p1", mrn="NEW", authority="GHH"),
        prior_patient=PatientReference(patient_key="p0", mrn="OLD", authority="GHH"),
        visit=VisitReference(visit_key="v1", visit="V1"),
        recorded_at=AT,
        received_at=AT,
        warnings=["nonexistent_local_time"],
    )
    facts = journaled(topics.ENCOUNTERS, EncounterEventType.PATIENT_MERGED, body.to_json()).facts
    assert (facts.patient_key, facts.mrn, facts.visit_key, facts.visit) == ("p1", "NEW", "v1", "V1")
    assert (facts.prior_patient_key, facts.prior_mrn) == ("p0", "OLD")
    assert (facts.control_id, facts.trigger) == ("M1", "A40")
    assert facts.reason == "nonexistent_local_time"
    moved = journaled(topics.ENCOUNTERS, EncounterEventType.VISIT_MOVED, body.to_json()).facts
    assert (moved.prior_patient_key, moved.prior_mrn) == ("", "")


@pytest.mark.parametrize(
    ("topic", "more", "status"),
    [
        (topics.APPOINTMENTS, {"facts": {"status": "no_show"}}, "no_show"),
        (topics.APPOINTMENTS, {}, ""),
        (topics.RESULTS, {"status": "preliminary"}, "preliminary"),
        (topics.DOCUMENTS, {"status": "superseded", "number": {"value": "D1"}}, "superseded"),
        (
            topics.REFERRALS,
            {"facts": {"status": "accepted"}, "number": {"value": "R1"}},
            "accepted",
        ),
    ],
)
def test_a_statement_of_another_feed_says_whose_it_is_and_how_the_thing_stands(
    topic: str, more: dict[str, Any], status: str
) -> None:
    said = Statement(
        site="GHH",
        message=MessageReference(message_control_id="M1", trigger="S26"),
        patient=PatientReference(patient_key="p1", mrn="MR1", authority="GHH"),
        visit=VisitReference(visit_key="v1", visit="V1"),
        recorded_at=AT,
        received_at=AT,
        warnings=["text_shortened"],
    )
    body = json.dumps(json.loads(said.to_json()) | more).encode()
    facts = journaled(topic, "some.type", body).facts
    assert (facts.outcome, facts.reason, facts.detail) == ("translated", "text_shortened", status)
    assert (facts.control_id, facts.trigger, facts.site) == ("M1", "S26", "GHH")
    assert (facts.patient_key, facts.mrn, facts.visit_key, facts.visit) == ("p1", "MR1", "v1", "V1")


def test_a_transition_says_how_it_stands() -> None:
    body = TransitionSnapshot(
        transition_id=ID,
        version=3,
        site="GHH",
        patient=PATIENT,
        visit="V1",
        visit_key="v1",
        kind=TransitionKind.HOME_VISIT,
        state=TransitionState.VOIDED,
        reason="discharge_cancelled",
        protocol="default@1",
        discharged_at=AT,
        discharged_on=AT.date(),
        tcm=Tcm(eligible="yes"),
        changed_at=AT,
    )
    facts = journaled(topics.TRANSITIONS, "transition.voided", body.to_json()).facts
    assert (facts.outcome, facts.reason, facts.detail) == (
        "voided",
        "discharge_cancelled",
        "home_visit",
    )
    assert (facts.transition_id, facts.version) == (str(ID), 3)


def test_a_followed_encounter_is_no_transition() -> None:
    body = EncounterSnapshot(
        encounter_id=ID,
        version=1,
        site="GHH",
        patient=PATIENT,
        visit="V1",
        visit_key="v1",
        status=EncounterStatus.FINISHED,
        episode_id=ID,
        changed_at=AT,
    )
    facts = journaled(topics.TRANSITIONS, "encounter.followed", body.to_json()).facts
    assert (facts.outcome, facts.transition_id, facts.visit) == ("finished", "", "V1")


def test_tasks_reminders_and_notifications_say_what_they_are_about() -> None:
    task = TaskSnapshot(
        task_id=ID,
        version=1,
        transition_id=ID,
        site="GHH",
        patient_key="p1",
        code="home_visit",
        role="nurse",
        state=TaskState.CANCELLED,
        cancelled_for="readmitted",
        due_at=AT,
        changed_at=AT,
    )
    facts = journaled(topics.TASKS, "task.cancelled", task.to_json()).facts
    assert (facts.detail, facts.outcome, facts.reason) == ("home_visit", "cancelled", "readmitted")
    assert (facts.task_id, facts.transition_id) == (str(ID), str(ID))
    reminder = Reminder(
        reminder_id=ID,
        task_id=ID,
        transition_id=ID,
        site="GHH",
        patient_key="p1",
        code="coach_call_1",
        role="nurse",
        due_at=AT,
        remind_at=AT,
    )
    facts = journaled(topics.REMINDERS, "reminder.overdue", reminder.to_json()).facts
    assert (facts.detail, facts.outcome) == ("coach_call_1", "overdue")
    notice = NotificationSnapshot(
        notification_id=ID,
        version=1,
        site="GHH",
        patient_key="p1",
        about="encounter.discharged",
        recipient_role="primary_care_provider",
        channel="email",
        state=NotificationState.FAILED,
        attempts=2,
        last_error="refused",
        changed_at=AT,
    )
    facts = journaled(topics.NOTIFICATIONS, "notification.failed", notice.to_json()).facts
    assert facts.detail == "encounter.discharged to primary_care_provider by email"
    assert (facts.outcome, facts.reason) == ("failed", "refused")


def test_a_dead_letter_says_why_it_died_and_what_it_was() -> None:
    task = TaskSnapshot(
        task_id=ID,
        version=9,
        transition_id=ID,
        site="GHH",
        patient_key="p1",
        code="home_visit",
        role="nurse",
        state=TaskState.REQUESTED,
        due_at=AT,
        changed_at=AT,
    )
    marks = {"dead_topic": topics.TASKS, "dead_reason": "KeyError", "dead_place": "body"}
    one = journaled("reminders.dead.v1", "task.created", task.to_json(), **marks)
    assert one.facts.outcome == "dead"
    assert (one.facts.reason, one.facts.place) == ("KeyError", "body")
    assert one.facts.detail == "tasks.v1 put aside by reminders"
    assert (one.facts.task_id, one.facts.site) == (str(ID), "GHH")
    assert one.facts.version == 0, "a dead letter is not how anything stands"
    assert one.headers["dead_topic"] == topics.TASKS


def test_a_body_that_breaks_its_contract_is_journaled_as_unreadable() -> None:
    for topic in topics.EVENT_TOPICS[1:-1]:
        one = journaled(topic, "whatever", b'{"site": 5}')
        assert one.facts.outcome == "unreadable", topic
        assert one.facts.reason == "the body breaks its contract"
        assert one.payload == b'{"site": 5}'


def test_a_record_that_is_no_event_is_journaled_under_its_position() -> None:
    one = read_entry(open_anything(Record(key=None, value=None, timestamp=-1)))
    assert (one.facts.outcome, one.facts.place) == ("unreadable", "ce_id")
    assert one.position.offset == 41
    assert one.position.stored_at.year == 1970
