"""What a record says of itself, topic by topic; for the unreadable, that it is so."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from pydantic import ValidationError

from care_contracts import topics
from care_contracts.appointments import AppointmentEvent
from care_contracts.documents import DocumentEvent
from care_contracts.encounters import EncounterEvent, EncounterEventType
from care_contracts.notifications import NotificationSnapshot
from care_contracts.referrals import ReferralEvent
from care_contracts.reminders import Reminder
from care_contracts.results import ResultEvent
from care_contracts.statements import Statement
from care_contracts.tasks import TaskSnapshot
from care_contracts.transitions import (
    EncounterSnapshot,
    TransitionEventType,
    TransitionSnapshot,
)
from flow_monitor.domain.entries import Facts

DEAD = "dead"
UNREADABLE = "unreadable"
_REQUIRED = ("ce_id", "ce_type", "ce_source", "ce_time")


def facts_of(topic: str, headers: Mapping[str, str], data: bytes) -> Facts:
    """The facts of a record."""
    if topic.endswith(".dead.v1"):
        return _of_dead_letter(topic, headers, data)
    missing = [name for name in _REQUIRED if not headers.get(name)]
    if missing:
        return Facts(outcome=UNREADABLE, reason="it is no CloudEvent", place=missing[0])
    try:
        return _READERS.get(topic, _of_unknown_topic)(headers, data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
    except ArithmeticError:  # an instant beyond the calendar
        place = ""
    return Facts(outcome=UNREADABLE, reason="the body breaks its contract", place=place)


def _of_dead_letter(topic: str, headers: Mapping[str, str], data: bytes) -> Facts:
    """What the record said before it died, as far as it can be read, and why it died."""
    origin = headers.get("dead_topic", "")
    before = Facts() if origin.endswith(".dead.v1") else facts_of(origin, headers, data)
    return replace(
        before,
        outcome=DEAD,
        reason=headers.get("dead_reason", ""),
        place=headers.get("dead_place", ""),
        detail=f"{origin} put aside by {topic.removesuffix('.dead.v1')}",
        version=0,
        prior_patient_key="",
    )


def _of_unknown_topic(_headers: Mapping[str, str], _data: bytes) -> Facts:
    return Facts()


def _of_frame(headers: Mapping[str, str], _data: bytes) -> Facts:
    return Facts(
        site=headers.get("ce_site", ""),
        control_id=headers.get("ce_controlid", ""),
        trigger=headers.get("ce_trigger", ""),
        outcome=headers.get("ce_verdict", ""),
        reason=headers.get("ce_reason", ""),
        place=headers.get("ce_place", ""),
        answer=headers.get("ce_answer", ""),
    )


def _of_encounter_event(headers: Mapping[str, str], data: bytes) -> Facts:
    event = EncounterEvent.model_validate_json(data)
    is_merge = headers["ce_type"] == EncounterEventType.PATIENT_MERGED
    prior = event.prior_patient if is_merge else None
    return replace(
        _of_hospital(event),
        prior_patient_key=prior.patient_key if prior else "",
        prior_mrn=prior.mrn if prior else "",
    )


def _of_appointment(_headers: Mapping[str, str], data: bytes) -> Facts:
    event = AppointmentEvent.model_validate_json(data)
    return replace(_of_hospital(event), detail=event.facts.status or "")


def _of_result(_headers: Mapping[str, str], data: bytes) -> Facts:
    event = ResultEvent.model_validate_json(data)
    return replace(_of_hospital(event), detail=event.status)


def _of_document(_headers: Mapping[str, str], data: bytes) -> Facts:
    event = DocumentEvent.model_validate_json(data)
    return replace(_of_hospital(event), detail=event.status)


def _of_referral(_headers: Mapping[str, str], data: bytes) -> Facts:
    event = ReferralEvent.model_validate_json(data)
    return replace(_of_hospital(event), detail=event.facts.status or "")


def _of_hospital(event: EncounterEvent | Statement) -> Facts:
    """What every translation of a message says: whose it is, and which message said so."""
    return Facts(
        site=event.site,
        control_id=event.message.message_control_id,
        trigger=event.message.trigger,
        outcome="translated",
        reason=", ".join(event.warnings),
        patient_key=event.patient.patient_key,
        mrn=event.patient.mrn,
        visit_key=event.visit.visit_key if event.visit else "",
        visit=event.visit.visit if event.visit else "",
    )


def _of_transition_topic(headers: Mapping[str, str], data: bytes) -> Facts:
    if headers.get("ce_type") == TransitionEventType.ENCOUNTER_FOLLOWED:
        encounter = EncounterSnapshot.model_validate_json(data)
        return Facts(
            site=encounter.site,
            outcome=encounter.status,
            detail=encounter.encounter_class or "",
            patient_key=encounter.patient.patient_key,
            mrn=encounter.patient.mrn,
            visit_key=encounter.visit_key,
            visit=encounter.visit,
        )
    transition = TransitionSnapshot.model_validate_json(data)
    return Facts(
        site=transition.site,
        outcome=transition.state,
        reason=transition.reason or "",
        detail=transition.kind,
        patient_key=transition.patient.patient_key,
        mrn=transition.patient.mrn,
        visit_key=transition.visit_key,
        visit=transition.visit,
        transition_id=str(transition.transition_id),
        version=transition.version,
    )


def _of_task(_headers: Mapping[str, str], data: bytes) -> Facts:
    task = TaskSnapshot.model_validate_json(data)
    return Facts(
        site=task.site,
        outcome=task.state,
        reason=task.cancelled_for or "",
        detail=task.code,
        patient_key=task.patient_key,
        transition_id=str(task.transition_id),
        task_id=str(task.task_id),
    )


def _of_reminder(headers: Mapping[str, str], data: bytes) -> Facts:
    reminder = Reminder.model_validate_json(data)
    return Facts(
        site=reminder.site,
        outcome=headers["ce_type"].removeprefix("reminder."),
        detail=reminder.code,
        patient_key=reminder.patient_key,
        transition_id=str(reminder.transition_id),
        task_id=str(reminder.task_id),
    )


def _of_notification(_headers: Mapping[str, str], data: bytes) -> Facts:
    notice = NotificationSnapshot.model_validate_json(data)
    return Facts(
        site=notice.site,
        outcome=notice.state,
        reason=notice.last_error or "",
        detail=f"{notice.about} to {notice.recipient_role} by {notice.channel}",
        patient_key=notice.patient_key,
        visit_key=notice.visit_key or "",
    )


_READERS: Mapping[str, Callable[[Mapping[str, str], bytes], Facts]] = {
    topics.HL7_RECEIVED: _of_frame,
    topics.ENCOUNTERS: _of_encounter_event,
    topics.APPOINTMENTS: _of_appointment,
    topics.RESULTS: _of_result,
    topics.DOCUMENTS: _of_document,
    topics.REFERRALS: _of_referral,
    topics.TRANSITIONS: _of_transition_topic,
    topics.TASKS: _of_task,
    topics.REMINDERS: _of_reminder,
    topics.NOTIFICATIONS: _of_notification,
}
