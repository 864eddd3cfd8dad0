"""What events of `encounters.v1` and `tasks.v1` say to the orchestrator."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from care_chassis.errors import PermanentError
from care_chassis.events import Event
from care_contracts.encounters import (
    EncounterEvent,
    EncounterEventType,
    MessageReference,
    PatientFacts,
    PatientReference,
    VisitFacts,
    VisitReference,
)
from care_contracts.results import Observation, ResultEvent
from care_contracts.statements import Coded
from care_contracts.tasks import Attempt as ToldAttempt
from care_contracts.tasks import Evidence, TaskEventType, TaskSnapshot, TaskState
from transition_orchestrator.domain.messages import (
    PATIENT_FACTS,
    VISIT_FACTS,
    Message,
    MessageKind,
)
from transition_orchestrator.domain.work import Attempt, Work
from transition_orchestrator.follow_encounters import Completion
from transition_orchestrator.routes import read_news

AT = datetime(2026, 6, 10, 17, 5, tzinfo=UTC)
TRANSITION = UUID("00000000-0000-0000-0000-000000000001")
OF_NO_VISIT = {
    EncounterEventType.PERSON_UPDATED,
    EncounterEventType.ALLERGIES_UPDATED,
    EncounterEventType.PERSONS_LINKED,
    EncounterEventType.PERSONS_UNLINKED,
    EncounterEventType.PATIENT_DELETED,
}
OF_TWO_PATIENTS = {
    EncounterEventType.PATIENT_MERGED,
    EncounterEventType.PATIENT_MOVED,
    EncounterEventType.ACCOUNT_MOVED,
    EncounterEventType.VISIT_MOVED,
    EncounterEventType.IDENTIFIER_CHANGED,
}


def event(kind: str, data: bytes) -> Event:
    return Event(event_id="e1", type=kind, source="/test", subject="", time=AT, key="k", data=data)


def encounter(visit_facts: VisitFacts, patient_facts: PatientFacts) -> bytes:
    return EncounterEvent(
        site="GHH",
        message=MessageReference(message_control_id="M1", trigger="A03"),
        patient=PatientReference(patient_key="p", mrn="MR1", authority="GHH"),
        visit=VisitReference(visit_key="v", visit="V1"),
        prior_patient=PatientReference(patient_key="old", mrn="MR0", authority="GHH"),
        recorded_at=AT,
        received_at=AT,
        patient_facts=patient_facts,
        visit_facts=visit_facts,
    ).to_json()


def task(state: TaskState) -> bytes:
    return TaskSnapshot(
        task_id=UUID(int=2),
        version=3,
        transition_id=TRANSITION,
        site="GHH",
        patient_key="p",
        code="home_visit",
        role="nurse",
        state=state,
        due_at=AT,
        changed_at=AT,
    ).to_json()


@pytest.mark.parametrize("kind", list(EncounterEventType))
def test_every_kind_of_encounter_event_is_understood(kind: EncounterEventType) -> None:
    news = read_news(event(kind, encounter(VisitFacts(), PatientFacts())))
    assert isinstance(news, Message)
    assert (news.stamp.event_id, news.stamp.recorded_at) == ("e1", AT)
    assert (news.visit is None) == (kind in OF_NO_VISIT)
    assert (news.prior is not None) == (kind in OF_TWO_PATIENTS)


def test_absent_deleted_and_given_facts_stay_three_things() -> None:
    body = encounter(VisitFacts(disposition=None, discharged_at=AT), PatientFacts(language="es"))
    news = read_news(event("encounter.discharged", body))
    assert isinstance(news, Message)
    assert news.kind is MessageKind.DISCHARGED
    assert news.visit_facts == {"disposition": None, "discharged_at": "2026-06-10T17:05:00Z"}
    assert news.patient_facts == {"language": "es"}


def test_what_an_attribution_goes_by_is_kept() -> None:
    person = PatientFacts(primary_care_provider=None, primary_care_from="PRT")
    news = read_news(event("encounter.updated", encounter(VisitFacts(location="4W-1"), person)))
    assert isinstance(news, Message)
    assert news.visit_facts == {"location": "4W-1"}
    assert news.patient_facts == {"primary_care_provider": None, "primary_care_from": "PRT"}


def test_what_no_rule_asks_for_is_not_kept() -> None:
    body = encounter(VisitFacts(admit_source="7"), PatientFacts(sex="F", address="1 Example Way"))
    news = read_news(event("encounter.updated", body))
    assert isinstance(news, Message)
    assert (news.visit_facts, news.patient_facts) == ({}, {})


def test_what_is_kept_goes_by_the_names_of_the_contract() -> None:
    assert PatientFacts.model_fields.keys() >= PATIENT_FACTS
    assert VisitFacts.model_fields.keys() >= VISIT_FACTS


def test_what_people_did_about_a_task_is_news_and_other_changes_of_tasks_are_not() -> None:
    done = read_news(event(TaskEventType.COMPLETED, task(TaskState.COMPLETED)))
    assert done == Completion(
        TRANSITION, "home_visit", is_done=True, work=Work(version=3, role="nurse")
    )
    tried = read_news(event(TaskEventType.ATTEMPTED, task(TaskState.ACCEPTED)))
    assert tried == Completion(
        TRANSITION, "home_visit", is_done=False, work=Work(version=3, role="nurse")
    )
    for kind in TaskEventType:
        if kind not in (TaskEventType.COMPLETED, TaskEventType.ATTEMPTED):
            assert read_news(event(kind, task(TaskState.ACCEPTED))) is None


def result(**more: Any) -> bytes:
    facts: dict[str, Any] = {
        "site": "GHH",
        "message": MessageReference(message_control_id="R1", trigger="R01"),
        "patient": PatientReference(patient_key="p", mrn="MR1", authority="GHH"),
        "visit": VisitReference(visit_key="v", visit="V1"),
        "recorded_at": AT,
        "received_at": AT,
        "observations": [
            Observation(code=Coded(code="NA"), loinc="2951-2", number=133.0, unit="mmol/L"),
            Observation(code=Coded(code="K"), loinc="2823-3", number=4.1),
        ],
    }
    return ResultEvent(**(facts | more)).to_json()


def test_a_result_says_the_values_that_scores_need() -> None:
    news = read_news(event("result.reported", result()))
    assert isinstance(news, Message)
    assert (news.kind, news.visit and news.visit.visit) == (MessageKind.RESULT_REPORTED, "V1")
    assert news.visit_facts == {
        "sodium": [
            {
                "observed_at": "2026-06-10T17:05:00+00:00",
                "number": 133.0,
                "comparator": "",
                "unit": "mmol/L",
                "status": "unknown",
            }
        ]
    }


@pytest.mark.parametrize("said", [{"visit": None}, {"observations": []}])
def test_a_result_without_such_values_or_without_a_visit_says_nothing(said: dict[str, Any]) -> None:
    assert read_news(event("result.corrected", result(**said))) is None


def test_a_type_that_is_not_of_these_topics_is_refused() -> None:
    with pytest.raises(PermanentError):
        read_news(event("encounter.teleported", b"{}"))


def test_a_body_that_breaks_the_contract_is_refused() -> None:
    with pytest.raises(ValidationError):
        read_news(event("encounter.discharged", b"{}"))


def test_work_is_read_with_its_attempts_and_its_evidence() -> None:
    told = TaskSnapshot.model_validate_json(task(TaskState.COMPLETED)).model_copy(
        update={
            "outcome": "done",
            "completed_at": AT,
            "attempts": [ToldAttempt(at=AT, by="nora", channel="phone", outcome="busy")],
            "evidence": Evidence(done_at=AT.replace(hour=9), credential="NP", mdm="high"),
        }
    )
    news = read_news(event(TaskEventType.COMPLETED, told.to_json()))
    assert isinstance(news, Completion)
    assert news.work
    assert news.work.completed_at == AT.replace(hour=9)
    assert (news.work.credential, news.work.mdm, news.work.outcome) == ("NP", "high", "done")
    assert news.work.attempts == (Attempt(AT, "phone", "busy"),)
