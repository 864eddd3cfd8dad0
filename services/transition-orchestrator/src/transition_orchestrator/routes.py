"""Where events come in: `encounters.v1`, `results.v1` and `tasks.v1`, in the domain's words."""

from collections.abc import Iterable
from datetime import datetime

from care_chassis.consumption import Reaction
from care_chassis.errors import PermanentError
from care_chassis.events import Event
from care_contracts import topics
from care_contracts.base import Facts
from care_contracts.encounters import (
    EncounterEvent,
    EncounterEventType,
    PatientReference,
    VisitReference,
)
from care_contracts.results import Observation, ResultEvent
from care_contracts.tasks import Evidence, TaskEventType, TaskSnapshot, TaskState
from transition_orchestrator.domain.labs import FACT_BY_LOINC
from transition_orchestrator.domain.merging import Json, Stamp
from transition_orchestrator.domain.messages import (
    PATIENT_FACTS,
    VISIT_FACTS,
    Message,
    MessageKind,
    PatientKey,
    PatientName,
    VisitKey,
    VisitName,
)
from transition_orchestrator.domain.work import Attempt, Work
from transition_orchestrator.follow_encounters import Completion, FollowEncounters, News

_KINDS = {
    EncounterEventType.ADMITTED: MessageKind.ADMITTED,
    EncounterEventType.REGISTERED: MessageKind.REGISTERED,
    EncounterEventType.DISCHARGED: MessageKind.DISCHARGED,
    EncounterEventType.UPDATED: MessageKind.UPDATED,
    EncounterEventType.MOVED: MessageKind.MOVED,
    EncounterEventType.CLASS_CHANGED: MessageKind.CLASS_CHANGED,
    EncounterEventType.PLANNED: MessageKind.PLANNED,
    EncounterEventType.PLAN_CANCELLED: MessageKind.PLAN_CANCELLED,
    EncounterEventType.ADMISSION_CANCELLED: MessageKind.ADMISSION_CANCELLED,
    EncounterEventType.DISCHARGE_CANCELLED: MessageKind.DISCHARGE_CANCELLED,
    EncounterEventType.DISCHARGE_PLANNED: MessageKind.DISCHARGE_PLANNED,
    EncounterEventType.DISCHARGE_PLAN_CANCELLED: MessageKind.DISCHARGE_PLAN_CANCELLED,
    EncounterEventType.LEAVE_BEGAN: MessageKind.ON_LEAVE,
    EncounterEventType.LEAVE_ENDED: MessageKind.ON_LEAVE,
    EncounterEventType.LEAVE_CANCELLED: MessageKind.ON_LEAVE,
    EncounterEventType.LEAVE_END_CANCELLED: MessageKind.ON_LEAVE,
    EncounterEventType.PARTICIPANTS_UPDATED: MessageKind.PARTICIPANTS_UPDATED,
    EncounterEventType.PERSON_UPDATED: MessageKind.PERSON_UPDATED,
    EncounterEventType.ALLERGIES_UPDATED: MessageKind.PERSON_UPDATED,
    EncounterEventType.PERSONS_LINKED: MessageKind.PERSON_UPDATED,
    EncounterEventType.PERSONS_UNLINKED: MessageKind.PERSON_UPDATED,
    EncounterEventType.PATIENT_MERGED: MessageKind.PATIENT_MERGED,
    EncounterEventType.ACCOUNT_MERGED: MessageKind.ACCOUNT_MERGED,
    EncounterEventType.VISIT_MERGED: MessageKind.VISIT_MERGED,
    EncounterEventType.PATIENT_MOVED: MessageKind.PATIENT_MOVED,
    EncounterEventType.ACCOUNT_MOVED: MessageKind.ACCOUNT_MOVED,
    EncounterEventType.VISIT_MOVED: MessageKind.VISIT_MOVED,
    EncounterEventType.IDENTIFIER_CHANGED: MessageKind.NUMBER_CHANGED,
    EncounterEventType.PATIENT_DELETED: MessageKind.PATIENT_DELETED,
    EncounterEventType.VISIT_DELETED: MessageKind.VISIT_DELETED,
}
_OF_NOW = frozenset({MessageKind.UPDATED, MessageKind.MOVED, MessageKind.CLASS_CHANGED})
"""They say how a visit is now, unless their movement is a correction of the past."""
_NAME_A_PRIOR = frozenset(
    {
        MessageKind.PATIENT_MERGED,
        MessageKind.PATIENT_MOVED,
        MessageKind.ACCOUNT_MOVED,
        MessageKind.VISIT_MOVED,
        MessageKind.NUMBER_CHANGED,
    }
)
"""Only these may tie two persons together."""
_OF_NO_VISIT = frozenset({MessageKind.PERSON_UPDATED, MessageKind.PATIENT_DELETED})

_WORKED = frozenset({TaskEventType.COMPLETED, TaskEventType.ATTEMPTED})


def follow_encounters_and_tasks(follow: FollowEncounters) -> Reaction[News]:
    """The one thing this service reads."""
    return Reaction(
        group="transition-orchestrator",
        topics=(topics.ENCOUNTERS, topics.RESULTS, topics.TASKS),
        read=read_news,
        handle=follow.follow,
    )


def read_news(event: Event) -> News:
    """What an event says; None for a task's news that changes no plan."""
    if event.type in _WORKED:
        return _completion(TaskSnapshot.model_validate_json(event.data))
    if event.type.startswith("task."):
        return None
    if event.type.startswith("result."):
        return _news_of_result(event)
    return _news_of_encounter(event)


def _news_of_encounter(event: Event) -> Message | None:
    try:
        event_type = EncounterEventType(event.type)
    except ValueError as error:
        raise PermanentError("the type of the event is not one of this topic", "ce_type") from error
    body = EncounterEvent.model_validate_json(event.data)
    kind = _KINDS[event_type]
    if kind in _OF_NOW and body.movement and body.movement.historic:
        kind = MessageKind.PERSON_UPDATED
    return _message(kind, body, event.event_id)


def _completion(task: TaskSnapshot) -> Completion:
    evidence = task.evidence or Evidence()
    work = Work(
        version=task.version,
        role=task.role,
        completed_at=task.completed_at and (evidence.done_at or task.completed_at),
        outcome=task.outcome or "",
        attempts=tuple(Attempt(one.at, one.channel, one.outcome) for one in task.attempts),
        channel=evidence.channel or "",
        credential=evidence.credential or "",
        mdm=evidence.mdm or "",
        elements=tuple(sorted(evidence.elements)),
        other_tcm_claim=evidence.other_tcm_claim,
    )
    is_done = task.state is TaskState.COMPLETED
    return Completion(task.transition_id, task.code, is_done, work)


def _news_of_result(event: Event) -> Message | None:
    """The laboratory values that a score needs; None for a result that has none of a visit."""
    body = ResultEvent.model_validate_json(event.data)
    readings = _readings(body)
    if body.visit is None or not readings:
        return None
    return Message(
        stamp=Stamp(body.recorded_at, event.event_id),
        kind=MessageKind.RESULT_REPORTED,
        site=body.site,
        patient=_name(body.patient),
        visit=VisitName(VisitKey(body.visit.visit_key), body.visit.visit),
        visit_facts=readings,
    )


def _readings(body: ResultEvent) -> dict[str, Json]:
    """What the result says of each code that is followed, as the domain keeps it."""
    said = [
        (name, _reading(one, one.observed_at or body.observed_at or body.recorded_at))
        for one in body.observations
        if (name := FACT_BY_LOINC.get(one.loinc or ""))
    ]
    return {name: [reading for other, reading in said if other == name] for name, _ in said}


def _reading(observation: Observation, observed_at: datetime) -> Json:
    return {
        "observed_at": observed_at.isoformat(),
        "number": observation.number,
        "comparator": observation.comparator or "",
        "unit": observation.unit,
        "status": observation.status.value,
    }


def _message(kind: MessageKind, body: EncounterEvent, event_id: str) -> Message:
    """The message in the engine's words."""
    visit, prior_visit = body.visit, body.prior_visit
    if kind in _OF_NO_VISIT:
        visit = prior_visit = None
    return Message(
        stamp=Stamp(body.recorded_at, event_id),
        kind=kind,
        site=body.site,
        patient=_name(body.patient),
        visit=_visit(visit) if visit else None,
        prior=_name(body.prior_patient) if body.prior_patient and kind in _NAME_A_PRIOR else None,
        prior_visit=_visit(prior_visit) if prior_visit else None,
        prior_account=body.prior_account.value if body.prior_account else "",
        occurred_at=body.occurred_at,
        patient_facts=_heard(body.patient_facts, PATIENT_FACTS),
        visit_facts=_heard(body.visit_facts, VISIT_FACTS),
    )


def _heard(facts: Facts, kept: Iterable[str]) -> dict[str, Json]:
    return facts.model_dump(mode="json", exclude_unset=True, include={*kept})


def _visit(visit: VisitReference) -> VisitName:
    return VisitName(VisitKey(visit.visit_key), visit.visit)


def _name(patient: PatientReference) -> PatientName:
    return PatientName(PatientKey(patient.patient_key), patient.mrn, patient.authority)
