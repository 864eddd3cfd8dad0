"""What is wrong with a protocol although every line of it can be read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from transition_orchestrator.domain.boost import RiskFactor
from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.due_rules import Anchor, DueRule
from transition_orchestrator.domain.protocol import Circumstance, Plan, Protocol, StepRule
from transition_orchestrator.domain.routing import Flag, TransitionKind


@dataclass(frozen=True, slots=True)
class Unsound:
    """One slip: in which plan, which step (empty for the plan) and key, in a sentence."""

    kind: TransitionKind
    code: str
    key: str
    rule: str


_DAYS = LocalDays(ZoneInfo("America/New_York"), BusinessCalendar())
_WEEK = tuple(datetime(2026, 6, 1, 21, tzinfo=UTC) + timedelta(days=n) for n in range(7))
"""Discharges on every day of a week, tried out."""
_WORDS = frozenset(one.value for known in (Flag, Circumstance, RiskFactor) for one in known)
_OF_A_DISCHARGE = frozenset({Anchor.DISCHARGE.value, Anchor.ADMISSION.value})


def known_circumstances(value: frozenset[str]) -> frozenset[str]:
    """Flags and circumstances that a plan may name. Raises ValueError."""
    unknown = sorted(value - _WORDS)
    if unknown:
        message = f"{unknown[0]!r} is none of: {', '.join(sorted(_WORDS))}"
        raise ValueError(message)
    return value


def unsound(protocol: Protocol) -> list[Unsound]:
    """All slips, in the order of the plans."""
    return [
        Unsound(kind, step.code, key, rule)
        for kind, plan in protocol.plans.items()
        for step, key, rule in _in_plan(plan)
    ]


def _in_plan(plan: Plan) -> Iterator[tuple[StepRule, str, str]]:
    before: set[str] = {Anchor.DISCHARGE, Anchor.ADMISSION, Anchor.EXPECTED_DISCHARGE}
    due_by: dict[str, DueRule] = {}
    for step in plan.steps:
        for key, due in _rules_of(step):
            if due.anchor not in before:
                yield step, key, _no_anchor(due.anchor)
        yield from ((step, key, rule) for key, rule in _times(step, plan.period))
        if step.code in due_by:
            yield step, "code", f"the step {step.code!r} stands twice in this plan"
        due_by[step.code] = step.due
        before.add(step.code)


def _rules_of(step: StepRule) -> Iterable[tuple[str, DueRule]]:
    yield "due", step.due
    if step.opens:
        yield "opens", step.opens
    if step.best_before:
        yield "best_before", step.best_before.due
    for one in step.sooner:
        yield "sooner", one.due


def _no_anchor(anchor: str) -> str:
    if anchor == Anchor.DUE:
        return "only an escalation counts from 'due'"
    return (
        f"{anchor!r} is neither discharge, admission nor expected discharge, and no step of that "
        "code stands before it in this plan"
    )


def _times(step: StepRule, period: DueRule) -> Iterator[tuple[str, str]]:
    if _later(step.opens, step.due):
        yield "opens", f"it opens {step.opens}, which is after it is due: {step.due}"
    for one in step.sooner:
        if _later(step.opens, one.due):
            yield "sooner", f"it would be due {one.due}, before it opens: {step.opens}"
        if not _earlier(one.due, step.due):
            yield "sooner", f"{one.due} is not sooner than {step.due}"
    if step.best_before and _later(step.best_before.due, step.due):
        yield "best_before", f"{step.best_before.due} is later than the deadline, {step.due}"
    if _later(step.due, period):
        yield "due", f"it is due {step.due}, after the plan's period has ended: {period}"


def _later(one: DueRule | None, other: DueRule) -> bool:
    """Whether `one` comes after `other` on some day of the week; False where that is not known."""
    if one is None or not _comparable(one, other):
        return False
    return any(one.opens_at(at, _DAYS) > other.due_at(at, _DAYS) for at in _WEEK)


def _earlier(one: DueRule, other: DueRule) -> bool:
    if not _comparable(one, other):
        return True
    return any(one.due_at(at, _DAYS) < other.due_at(at, _DAYS) for at in _WEEK)


def _comparable(one: DueRule, other: DueRule) -> bool:
    return one.anchor == other.anchor and one.anchor in _OF_A_DISCHARGE


def unknown_steps(codes: Iterable[str], protocol: Protocol) -> Mapping[str, str]:
    """The codes that no plan of the protocol has, each with a sentence that says so."""
    known = sorted({step.code for plan in protocol.plans.values() for step in plan.steps})
    return {
        code: f"{protocol.label} has no step {code!r}; it has: {', '.join(known)}"
        for code in codes
        if code not in known
    }
