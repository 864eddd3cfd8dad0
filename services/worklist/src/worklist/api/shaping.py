"""How what is read becomes the REST API's answers."""

from dataclasses import asdict
from datetime import date
from typing import Any

from care_contracts.measures import Measure
from care_contracts.notifications import NotificationSnapshot
from care_contracts.transitions import EncounterSnapshot, TransitionPatient, TransitionSnapshot
from worklist.api.shapes import (
    AttemptShape,
    EncounterShape,
    EvidenceShape,
    LineShape,
    MeasureShape,
    NotificationShape,
    PatientShape,
    PlannedTaskShape,
    TaskShape,
    TransitionOfTaskShape,
    TransitionShape,
)
from worklist.domain.measures import standing_of
from worklist.domain.order import Due
from worklist.domain.tasks import NOTHING_DONE, Task, Tick
from worklist.domain.timing import Judgement
from worklist.judging import judgement_of
from worklist.ports import Escalated, Followed, Item


def shape_of_transition(followed: Followed, today: date) -> TransitionShape:
    """A transition with its tasks, the soonest due first; `today` at the discharging site."""
    snapshot = followed.transition
    facts = {name: getattr(snapshot, name) for name in type(snapshot).model_fields}
    facts["patient"] = _patient(snapshot.patient)
    facts["measures"] = [_measure(one, today) for one in snapshot.measures]
    facts["tasks"] = [
        PlannedTaskShape(**_task(task, snapshot, followed.escalated.get(task.task_id)))
        for task in _shown(followed)
    ]
    return TransitionShape.model_validate(facts)


def _shown(followed: Followed) -> list[Task]:
    """The tasks that the plan speaks of, and those that somebody worked on.

    The others were planned on what was known for a while only.
    """
    planned = {step.task_id for step in followed.transition.steps}
    return [task for task in followed.tasks if task.task_id in planned or task.work != NOTHING_DONE]


def shape_of_task(item: Item, due: Due | None) -> TaskShape:
    """A task with what a list says about its patient and its transition."""
    snapshot = item.transition
    names = TransitionOfTaskShape.model_fields
    return TaskShape(
        **_task(item.task, snapshot, item.escalated),
        site=item.task.site,
        transition_id=item.task.transition_id,
        patient=_patient(snapshot.patient),
        transition=TransitionOfTaskShape(**{name: getattr(snapshot, name) for name in names}),
        due=due,
        reminded=list(item.reminded),
    )


def shape_of_encounter(snapshot: EncounterSnapshot) -> EncounterShape:
    """An encounter."""
    facts = {name: getattr(snapshot, name) for name in type(snapshot).model_fields}
    facts["patient"] = _patient(snapshot.patient)
    facts["class"] = facts.pop("encounter_class")
    return EncounterShape.model_validate(facts)


def shape_of_notification(snapshot: NotificationSnapshot) -> NotificationShape:
    """A notification without its keys."""
    names = NotificationShape.model_fields
    return NotificationShape(**{name: getattr(snapshot, name) for name in names})


def _measure(measure: Measure, today: date) -> MeasureShape:
    return MeasureShape(**measure.model_dump(), standing=standing_of(measure, today))


def _patient(patient: TransitionPatient) -> PatientShape:
    return PatientShape(**{name: getattr(patient, name) for name in PatientShape.model_fields})


def _line(item: str, tick: Tick | None) -> LineShape:
    return LineShape(
        item=item,
        ticked_at=tick.at if tick else None,
        ticked_by=tick.by if tick else None,
        ticked_by_name=tick.name if tick else None,
    )


def _task(
    task: Task, transition: TransitionSnapshot, escalated: Escalated | None
) -> dict[str, Any]:
    step, work = task.step, task.work
    return {
        "task_id": step.task_id,
        "version": task.version,
        "code": step.code,
        "title": step.title,
        "state": task.state.value,
        "role": step.role,
        "owner": work.owner,
        "owner_name": work.owner_name,
        "window_opens_at": step.window_opens_at,
        "due_at": step.due_at,
        "best_before_at": step.best_before_at,
        "rule": step.rule,
        "checklist": [_line(item, tick) for item, tick in task.lines],
        "started_at": work.started_at,
        "completed_at": work.completed_at,
        "outcome": work.outcome,
        "attempts": [AttemptShape.model_validate(asdict(one)) for one in work.attempts],
        "evidence": EvidenceShape.model_validate(asdict(work.evidence)) if work.evidence else None,
        "cancelled_for": task.cancelled_for,
        "escalated_at": escalated.at if escalated else None,
        "escalated_to": escalated.to if escalated else None,
        "changed_at": task.changed_at,
        **_timing(judgement_of(task, transition)),
    }


def _timing(judgement: Judgement | None) -> dict[str, Any]:
    corrected = judgement.corrected if judgement else None
    return {
        "timing": judgement.timing if judgement else None,
        "timing_before": judgement.before if judgement else None,
        "corrected_opens_at": corrected.opens_at if corrected else None,
        "corrected_due_at": corrected.due_at if corrected else None,
    }
