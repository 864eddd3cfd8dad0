"""The transitions that stand, brought into line with those that should: what changed is news."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from transition_orchestrator.domain.desired import Desired
from transition_orchestrator.domain.plan import Step, StepState
from transition_orchestrator.domain.transitions import (
    Reason,
    Transition,
    TransitionState,
    TransitionView,
    transition_ids_of,
)
from transition_orchestrator.domain.work import NOTHING_DONE, done_by


class Announcement(StrEnum):
    """What to call a change of a transition."""

    OPENED = "opened"
    REPLANNED = "replanned"
    VOIDED = "voided"
    INTERRUPTED = "interrupted"
    SUPERSEDED = "superseded"
    COMPLETED = "completed"
    CLOSED = "closed"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Change:
    """A transition whose story goes on."""

    transition: Transition
    announcement: Announcement


def announcement_of(before: Transition | None, after: Transition) -> Announcement:
    """What to call it when a transition comes to stand as `after`."""
    if after.is_retracted:
        return Announcement.RETRACTED
    was, now = before and before.view.state, after.view.state
    if now.is_open:
        return Announcement.OPENED if was is None else Announcement.REPLANNED
    return Announcement.REPLANNED if was is now else Announcement(now.value)


class StandingTransitions:
    """The transitions of a cluster, each found by the discharge messages that it follows from."""

    def __init__(self, stored: Iterable[Transition]) -> None:
        self.standing = {one.transition_id: one for one in stored}
        self.changes: list[Change] = []
        self._free = dict(self.standing)
        self._by_message: dict[str, list[Transition]] = {}
        for one in sorted(self.standing.values(), key=_claim):
            for event_id in one.opened_from:
                self._by_message.setdefault(event_id, []).append(one)

    def told_of(self, discharges: frozenset[str]) -> TransitionView | None:
        """What was told of a follow-up of the discharge, the protocols it was opened with."""
        return next((one.view for one in self._about(discharges)), None)

    def bring_into_line(self, wanted: Iterable[Desired]) -> None:
        """Make what is wanted of one person stand."""
        matched = [(desired, self._claimed(desired)) for desired in wanted]
        for desired, known, view in _judged(matched):
            if known:
                self._keep(_moved_on(known, _keeping_work(known, view), desired.discharges))
            else:
                ids = transition_ids_of(desired.view.kind, desired.discharges)
                fresh = next(one for one in ids if one not in self.standing)
                self._keep(Transition(fresh, 1, desired.discharges, frozenset(), desired.view))

    def give_up_the_rest(self) -> None:
        """End what, as it turns out, nothing ever called for."""
        for left in self._free.values():
            view = left.view.ended(TransitionState.SUPERSEDED, Reason.NOT_CALLED_FOR)
            self._keep(_moved_on(left, _keeping_work(left, view), left.opened_from))

    def _about(self, discharges: frozenset[str]) -> list[Transition]:
        found = {
            one.transition_id: one
            for event_id in discharges
            for one in self._by_message.get(event_id, ())
        }
        return sorted(found.values(), key=_claim)

    def _claimed(self, desired: Desired) -> Transition | None:
        """The stored transition of the same kind that was opened from the same discharge."""
        known = self._match(desired)
        return self._free.pop(known.transition_id) if known else None

    def _match(self, desired: Desired) -> Transition | None:
        return next(
            (
                one
                for one in self._about(desired.discharges)
                if one.view.kind is desired.view.kind and one.transition_id in self._free
            ),
            None,
        )

    def _keep(self, after: Transition) -> None:
        """Store it; a discharge that was merely said again is no news for anybody."""
        before = self.standing.get(after.transition_id)
        self.standing[after.transition_id] = after
        if before is None or before.version != after.version:
            self.changes.append(Change(after, announcement_of(before, after)))


def _claim(transition: Transition) -> tuple[bool, bool, UUID]:
    """Which of several that fit goes on: one that people worked on, one that is to be seen."""
    return (
        not (transition.done or transition.work),
        transition.is_retracted,
        transition.transition_id,
    )


def _judged(
    matched: Sequence[tuple[Desired, Transition | None]],
) -> Iterator[tuple[Desired, Transition | None, TransitionView]]:
    """Every follow-up with where its claim and measures stand; an earlier claim covers a later."""
    claimed: list[date] = []
    for desired, known in sorted(matched, key=lambda one: one[0].view.discharged_at):
        cases, done = desired.cases, done_by(known.work) if known else NOTHING_DONE
        view = _timed(desired, known)
        if cases is None:
            yield desired, known, view
            continue
        before = next((on for on in claimed if cases.is_covered_by(on)), None)
        if done != NOTHING_DONE and cases.claims(done, before):
            claimed.append(desired.view.discharged_on)
        yield desired, known, cases.on(view, done, before)


def _timed(desired: Desired, known: Transition | None) -> TransitionView:
    """The view, its steps counting from when people completed those that they count from."""
    if known is None:
        return desired.view
    view, work = desired.view, known.work.items()
    completed = {code: one.completed_at for code, one in work if one.completed_at}
    steps = desired.schedule.timed(view.steps, completed)
    return view if steps is view.steps else replace(view, steps=steps)


def _keeping_work(known: Transition, view: TransitionView) -> TransitionView:
    """`view` with what people did left as it was, and the transition completed when all is done."""
    before = {step.code: step for step in known.view.steps}
    after = {step.code: step for step in view.steps}
    done = {code: _done(before[code], after.get(code)) for code in known.done & set(before)}
    steps = [done.get(code, step) for code, step in after.items()]
    for code, step in before.items():
        if code not in after:
            steps.append(done.get(code) or replace(step, state=StepState.DROPPED))
    if _is_completed(known, view, steps):
        steps = [step if step.code in known.done else _withdrawn(step) for step in steps]
        view = replace(view, state=TransitionState.COMPLETED, reason=None)
    return replace(view, steps=tuple(steps))


def _done(step: Step, now: Step | None) -> Step:
    """What is done keeps its record; by when it should have been is told as it now is."""
    kept = replace(step, state=StepState.PLANNED)
    if now is None:
        return kept
    moved = (now.window_opens_at, now.due_at) != (step.window_opens_at, step.due_at)
    return replace(
        kept,
        corrected_opens_at=now.window_opens_at if moved else None,
        corrected_due_at=now.due_at if moved else None,
    )


def _is_completed(known: Transition, view: TransitionView, steps: Iterable[Step]) -> bool:
    """Whether people have done what was asked for; nothing but a void takes that back."""
    if view.state is TransitionState.VOIDED:
        return False
    if known.view.state is TransitionState.COMPLETED and known.view.reason is None:
        return True
    planned = {step.code for step in steps if step.state is StepState.PLANNED}
    return view.state.is_open and bool(planned) and planned <= known.done


def _withdrawn(step: Step) -> Step:
    dropped = step.state is StepState.DROPPED
    return step if dropped else replace(step, state=StepState.WITHDRAWN)


def _moved_on(known: Transition, view: TransitionView, discharges: frozenset[str]) -> Transition:
    """What is stored, moved on to what must be; a version more only where there is news."""
    if view != known.view:
        return replace(known, version=known.version + 1, opened_from=discharges, view=view)
    return known if discharges == known.opened_from else replace(known, opened_from=discharges)
