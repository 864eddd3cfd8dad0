"""How a completed task stands by what its transition says now."""

from care_contracts.transitions import Step, TransitionSnapshot
from worklist.domain.tasks import Task
from worklist.domain.timing import Judgement, Span, judged


def judgement_of(task: Task, transition: TransitionSnapshot) -> Judgement | None:
    """Early, in time or late, and what it was before a correction; None where no work was done.

    A correction that came in before the orchestrator heard of the work moved the step itself, one
    that came after is told beside it: both are read, so that either order ends alike.
    """
    step = next((one for one in transition.steps if one.task_id == task.task_id), None)
    return judged(task, _span(step) if step else Span(task.step.window_opens_at, task.step.due_at))


def _span(step: Step) -> Span:
    if step.corrected_due_at is not None:
        return Span(step.corrected_opens_at, step.corrected_due_at)
    return Span(step.window_opens_at, step.due_at)
