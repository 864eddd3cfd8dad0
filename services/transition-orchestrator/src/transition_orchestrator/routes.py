"""Where events come in: `encounters.v1` and `tasks.v1`, turned into what the domain knows."""

from care_chassis.consumption import Reaction
from care_chassis.errors import PermanentError
from care_chassis.events import Event
from care_contracts import topics
from care_contracts.encounters import EncounterEvent, EncounterEventType, PatientReference
from care_contracts.tasks import TaskEventType, TaskSnapshot
from transition_orchestrator.domain.merging import Stamp
from transition_orchestrator.domain.messages import (
    Message,
    MessageKind,
    PatientKey,
    PatientName,
    VisitKey,
    VisitName,
)
from transition_orchestrator.follow_encounters import Completion, FollowEncounters, News

_KINDS = {
    EncounterEventType.ADMITTED: MessageKind.ADMITTED,
    EncounterEventType.REGISTERED: MessageKind.REGISTERED,
    EncounterEventType.DISCHARGED: MessageKind.DISCHARGED,
    EncounterEventType.UPDATED: MessageKind.UPDATED,
    EncounterEventType.MOVED: MessageKind.MOVED,
    EncounterEventType.ADMISSION_CANCELLED: MessageKind.ADMISSION_CANCELLED,
    EncounterEventType.DISCHARGE_CANCELLED: MessageKind.DISCHARGE_CANCELLED,
    EncounterEventType.PATIENT_MERGED: MessageKind.PATIENT_MERGED,
}


def follow_encounters_and_tasks(follow: FollowEncounters) -> Reaction[News]:
    """The one thing this service reads."""
    return Reaction(
        group="transition-orchestrator",
        topics=(topics.ENCOUNTERS, topics.TASKS),
        read=read_news,
        handle=follow.follow,
    )


def read_news(event: Event) -> News:
    """What an event says; None for a task's news that changes no plan."""
    if event.type == TaskEventType.COMPLETED:
        task = TaskSnapshot.model_validate_json(event.data)
        return Completion(task.transition_id, task.code)
    if event.type.startswith("task."):
        return None
    try:
        kind = _KINDS[EncounterEventType(event.type)]
    except ValueError as error:
        raise PermanentError("the type of the event is not one of this topic", "ce_type") from error
    return _message(kind, EncounterEvent.model_validate_json(event.data), event.event_id)


def _message(kind: MessageKind, body: EncounterEvent, event_id: str) -> Message:
    visit = body.visit
    return Message(
        stamp=Stamp(body.recorded_at, event_id),
        kind=kind,
        site=body.site,
        patient=_name(body.patient),
        visit=VisitName(VisitKey(visit.visit_key), visit.visit) if visit else None,
        prior=_name(body.prior_patient) if body.prior_patient else None,
        occurred_at=body.occurred_at,
        patient_facts=body.patient_facts.model_dump(mode="json", exclude_unset=True),
        visit_facts=body.visit_facts.model_dump(mode="json", exclude_unset=True),
    )


def _name(patient: PatientReference) -> PatientName:
    return PatientName(PatientKey(patient.patient_key), patient.mrn, patient.authority)
