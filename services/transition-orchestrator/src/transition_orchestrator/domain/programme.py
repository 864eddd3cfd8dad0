"""A programme: the protocols that one site follows side by side, as the site has adapted them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from transition_orchestrator.domain.due_rules import DueRule, Unit
from transition_orchestrator.domain.protocol import (
    TIERS,
    Plan,
    Protocol,
    StepRule,
    VisitingHours,
    side_by_side,
)
from transition_orchestrator.domain.routing import TransitionKind


@dataclass(frozen=True, slots=True)
class StepChange:
    """What a site has otherwise in one step of a protocol; None leaves it as the protocol says."""

    code: str
    leave_out: bool = False
    title: str | None = None
    role: str | None = None
    due: DueRule | None = None
    opens: DueRule | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """One protocol as a site follows it; kept with every transition that was opened so."""

    label: str
    when: tuple[str, ...] = ()
    """Only discharges to which one of these flags or circumstances applies; all, if none."""
    unless: tuple[str, ...] = ()
    visiting_hours: VisitingHours | None = None
    steps: tuple[StepChange, ...] = ()
    visits_for: tuple[str, ...] = ()
    """The tiers that are visited at home, as circumstances; all, if none."""

    @property
    def not_visited(self) -> frozenset[str]:
        """The tiers whose plan has no visits at home; whose tier is not known, is visited."""
        return TIERS - {*self.visits_for} if self.visits_for else frozenset()

    @property
    def is_adapted(self) -> bool:
        return bool(self.visiting_hours or self.steps)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Whether a protocol follows a discharge, and why."""

    protocol: str
    enrolled: bool
    because: str
    adapted: bool = False
    """The site has steps or hours of its own in it."""
    visits: bool = True
    """Whether its visits at home are meant too."""


_NOTHING = Plan(DueRule(29, Unit.DAYS), ())
"""For a kind that no protocol has a plan for, which a site's check rules out: ask for nothing."""


@dataclass(frozen=True)
class Programme:
    """Protocols side by side; the same work is one task, under its strictest rule."""

    followed: tuple[Followed, ...]
    protocols: tuple[Protocol, ...]
    """In the same order, adapted."""
    plans: Mapping[TransitionKind, Plan] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plans", side_by_side(self.protocols))

    @property
    def label(self) -> str:
        """`default@2`, or several joined by `+`."""
        return "+".join(one.label for one in self.followed)

    def plan_of(self, kind: TransitionKind) -> Plan:
        return self.plans.get(kind, _NOTHING)

    def enrolments(self, kind: TransitionKind, known: frozenset[str]) -> tuple[Enrolment, ...]:
        """For every protocol whether it follows a discharge of this kind, with the reason.

        Who is enrolled follows from what is known of the discharge, and changes with it.
        """
        return tuple(
            _enrolment(followed, protocol, kind, known)
            for followed, protocol in zip(self.followed, self.protocols, strict=True)
        )


def _enrolment(
    followed: Followed, protocol: Protocol, kind: TransitionKind, known: frozenset[str]
) -> Enrolment:
    against = _against(followed, protocol, kind, known)
    because = _names(known.intersection(followed.when)) or "every discharge of this kind"
    spared = not against and _is_spared_visits(followed, protocol.plans[kind], known)
    if spared:
        because = f"{because}; its visits at home are only for {_names(followed.visits_for)}"
    return Enrolment(
        protocol=followed.label,
        enrolled=not against,
        because=against or because,
        adapted=followed.is_adapted,
        visits=not spared,
    )


def _is_spared_visits(followed: Followed, plan: Plan, known: frozenset[str]) -> bool:
    """Whether the plan has visits at home that are not for this tier."""
    visits = any(step.is_visit for step in plan.steps)
    return visits and bool(known & followed.not_visited)


def _against(
    followed: Followed, protocol: Protocol, kind: TransitionKind, known: frozenset[str]
) -> str:
    """Why the protocol is not for the discharge; empty where it is."""
    if kind not in protocol.plans:
        return f"it has no plan for {kind}"
    if against := known.intersection(followed.unless):
        return f"not for {_names(against)}"
    wanting = followed.when and not known.intersection(followed.when)
    return f"only for {_names(followed.when)}" if wanting else ""


def _names(circumstances: Iterable[str]) -> str:
    return " or ".join(sorted(circumstances))


class Programmes:
    """Every protocol in every version, and the programmes that were made of them."""

    def __init__(self, protocols: Mapping[str, Protocol]) -> None:
        self.protocols = protocols
        self._made: dict[tuple[Followed, ...], Programme] = {}

    def of(self, followed: tuple[Followed, ...]) -> Programme:
        """The programme. Raises KeyError where a version is not here (any more)."""
        made = self._made.get(followed)
        if made is None:
            adapted = tuple(adapted_to(one, self.protocols[one.label]) for one in followed)
            made = self._made[followed] = Programme(followed, adapted)
        return made

    def known(self, followed: tuple[Followed, ...]) -> bool:
        """Whether every version of it is here."""
        return bool(followed) and all(one.label in self.protocols for one in followed)

    def newest(self, name: str) -> Protocol | None:
        versions = [one for one in self.protocols.values() if one.name == name]
        return max(versions, key=lambda one: one.version, default=None)


def adapted_to(followed: Followed, protocol: Protocol) -> Protocol:
    """The protocol with what a site has otherwise."""
    if not (followed.is_adapted or followed.visits_for):
        return protocol
    return replace(
        protocol,
        plans={
            kind: Plan(plan.period, tuple(_adapted(plan.steps, followed)))
            for kind, plan in protocol.plans.items()
        },
    )


def _adapted(steps: Iterable[StepRule], followed: Followed) -> Iterable[StepRule]:
    changes = {one.code: one for one in followed.steps}
    for step in steps:
        own = _visit(step, followed) if step.is_visit else step
        change = changes.get(step.code)
        if change is None:
            yield own
        elif not change.leave_out:
            yield _changed(own, change)


def _visit(step: StepRule, followed: Followed) -> StepRule:
    hours = followed.visiting_hours or step.visiting_hours
    return replace(step, visiting_hours=hours, unless=step.unless | followed.not_visited)


def _changed(step: StepRule, change: StepChange) -> StepRule:
    return replace(
        step,
        title=change.title or step.title,
        role=change.role or step.role,
        due=change.due or step.due,
        opens=change.opens or step.opens,
        sooner=() if change.due else step.sooner,
    )
