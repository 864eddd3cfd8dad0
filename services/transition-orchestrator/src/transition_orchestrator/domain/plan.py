"""The steps that a protocol asks for after one discharge, with their windows and due times."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from transition_orchestrator.domain.calendar import LocalDays
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


@dataclass(frozen=True, slots=True)
class Case:
    """What the steps of one discharge depend on."""

    discharged_at: datetime
    circumstances: frozenset[str]
    """Flags of the transition and circumstances of the person."""
    days: LocalDays


def steps_of(plan: Plan, case: Case, hours: VisitingHours) -> tuple[Step, ...]:
    """The steps that apply to the case, in the plan's order."""
    return tuple(
        _step(rule, case, hours)
        for rule in plan.steps
        if not rule.when or rule.when & case.circumstances
    )


def _step(rule: StepRule, case: Case, hours: VisitingHours) -> Step:
    discharged_at, days = case.discharged_at, case.days
    due = rule.due
    if rule.sooner and rule.sooner.when & case.circumstances:
        due = rule.sooner.due
    due_at = due.due_at(discharged_at, days)
    opens_at = rule.opens.opens_at(discharged_at, days) if rule.opens else discharged_at
    return Step(
        code=rule.code,
        title=rule.title,
        role=rule.role,
        state=StepState.PLANNED,
        window_opens_at=opens_at,
        due_at=due_at,
        best_before_at=_best_before(rule, due_at, case, hours),
        rule=str(due),
    )


def _best_before(
    rule: StepRule, due_at: datetime, case: Case, hours: VisitingHours
) -> datetime | None:
    if rule.best_before and rule.best_before.when & case.circumstances:
        return rule.best_before.due.due_at(case.discharged_at, case.days)
    return last_slot_before(due_at, hours, case.days) if rule.in_visiting_hours else None


def last_slot_before(due_at: datetime, hours: VisitingHours, days: LocalDays) -> datetime | None:
    """The last visiting hour before a deadline that falls outside visiting hours."""
    wall = days.wall_time_of(due_at)
    if hours.first <= _to_the_second(wall) <= hours.last:
        return None
    day = days.date_of(due_at)
    return days.at(day if wall > hours.last else day - timedelta(days=1), hours.last)


def _to_the_second(wall: time) -> time:
    return wall.replace(microsecond=0)
