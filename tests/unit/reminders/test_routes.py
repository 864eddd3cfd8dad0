"""What reminders read out of events, and what they refuse."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from tests.support.manual_clock import START
from tests.support.reminders_fakes import DUE, task_id, transition_id

from care_chassis.errors import PermanentError
from care_chassis.events import Event
from care_contracts.measures import Tcm
from care_contracts.tasks import TaskSnapshot, TaskState
from care_contracts.transitions import (
    Step,
    StepState,
    TransitionKind,
    TransitionPatient,
    TransitionSnapshot,
    TransitionState,
)
from reminders.domain.watches import Escalation, Plan, TaskReport
from reminders.routes import read_news

TRANSITION = TransitionSnapshot(
    transition_id=transition_id("stay"),
    version=3,
    site="GHH",
    patient=TransitionPatient(patient_key="a" * 32, mrn="MR1", name="Doe, Ann"),
    visit="V1",
    visit_key="b" * 32,
    kind=TransitionKind.HOME_VISIT,
    state=TransitionState.ACTIVE,
    protocol="default@1",
    discharged_at=START,
    discharged_on=START.date(),
    tcm=Tcm(eligible="yes"),
    steps=[
        Step(
            task_id=task_id("visit"),
            code="home_visit",
            title="Home visit",
            role="nurse",
            state=StepState.PLANNED,
            window_opens_at=DUE - timedelta(days=1),
            due_at=DUE,
            rule="72 h after discharge",
            escalates_at=DUE + timedelta(days=1),
            escalates_to="provider",
        ),
        Step(
            task_id=task_id("call"),
            code="initial_contact",
            title="Call",
            role="nurse",
            state=StepState.WITHDRAWN,
            due_at=DUE,
            rule="2 business days after discharge",
        ),
    ],
    changed_at=START,
)


def event(kind: str, data: bytes) -> Event:
    return Event(
        event_id="e1",
        type=kind,
        source="transition-orchestrator",
        subject="",
        time=datetime(2026, 6, 5, tzinfo=UTC),
        key="a" * 32,
        data=data,
        correlation_id="the wire",
    )


def test_a_transition_is_a_plan() -> None:
    news = read_news(event("transition.opened", TRANSITION.to_json()))
    assert isinstance(news, Plan)
    (_, visit), (_, call) = news.steps
    assert news.version == 3
    assert (visit.planned, call.planned) == (True, False)
    assert visit.due_at == DUE
    assert visit.window_opens_at == DUE - timedelta(days=1)
    assert visit.escalation == Escalation(DUE + timedelta(days=1), "provider")
    assert call.escalation is None
    assert visit.origin.correlation_id == "the wire"


@pytest.mark.parametrize(
    ("state", "is_open"),
    [
        (TaskState.REQUESTED, True),
        (TaskState.ON_HOLD, True),
        (TaskState.COMPLETED, False),
        (TaskState.CANCELLED, False),
    ],
)
def test_a_task_is_a_report(state: TaskState, is_open: bool) -> None:  # noqa: FBT001 - a case of the table
    snapshot = TaskSnapshot(
        task_id=task_id("visit"),
        version=4,
        transition_id=transition_id("stay"),
        site="GHH",
        patient_key="a" * 32,
        code="home_visit",
        role="nurse",
        state=state,
        due_at=DUE,
        changed_at=START,
    )
    news = read_news(event("task.claimed", snapshot.to_json()))
    assert news == TaskReport(task_id("visit"), transition_id("stay"), 4, is_open)


def test_an_encounter_says_nothing_of_tasks() -> None:
    assert read_news(event("encounter.followed", b"{}")) is None


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(PermanentError):
        read_news(event("weather.changed", b"{}"))


def test_a_body_that_breaks_its_contract_is_refused() -> None:
    with pytest.raises(ValidationError):
        read_news(event("transition.opened", b'{"version": 1}'))
