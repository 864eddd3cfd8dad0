"""A care protocol as a value: which steps, for whom, due when (rulebook section 4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.routing import TransitionKind


class Unit(StrEnum):
    """Which clock a due rule counts on."""

    HOURS = "hours"
    """Elapsed, whatever daylight saving does."""
    BUSINESS_DAYS = "business days"
    """Of the site's calendar, to the end of the local day."""
    DAYS = "days"
    """Calendar days, to the end of the local day."""


class DueRuleError(ValueError):
    """A due rule cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no due rule: say for example '2 business days after discharge', "
            "'72 hours after discharge' or '7 days after discharge'"
        )


@dataclass(frozen=True, slots=True)
class DueRule:
    """So many units after the discharge."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        unit = self.unit.value.removesuffix("s") if self.count == 1 else self.unit.value
        return f"{self.count} {unit} after discharge"

    def due_at(self, discharged_at: datetime, days: LocalDays) -> datetime:
        """The last instant that still satisfies the rule."""
        if self.unit is Unit.HOURS:
            return discharged_at + timedelta(hours=self.count)
        return days.end_of(self._day(days.date_of(discharged_at), days))

    def opens_at(self, discharged_at: datetime, days: LocalDays) -> datetime:
        """The first instant of the same day or hour, never before the discharge."""
        if self.unit is Unit.HOURS:
            return discharged_at + timedelta(hours=self.count)
        start = days.start_of(self._day(days.date_of(discharged_at), days))
        return max(start, discharged_at)

    def _day(self, discharged_on: date, days: LocalDays) -> date:
        if self.unit is Unit.DAYS or self.count == 0:
            return discharged_on + timedelta(days=self.count)
        return days.calendar.business_days_after(discharged_on, self.count)[-1]


_DUE_RULE = re.compile(r"(\d{1,4}) (hour|business day|day)s? after discharge")


def due_rule(text: str) -> DueRule:
    """Read `72 hours after discharge` and its like. Raises DueRuleError."""
    match = _DUE_RULE.fullmatch(" ".join(text.split()))
    if match is None:
        raise DueRuleError(text)
    return DueRule(int(match[1]), Unit(f"{match[2]}s"))


class Circumstance(StrEnum):
    """What a step of the plan may depend on, beside the flags of the transition."""

    HIGH_RISK = "high_risk"
    NO_PCP = "no_pcp"


@dataclass(frozen=True, slots=True)
class Sooner:
    """Another due rule, for those to whom one of the circumstances applies."""

    when: frozenset[str]
    due: DueRule


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """One line of a plan."""

    code: str
    title: str
    role: str
    due: DueRule
    opens: DueRule | None = None
    sooner: Sooner | None = None
    best_before: Sooner | None = None
    """A softer target inside the deadline."""
    in_visiting_hours: bool = False
    """Somebody goes there: a deadline outside visiting hours has a last slot before it."""
    when: frozenset[str] = frozenset()
    """Only if one of these flags or circumstances applies; without any, always."""


@dataclass(frozen=True, slots=True)
class VisitingHours:
    """When people may be called upon at home, local time."""

    first: time
    last: time


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps for one kind of transition, and when its period ends."""

    period: DueRule
    steps: tuple[StepRule, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """A version of a care protocol."""

    name: str
    version: int
    visiting_hours: VisitingHours
    plans: Mapping[TransitionKind, Plan]

    @property
    def label(self) -> str:
        """`default@1`: what a transition says it was opened with."""
        return f"{self.name}@{self.version}"
