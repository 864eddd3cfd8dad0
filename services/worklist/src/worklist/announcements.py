"""What the worklist says on `tasks.v1`: the whole state of a task after a change."""

from care_chassis.events import OutgoingEvent
from care_contracts import topics
from care_contracts.tasks import Attempt as ToldAttempt
from care_contracts.tasks import Evidence as ToldEvidence
from care_contracts.tasks import TaskEventType, TaskSnapshot, TaskState
from care_contracts.tasks import Tick as ToldTick
from worklist.domain.evidence import Attempt, Evidence, masked
from worklist.domain.tasks import Task

_SOURCE = "/homeward/worklist"


def announcement(type_: TaskEventType, task: Task, traceparent: str) -> OutgoingEvent:
    """The event that tells of a change of `task`; its id is the same whenever it is said again."""
    return OutgoingEvent(
        topic=topics.TASKS,
        key=task.patient_key,
        event_id=f"{type_}:{task.task_id}:{task.version}",
        type=type_,
        source=_SOURCE,
        subject=str(task.task_id),
        time=task.changed_at,
        data=snapshot_of(task).to_json(),
        correlation_id=task.correlation_id,
        traceparent=traceparent,
    )


def snapshot_of(task: Task) -> TaskSnapshot:
    """The task in the shape that other services read."""
    return TaskSnapshot(
        task_id=task.task_id,
        version=task.version,
        transition_id=task.transition_id,
        site=task.site,
        patient_key=task.patient_key,
        code=task.step.code,
        role=task.step.role,
        state=TaskState(task.state),
        owner=task.work.owner,
        window_opens_at=task.step.window_opens_at,
        due_at=task.step.due_at,
        completed_at=task.work.completed_at,
        outcome=task.work.outcome,
        attempts=[_attempt(one) for one in task.work.attempts],
        evidence=_evidence(task.work.evidence),
        ticks=[ToldTick(item=one.item, at=one.at, by=one.by) for one in task.work.ticks],
        cancelled_for=task.cancelled_for,
        changed_at=task.changed_at,
    )


def _attempt(attempt: Attempt) -> ToldAttempt:
    """An attempt as others may know of it: the number masked."""
    return ToldAttempt(
        at=attempt.at,
        by=attempt.by,
        channel=attempt.channel,
        number=masked(attempt.number),
        outcome=attempt.outcome,
        callback_at=attempt.callback_at,
    )


def _evidence(evidence: Evidence | None) -> ToldEvidence | None:
    if evidence is None:
        return None
    return ToldEvidence(
        done_at=evidence.done_at,
        channel=evidence.channel,
        number=masked(evidence.number),
        credential=evidence.credential,
        mdm=evidence.mdm,
        elements=list(evidence.elements),
        other_tcm_claim=evidence.other_tcm_claim,
    )
