"""The sentences about work that was done: whether it was in time, and what a correction changed."""

from collections.abc import Iterator, Mapping

from worklist.domain.tasks import Task
from worklist.domain.timing import Judgement, Span, Timing
from worklist.explaining.sentences import Sentence, Told
from worklist.judging import judgement_of

_STANDS: Mapping[Timing, str] = {
    Timing.EARLY: "early",
    Timing.IN_TIME: "in time",
    Timing.LATE: "late",
}
_CORRECTED = "rulebook section 6, updates after the discharge"


def about_work(told: Told) -> Iterator[Sentence]:
    """Every task that was done, by the times that hold now."""
    for task in told.tasks:
        judgement = judgement_of(task, told.transition)
        if judgement is None:
            continue
        rule = _CORRECTED if judgement.corrected else task.step.rule or told.transition.protocol
        yield Sentence(f"done:{task.step.code}", _done(task, judgement, told), rule)


def _done(task: Task, judgement: Judgement, told: Told) -> str:
    said = f"{task.step.title} was done {told.at(judgement.done_at)}"
    stands = _STANDS[judgement.timing]
    if judgement.corrected is None:
        times = Span(task.step.window_opens_at, task.step.due_at)
        return f"{said}, {stands}: it was to be done {_span(times, told)}."
    since = (
        f"By what the hospital has said since (discharged {told.at(told.transition.discharged_at)})"
        f" it was to be done {_span(judgement.corrected, told)}"
    )
    if judgement.before is None:
        return f"{said}, {stands}. {since}, and is {stands} all the same."
    return (
        f"{said}, {_STANDS[judgement.before]} by what was known then. {since}, and counts as "
        f"{stands}."
    )


def _span(span: Span, told: Told) -> str:
    """`from ... to ...`; a window that opens with the discharge goes without saying."""
    until = told.at(span.due_at)
    if span.opens_at is None or span.opens_at <= told.transition.discharged_at:
        return f"by {until}"
    return f"from {told.at(span.opens_at)} to {until}"
