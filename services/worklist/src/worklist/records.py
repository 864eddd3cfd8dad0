"""The record of who did what: one line for every change of a task, by the plan or by a person."""

from worklist.domain.plan import Replanned
from worklist.ports import ActionRecord, Worked


def planned_action(change: Replanned) -> ActionRecord:
    """The line for what the plan did."""
    task = change.task
    return ActionRecord(
        task_id=task.task_id,
        version=task.version,
        did=change.effect,
        at=task.changed_at,
        from_state=change.before.state if change.before else None,
        to_state=task.state,
        reason=task.cancelled_for,
    )


def worked_action(worked: Worked) -> ActionRecord:
    """The line for what a person did."""
    task, wish = worked.task, worked.wish
    return ActionRecord(
        task_id=task.task_id,
        version=task.version,
        did=wish.deed,
        at=task.changed_at,
        subject=wish.person.subject,
        name=wish.person.name,
        role=wish.person.role,
        from_state=worked.before.state,
        to_state=task.state,
        outcome=wish.attempt.outcome if wish.attempt else task.work.outcome,
        note=wish.ending.note if wish.ending else wish.note or wish.item,
    )
