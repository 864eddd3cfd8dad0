"""The steps of one follow-up, timed by what is done: some count from when another is completed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from transition_orchestrator.domain.plan import Case, Step, StepState, steps_of
from transition_orchestrator.domain.protocol import Plan


@dataclass(frozen=True, slots=True)
class Schedule:
    """What the steps of a follow-up follow from, beside the work on them."""

    plan: Plan
    case: Case
    ever: frozenset[str]
    """The circumstances, and those that were so when the discharge became known."""
    is_open: bool

    def steps(self) -> tuple[Step, ...]:
        """The steps that apply; one that did when the discharge became known is withdrawn."""
        case, known = self.case, self.case.circumstances
        asked = steps_of(self.plan, case)
        if self.is_open and self.ever == known:
            return asked
        once = asked
        if self.ever != known:
            once = steps_of(self.plan, replace(case, circumstances=self.ever))
        steps = {step.code: _withdrawn(step) for step in once}
        return tuple((steps | {one.code: one for one in asked if self.is_open}).values())

    def timed(self, steps: tuple[Step, ...], completed: Mapping[str, datetime]) -> tuple[Step, ...]:
        """The steps, as they count from those that were completed; the same where none does.

        One that is completed itself counts from what had been completed by then, and keeps its
        judgement whatever is completed later.
        """
        if not self.plan.anchors & completed.keys():
            return steps
        now = self._after(completed)
        return tuple(
            _timed_as(step, self._after(_by(completed[step.code], completed)))
            if step.code in completed
            else _timed_as(step, now)
            for step in steps
        )

    def _after(self, completed: Mapping[str, datetime]) -> Mapping[str, Step]:
        case = replace(self.case, done=completed)
        return {step.code: step for step in replace(self, case=case).steps()}


def _by(at: datetime, completed: Mapping[str, datetime]) -> Mapping[str, datetime]:
    return {code: done_at for code, done_at in completed.items() if done_at <= at}


def _timed_as(step: Step, timed: Mapping[str, Step]) -> Step:
    """The step with other times; whether it is asked for does not follow from work."""
    return replace(timed[step.code], state=step.state)


def _withdrawn(step: Step) -> Step:
    return replace(step, state=StepState.WITHDRAWN)
