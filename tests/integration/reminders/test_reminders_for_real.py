"""Reminders on real Kafka and PostgreSQL: each clock that runs down is said once, come what may."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from datetime import datetime, timedelta
from uuid import uuid5

import asyncpg
import pytest
from tests.support.eventually import eventually
from tests.support.programs import overhearing, running
from tests.support.reminders_fakes import task_id, transition_id

from care_chassis.clock import ScaledClock, SystemClock
from care_chassis.events import Event, OutgoingEvent
from care_chassis.kafka import Publisher
from care_chassis.settings import KafkaSettings
from care_contracts import topics
from care_contracts.measures import Tcm
from care_contracts.reminders import Reminder
from care_contracts.tasks import TaskSnapshot, TaskState
from care_contracts.transitions import (
    Step,
    StepState,
    TransitionKind,
    TransitionPatient,
    TransitionSnapshot,
    TransitionState,
)

RATE = 3600.0
ANCHOR = SystemClock().now()
CLOCK = ScaledClock(rate=RATE, start=ANCHOR, anchor=ANCHOR)
"""An hour passes in a second."""
HOUR = timedelta(hours=1)


@pytest.fixture
def settings(care_topics: str, make_database: Callable[[str], str]) -> dict[str, str]:
    return {
        "REMINDERS_DATABASE_URL": make_database("reminders"),
        "KAFKA_BOOTSTRAP_SERVERS": care_topics,
        "CARE_CLOCK_RATE": str(RATE),
        "CARE_CLOCK_START": ANCHOR.isoformat(),
        "CARE_CLOCK_ANCHOR": ANCHOR.isoformat(),
    }


@pytest.fixture
async def publisher(care_topics: str) -> AsyncGenerator[Publisher]:
    publisher = Publisher(KafkaSettings(bootstrap_servers=care_topics), "test")
    yield publisher
    await publisher.stop()


def transition(
    name: str, due_at: datetime, *, version: int = 1, state: StepState = StepState.PLANNED
) -> OutgoingEvent:
    """A transition with one step of the same name."""
    snapshot = TransitionSnapshot(
        transition_id=transition_id(name),
        version=version,
        site="GHH",
        patient=TransitionPatient(patient_key=name, mrn="MR1", name="Doe, Ann"),
        visit="V1",
        visit_key=f"v-{name}",
        kind=TransitionKind.HOME_VISIT,
        state=TransitionState.ACTIVE,
        protocol="default@1",
        discharged_at=ANCHOR,
        discharged_on=ANCHOR.date(),
        tcm=Tcm(eligible="yes"),
        steps=[
            Step(
                task_id=task_id(name),
                code="home_visit",
                title="Home visit",
                role="nurse",
                state=state,
                due_at=due_at,
                rule="72 h after discharge",
                escalates_at=due_at + 2 * HOUR,
                escalates_to="provider",
            )
        ],
        changed_at=CLOCK.now(),
    )
    kind = "transition.opened" if version == 1 else "transition.replanned"
    return said(topics.TRANSITIONS, name, kind, version, snapshot.to_json())


def task(name: str, state: TaskState, *, version: int) -> OutgoingEvent:
    snapshot = TaskSnapshot(
        task_id=task_id(name),
        version=version,
        transition_id=transition_id(name),
        site="GHH",
        patient_key=name,
        code="home_visit",
        role="nurse",
        state=state,
        due_at=CLOCK.now(),
        changed_at=CLOCK.now(),
    )
    return said(topics.TASKS, name, "task.completed", version, snapshot.to_json())


def said(topic: str, name: str, kind: str, version: int, data: bytes) -> OutgoingEvent:
    return OutgoingEvent(
        topic=topic,
        key=name,
        event_id=f"{kind}:{uuid5(transition_id(name), ANCHOR.isoformat())}:{version}",
        type=kind,
        source="test",
        subject="",
        time=CLOCK.now(),
        data=data,
        correlation_id=f"the wire of {name}",
    )


def about(events: list[Event], name: str) -> list[str]:
    return [event.type for event in events if event.key == name]


async def test_a_clock_that_runs_down_is_said_and_one_that_was_stopped_is_not(
    settings: dict[str, str], care_topics: str, publisher: Publisher
) -> None:
    async with (
        overhearing(care_topics, topics.REMINDERS) as events,
        running("reminders", settings),
    ):
        due_at = CLOCK.now() + 6 * HOUR
        await publisher.publish(
            [
                task("done", TaskState.COMPLETED, version=3),
                transition("done", due_at),
                transition("gone", due_at),
                transition("gone", due_at, version=2, state=StepState.WITHDRAWN),
                transition("left", due_at),
            ]
        )
        each = ["reminder.due_soon", "reminder.overdue", "reminder.escalation"]
        await eventually(lambda: about(events, "left") == each, within=30)
        assert about(events, "done") == []
        assert about(events, "gone") == []
    due_soon, overdue, escalation = (event for event in events if event.key == "left")
    assert due_soon.correlation_id == "the wire of left"
    body = Reminder.model_validate_json(overdue.data)
    assert (body.task_id, body.due_at) == (task_id("left"), due_at)
    assert due_at - 4 * HOUR <= due_soon.time < due_at < overdue.time
    assert escalation.time >= due_at + 2 * HOUR
    assert Reminder.model_validate_json(escalation.data).escalates_to == "provider"


async def test_no_reminder_is_lost_or_doubled_when_the_service_is_killed(
    settings: dict[str, str], care_topics: str, publisher: Publisher
) -> None:
    names = [f"kill{number}" for number in range(120)]
    async with (
        overhearing(care_topics, topics.REMINDERS) as events,
        running("reminders", settings) as program,
    ):
        due_at = CLOCK.now() + 6 * HOUR
        spread = [due_at + number * timedelta(minutes=3) for number in range(len(names))]
        await publisher.publish([transition(*each) for each in zip(names, spread, strict=True)])
        for settled in (1, 100):
            await eventually(
                lambda least=settled: len([e for e in events if e.key in names]) >= least,
                within=60,
                every=0.01,
            )
            await program.kill()
            await program.start(patiently=False)

        def every_one_heard() -> bool:
            heard = {(event.key, event.type) for event in events}
            last = {"reminder.overdue", "reminder.escalation"}
            return {(name, kind) for name in names for kind in last} <= heard

        await eventually(every_one_heard, within=60)
        await eventually(lambda: nothing_to_say(settings), within=30)
    ids = Counter(event.event_id for event in events if event.key in names)
    kinds = Counter(event_id.partition(":")[0] for event_id in ids)
    assert kinds["reminder.overdue"] == kinds["reminder.escalation"] == len(names)
    assert kinds["reminder.due_soon"] <= len(names)


async def nothing_to_say(settings: dict[str, str]) -> bool:
    connection = await asyncpg.connect(settings["REMINDERS_DATABASE_URL"])
    try:
        return await connection.fetchval("SELECT count(*) = 0 FROM outbox")
    finally:
        await connection.close()
