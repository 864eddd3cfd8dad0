"""The steps that a protocol asks for after one discharge, with their windows and due times."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.due_rules import Anchor, DueRule
from transition_orchestrator.domain.protocol import Plan, StepRule, VisitingHours


class StepState(StrEnum):
    """Whether the plan still asks for the step."""

    PLANNED = "planned"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"
    """It was planned on what was known for a while only, and is told to nobody any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of follow-up work."""

    code: str
    title: str
    role: str
    state: StepState
    window_opens_at: datetime
    due_at: datetime
    best_before_at: datetime | None
    rule: str
    escalates_at: datetime | None = None
    escalates_to: str | None = None
    """The role that is to know of it when it is still open then."""
    checklist: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    """The labels of the protocols that ask for it."""
    corrected_opens_at: datetime | None = None
    corrected_due_at: datetime | None = None
    """Of a step that is done: its times by what is known now, where they are other ones."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A step that the plan has and the case does not call for."""

    rule: StepRule
    because: str


@dataclass(frozen=True, slots=True)
class Case:
    """What the steps of one discharge depend on."""

    discharged_at: datetime
    circumstances: frozenset[str]
    """Flags of the transition and circumstances of the person."""
    days: LocalDays
    admitted_at: datetime | None = None
    expected_discharge_at: datetime | None = None
    begins_at: datetime | None = None
    """From when on there is something to do; else from the discharge on."""
    done: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    """When steps were completed, for those that others count from."""
    not_enrolled: Mapping[str, str] = field(default_factory=dict[str, str])
    """Labels of protocols that do not follow this discharge, and why."""


def steps_of(plan: Plan, case: Case) -> tuple[Step, ...]:
    """The steps that apply to the case, in the plan's order; several rules for one are one step."""
    return tuple(found for found in considered(plan, case) if isinstance(found, Step))


def considered(plan: Plan, case: Case) -> Iterator[Step | LeftOut]:
    """Every step of the plan, or why it is left out."""
    known = _anchors_of(case)
    for rules in plan.tasks:
        asked: list[StepRule] = []
        for rule in rules:
            because = _why_not(rule, case, known)
            if because:
                yield LeftOut(rule, because)
            else:
                asked.append(rule)
        if asked:
            step = _escalated(_together([_step(one, case, known) for one in asked]), asked, case)
            # Until it is done, others count from when it should be.
            known[step.code] = case.done.get(step.code, step.due_at)
            yield step


def _anchors_of(case: Case) -> dict[str, datetime]:
    known: dict[str, datetime] = {Anchor.DISCHARGE.value: case.discharged_at}
    if case.admitted_at:
        known[Anchor.ADMISSION.value] = case.admitted_at
    if case.expected_discharge_at:
        known[Anchor.EXPECTED_DISCHARGE.value] = case.expected_discharge_at
    return known


def _why_not(rule: StepRule, case: Case, known: Mapping[str, datetime]) -> str:
    """Why the case does not call for it; empty where it does."""
    if rule.protocol in case.not_enrolled:
        return case.not_enrolled[rule.protocol]
    if rule.when and not rule.when & case.circumstances:
        return f"only for {_any_of(rule.when)}"
    if rule.unless & case.circumstances:
        return f"not for {_any_of(rule.unless & case.circumstances)}"
    anchors = (rule.due.anchor, rule.opens.anchor if rule.opens else rule.due.anchor)
    return next((f"{one}: not known, or not asked for" for one in anchors if one not in known), "")


def _any_of(names: frozenset[str]) -> str:
    return " or ".join(sorted(names))


def _step(rule: StepRule, case: Case, known: Mapping[str, datetime]) -> Step:
    due, due_at = _due(rule, case, known)
    opens_at = case.begins_at or case.discharged_at
    if rule.opens:
        opens_at = rule.opens.opens_at(known[rule.opens.anchor], case.days)
    best_before_at = _best_before(rule, due_at, case, known)
    if best_before_at and best_before_at <= opens_at:
        best_before_at = None
    return Step(
        code=rule.code,
        title=rule.title,
        role=rule.role,
        state=StepState.PLANNED,
        window_opens_at=opens_at,
        due_at=due_at,
        best_before_at=best_before_at,
        rule=str(due),
        checklist=rule.checklist,
        protocols=(rule.protocol,) if rule.protocol else (),
    )


def _due(rule: StepRule, case: Case, known: Mapping[str, datetime]) -> tuple[DueRule, datetime]:
    """The rule that counts, of several the strictest, and its instant."""
    due, due_at = rule.due, rule.due.due_at(known[rule.due.anchor], case.days)
    for sooner in rule.sooner:
        if sooner.applies(case.circumstances) and sooner.due.anchor in known:
            at = sooner.due.due_at(known[sooner.due.anchor], case.days)
            due, due_at = (sooner.due, at) if at < due_at else (due, due_at)
    return due, due_at


def _best_before(
    rule: StepRule, due_at: datetime, case: Case, known: Mapping[str, datetime]
) -> datetime | None:
    soft = rule.best_before
    if soft and soft.applies(case.circumstances) and soft.due.anchor in known:
        return soft.due.due_at(known[soft.due.anchor], case.days)
    hours = rule.visiting_hours
    return last_slot_before(due_at, hours, case.days) if hours else None


def last_slot_before(due_at: datetime, hours: VisitingHours, days: LocalDays) -> datetime | None:
    """The last visiting hour before a deadline that falls outside visiting hours (D-07)."""
    wall = days.wall_time_of(due_at)
    if hours.first <= _to_the_second(wall) <= hours.last:
        return None
    day = days.date_of(due_at)
    return days.at(day if wall > hours.last else day - timedelta(days=1), hours.last)


def _to_the_second(wall: time) -> time:
    return wall.replace(microsecond=0)


def _together(asked: Sequence[Step]) -> Step:
    """One step for several that are the same work: named by the first, timed by the strictest."""
    if len(asked) == 1:
        return asked[0]
    strictest = min(asked, key=lambda one: one.due_at)
    soft = [one.best_before_at for one in asked if one.best_before_at]
    soft = [at for at in soft if strictest.window_opens_at < at < strictest.due_at]
    return replace(
        asked[0],
        window_opens_at=strictest.window_opens_at,
        due_at=strictest.due_at,
        best_before_at=min(soft, default=None),
        rule=strictest.rule,
        checklist=tuple(dict.fromkeys(line for one in asked for line in one.checklist)),
        protocols=tuple(dict.fromkeys(label for one in asked for label in one.protocols)),
    )


def _escalated(step: Step, asked: Sequence[StepRule], case: Case) -> Step:
    """The step with the soonest escalation that its rules ask for."""
    escalations = [
        (one.escalate.after.due_at(step.due_at, case.days), one.escalate.to)
        for one in asked
        if one.escalate
    ]
    if not escalations:
        return step
    at, to = min(escalations)
    return replace(step, escalates_at=at, escalates_to=to)
