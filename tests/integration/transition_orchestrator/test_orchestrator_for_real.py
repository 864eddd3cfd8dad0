"""The orchestrator on real Kafka and PostgreSQL: each transition once, whatever is sent or dies."""

import random
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.eventually import eventually
from tests.support.programs import overhearing, running

from care_chassis.events import Event, OutgoingEvent
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_contracts import topics
from care_contracts.encounters import (
    EncounterClass,
    EncounterEvent,
    EncounterEventType,
    MessageReference,
    PatientFacts,
    PatientReference,
    VisitFacts,
    VisitReference,
)
from care_contracts.transitions import TransitionEventType, TransitionSnapshot

ADMITTED_AT = datetime(2026, 11, 5, 12, tzinfo=UTC)
DISCHARGED_AT = datetime(2026, 11, 10, 18, tzinfo=UTC)
CLOCK = {
    "CARE_CLOCK_START": "2026-11-11T00:00:00Z",
    "CARE_CLOCK_ANCHOR": datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
    "CARE_CLOCK_RATE": "0.000001",
}


@pytest.fixture
def settings(care_topics: str, make_database: Callable[[str], str]) -> dict[str, str]:
    return {
        "TRANSITION_ORCHESTRATOR_DATABASE_URL": make_database("transition-orchestrator"),
        "KAFKA_BOOTSTRAP_SERVERS": care_topics,
        "CARE_SITES_DIR": "tests/data/sites",
        **CLOCK,
    }


@pytest.fixture
async def publisher(care_topics: str) -> AsyncGenerator[Publisher]:
    publisher = Publisher(KafkaSettings(bootstrap_servers=care_topics), "test")
    yield publisher
    await publisher.stop()


def encounter_event(kind: EncounterEventType, name: str, recorded_at: datetime) -> OutgoingEvent:
    """What adt-ingest would say of the only visit of the patient `name`."""
    discharged = kind is EncounterEventType.DISCHARGED
    visit_facts = VisitFacts(encounter_class=EncounterClass.INPATIENT, admitted_at=ADMITTED_AT)
    if discharged:
        visit_facts = VisitFacts(
            encounter_class=EncounterClass.INPATIENT,
            admitted_at=ADMITTED_AT,
            discharged_at=DISCHARGED_AT,
            disposition="01",
        )
    body = EncounterEvent(
        site="GHH",
        message=MessageReference(message_control_id=f"{name}-{kind}", trigger="A01"),
        patient=PatientReference(patient_key=f"key-{name}", mrn=name, authority="GHH"),
        visit=VisitReference(visit_key=f"visit-{name}", visit=f"V{name}"),
        recorded_at=recorded_at,
        received_at=recorded_at,
        patient_facts=PatientFacts(family_name="Example"),
        visit_facts=visit_facts,
    )
    return OutgoingEvent(
        topic=topics.ENCOUNTERS,
        key=f"key-{name}",
        event_id=f"{name}-{kind}",
        type=kind,
        source="/test",
        subject=f"visit-{name}",
        time=recorded_at,
        data=body.to_json(),
        correlation_id=f"wire-{name}",
    )


def story(name: str) -> list[OutgoingEvent]:
    """An admission and its discharge, the discharge five times."""
    admitted = encounter_event(EncounterEventType.ADMITTED, name, ADMITTED_AT)
    discharged = encounter_event(
        EncounterEventType.DISCHARGED, name, DISCHARGED_AT + timedelta(minutes=5)
    )
    return [admitted, *[discharged] * 5]


def opened(events: list[Event], names: list[str]) -> dict[str, list[TransitionSnapshot]]:
    """The transitions that were opened, each event once, by patient."""
    found: dict[str, dict[str, TransitionSnapshot]] = {name: {} for name in names}
    for event in events:
        if event.type == TransitionEventType.OPENED:
            snapshot = TransitionSnapshot.model_validate_json(event.data)
            if snapshot.patient.mrn in found:
                found[snapshot.patient.mrn][event.event_id] = snapshot
    return {name: list(one.values()) for name, one in found.items()}


async def test_five_discharges_before_their_admission_open_one_transition(
    settings: dict[str, str], publisher: Publisher, care_topics: str
) -> None:
    async with (
        running("transition_orchestrator", settings),
        overhearing(care_topics, topics.TRANSITIONS) as heard,
    ):
        await publisher.publish(list(reversed(story("five"))))
        await eventually(lambda: len(opened(heard, ["five"])["five"]) == 1, within=30)
        (snapshot,) = opened(heard, ["five"])["five"]
        assert snapshot.clocks.home_visit_due_at == DISCHARGED_AT + timedelta(hours=72)
        told = [one.correlation_id for one in heard if one.type == TransitionEventType.OPENED]
        assert "wire-five" in told
        assert isinstance(snapshot.transition_id, UUID)


async def test_a_site_that_switches_a_model_on_has_its_prediction_told(
    settings: dict[str, str], publisher: Publisher, care_topics: str, tmp_path: Path
) -> None:
    (tmp_path / "GHH.yaml").write_text(
        "{code: GHH, name: Good Health Hospital, time_zone: America/New_York, "
        "risk: {prediction: {model: simulated-logistic@1}}}"
    )
    async with (
        running("transition_orchestrator", settings | {"CARE_SITES_DIR": str(tmp_path)}),
        overhearing(care_topics, topics.TRANSITIONS) as heard,
    ):
        await publisher.publish(story("model"))
        await eventually(lambda: len(opened(heard, ["model"])["model"]) == 1, within=30)
        (snapshot,) = opened(heard, ["model"])["model"]
        assert snapshot.risk.prediction
        assert snapshot.risk.prediction.model == "simulated-logistic@1"
        assert snapshot.risk.prediction.missing == ["low_hemoglobin", "low_sodium"]
        assert not snapshot.risk.prediction_sets_tier


@pytest.mark.timeout(180)
async def test_kills_in_the_middle_of_the_stream_open_each_transition_once(
    settings: dict[str, str], publisher: Publisher, care_topics: str
) -> None:
    names = [f"kill{number}" for number in range(150)]
    events = [event for name in names for event in story(name)]
    random.Random(5).shuffle(events)
    async with overhearing(care_topics, topics.TRANSITIONS) as heard:
        for start in range(0, len(events), len(events) // 3):
            await publisher.publish(events[start : start + len(events) // 3])
            before = len(heard)
            async with running("transition_orchestrator", settings) as program:
                await eventually(lambda: len(heard) > before, within=60)  # noqa: B023 - awaited here
                await program.kill()
        async with running("transition_orchestrator", settings):
            await eventually(
                lambda: all(len(one) == 1 for one in opened(heard, names).values()), within=60
            )
