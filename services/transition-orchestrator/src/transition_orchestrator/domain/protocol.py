"""A care protocol as a value: which steps, for whom, due when (rulebook section 4)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from enum import StrEnum

from transition_orchestrator.domain.due_rules import DueRule
from transition_orchestrator.domain.routing import TransitionKind


class Circumstance(StrEnum):
    """What a step of the plan may depend on, beside the flags of the transition."""

    HIGH_RISK = "high_risk"
    MODERATE_RISK = "moderate_risk"
    LOW_RISK = "low_risk"
    """The tier of LACE, or of a prediction where a site goes by it; none where it is not known."""
    NO_PCP = "no_pcp"
    INPATIENT = "inpatient"
    OBSERVATION = "observation"
    EMERGENCY = "emergency"
    OBSTETRICS = "obstetrics"
    """The class of the visit."""
    NEWBORN = "newborn"
    HYPERTENSION_IN_PREGNANCY = "hypertension_in_pregnancy"
    SEVERE_HYPERTENSION_IN_PREGNANCY = "severe_hypertension_in_pregnancy"
    GESTATIONAL_DIABETES = "gestational_diabetes"
    """What a maternity stay was about, by its codes; not looked for after other stays."""


TIERS = frozenset({Circumstance.HIGH_RISK, Circumstance.MODERATE_RISK, Circumstance.LOW_RISK})
ROLES = ("nurse", "pharmacist", "coordinator", "provider")


@dataclass(frozen=True, slots=True)
class Sooner:
    """Another due rule, for those to whom one of the circumstances applies; for all, if none."""

    when: frozenset[str]
    due: DueRule

    def applies(self, circumstances: frozenset[str]) -> bool:
        return not self.when or bool(self.when & circumstances)


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is to know of it when a step is still open so long after it was due."""

    after: DueRule
    to: str


@dataclass(frozen=True, slots=True)
class Repetition:
    """A step that is asked for several times, each time one interval later."""

    every: DueRule
    times: int


@dataclass(frozen=True, slots=True)
class VisitingHours:
    """When people may be called upon at home, local time."""

    first: time
    last: time


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """One line of a plan."""

    code: str
    title: str
    role: str
    due: DueRule
    opens: DueRule | None = None
    sooner: tuple[Sooner, ...] = ()
    best_before: Sooner | None = None
    """A softer target inside the deadline."""
    visiting_hours: VisitingHours | None = None
    """Somebody goes there: a deadline outside visiting hours has a last slot before it."""
    when: frozenset[str] = frozenset()
    """Only if one of these flags or circumstances applies; without any, always."""
    unless: frozenset[str] = frozenset()
    """Not if one of these applies."""
    same_as: frozenset[str] = frozenset()
    """Codes of steps, of this or another protocol, that are the same work."""
    escalate: Escalation | None = None
    checklist: tuple[str, ...] = ()
    protocol: str = ""
    """The label of the protocol that asks for it."""

    @property
    def due_rules(self) -> tuple[DueRule, ...]:
        """All that its times follow from."""
        others = (self.opens, self.best_before and self.best_before.due)
        return (self.due, *(one.due for one in self.sooner), *(one for one in others if one))

    @property
    def is_visit(self) -> bool:
        """Whether somebody goes to the patient's home."""
        return self.visiting_hours is not None


def repeated(rule: StepRule, repetition: Repetition | None) -> Iterator[StepRule]:
    """The rule as often as it is asked for, `coach_call_1`, `coach_call_2` or `call`, `call_2`.

    Each time but the first it opens when the one before was due. Raises ValueError where due rule
    and interval count on different clocks.
    """
    if repetition is None:
        yield rule
        return
    for number in range(repetition.times):
        again = _again(rule, repetition.every, number) if number else rule
        yield replace(again, title=f"{rule.title} ({number + 1} of {repetition.times})")


def _again(rule: StepRule, every: DueRule, number: int) -> StepRule:
    opens = rule.opens.later_by(every, number) if rule.opens else None
    return replace(
        rule,
        code=_numbered(rule.code, number + 1),
        due=rule.due.later_by(every, number),
        opens=opens or rule.due.later_by(every, number - 1),
        sooner=tuple(replace(one, due=one.due.later_by(every, number)) for one in rule.sooner),
    )


def _numbered(code: str, number: int) -> str:
    return code if number == 1 else f"{code.removesuffix('_1')}_{number}"


@dataclass(frozen=True)
class Plan:
    """The steps for one kind of transition, and when its period ends."""

    period: DueRule
    steps: tuple[StepRule, ...]
    tasks: tuple[tuple[StepRule, ...], ...] = field(init=False)
    """The rules that become one task each, under the code that stands first."""
    anchors: frozenset[str] = field(init=False)
    """The codes of those that others count from."""

    def __post_init__(self) -> None:
        tasks = tuple(_one_task_each(self.steps))
        counted = {due.anchor for rules in tasks for rule in rules for due in rule.due_rules}
        object.__setattr__(self, "tasks", tasks)
        object.__setattr__(self, "anchors", counted & {rules[0].code for rules in tasks})


def _one_task_each(steps: tuple[StepRule, ...]) -> Iterator[tuple[StepRule, ...]]:
    """Steps with one code, or declared the same, together; anchors follow the code that stands.

    Which of them apply to a case plays no part, so that a task keeps its code when facts change.
    """
    groups: list[list[StepRule]] = []
    for step in steps:
        mine = [group for group in groups if any(_is_same(step, one) for one in group)]
        joined = [one for group in mine for one in group]
        if mine:
            groups[groups.index(mine[0])] = [*joined, step]
            groups = [group for group in groups if group not in mine[1:]]
        else:
            groups.append([step])
    codes = {step.code: group[0].code for group in groups for step in group}
    for group in groups:
        yield tuple(_with_codes(step, codes) for step in group)


def _is_same(one: StepRule, other: StepRule) -> bool:
    return one.code == other.code or one.code in other.same_as or other.code in one.same_as


def _with_codes(step: StepRule, codes: Mapping[str, str]) -> StepRule:
    def follow(due: DueRule) -> DueRule:
        known = codes.get(due.anchor, due.anchor)
        return due if known == due.anchor else replace(due, anchor=known)

    return replace(
        step,
        code=codes[step.code],
        due=follow(step.due),
        opens=follow(step.opens) if step.opens else None,
        sooner=tuple(replace(one, due=follow(one.due)) for one in step.sooner),
        best_before=step.best_before
        and replace(step.best_before, due=follow(step.best_before.due)),
    )


@dataclass(frozen=True, slots=True)
class Protocol:
    """A version of a care protocol."""

    name: str
    version: int
    plans: Mapping[TransitionKind, Plan]
    title: str = ""
    when: frozenset[str] = frozenset()
    """For whom it is meant, unless a site says otherwise: one of these; for all, if none."""
    unless: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """`default@1`: what a transition says it was opened with."""
        return label_of(self.name, self.version)


def label_of(name: str, version: int) -> str:
    return f"{name}@{version}"


def side_by_side(protocols: Iterable[Protocol]) -> Mapping[TransitionKind, Plan]:
    """The plans of several protocols as one each: the first one's steps first, the longest period.

    Raises nothing: a kind that none of them has a plan for is not there.
    """
    plans: dict[TransitionKind, Plan] = {}
    for protocol in protocols:
        for kind, plan in protocol.plans.items():
            known = plans.get(kind)
            if known is None:
                plans[kind] = plan
            else:
                period = max(known.period, plan.period, key=lambda one: one.count)
                plans[kind] = Plan(period, known.steps + plan.steps)
    return plans
