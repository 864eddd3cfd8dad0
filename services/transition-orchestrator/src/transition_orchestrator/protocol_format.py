"""The format of a protocol file: which keys there are, what they may say, in words for people."""

import re
from collections.abc import Iterable
from datetime import time
from typing import Annotated, TypeAlias, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from transition_orchestrator.domain.due_rules import Anchor, DueRule, Unit, due_rule, interval
from transition_orchestrator.domain.protocol import (
    ROLES,
    Escalation,
    Plan,
    Protocol,
    Repetition,
    Sooner,
    StepRule,
    VisitingHours,
    label_of,
    repeated,
)
from transition_orchestrator.domain.routing import TransitionKind
from transition_orchestrator.domain.soundness import known_circumstances

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MOST_TIMES = 60


def _role(value: str) -> str:
    if value not in ROLES:
        message = f"{value!r} is no role; there are: {', '.join(ROLES)}"
        raise ValueError(message)
    return value


def _code(value: str) -> str:
    if not _CODE.fullmatch(value) or value in {one.value for one in Anchor}:
        message = f"{value!r} is no code such as home_visit: small letters, digits and _"
        raise ValueError(message)
    return value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        message = f"{value!r} is no name such as our-hearts: small letters, digits and -"
        raise ValueError(message)
    return value


def _as_rule(value: object) -> object:
    return due_rule(value) if isinstance(value, str) else value


def _as_interval(value: object) -> object:
    return interval(value) if isinstance(value, str) else value


def _as_time(value: object) -> object:
    if not isinstance(value, str) or not _CLOCK_TIME.fullmatch(value):
        message = 'say a time of day in quotes, such as "08:00"'
        raise ValueError(message)
    return time.fromisoformat(value)


def _in_days(value: DueRule) -> DueRule:
    if value.unit is not Unit.DAYS or value.anchor != Anchor.DISCHARGE or value.before:
        message = f"{value}: say a period in days, such as '29 days after discharge'"
        raise ValueError(message)
    return value


def _one_or_several(value: object) -> object:
    return cast("list[object]", value) if isinstance(value, list) else [value]


Due: TypeAlias = Annotated[DueRule, BeforeValidator(_as_rule)]
Circumstances: TypeAlias = Annotated[frozenset[str], AfterValidator(known_circumstances)]
Role: TypeAlias = Annotated[str, AfterValidator(_role)]
_Code: TypeAlias = Annotated[str, AfterValidator(_code)]
_Time: TypeAlias = Annotated[time, BeforeValidator(_as_time)]


class _Closed(BaseModel):
    """A misspelt key is an error and not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class _SoonerFile(_Closed):
    when: Circumstances = frozenset()
    due: Due

    def rule(self) -> Sooner:
        return Sooner(self.when, self.due)


def _as_target(value: object) -> object:
    return {"due": value} if isinstance(value, str) else value


class _EscalationFile(_Closed):
    after: Annotated[DueRule, BeforeValidator(_as_interval)]
    to: Role

    def rule(self) -> Escalation:
        after = DueRule(self.after.count, self.after.unit, Anchor.DUE.value)
        return Escalation(after, self.to)


class _RepetitionFile(_Closed):
    every: Annotated[DueRule, BeforeValidator(_as_interval)]
    times: int = Field(ge=2, le=_MOST_TIMES)

    def rule(self) -> Repetition:
        return Repetition(self.every, self.times)


class _StepFile(_Closed):
    code: _Code
    title: str
    role: Role
    due: Due
    opens: Due | None = None
    sooner: Annotated[list[_SoonerFile], BeforeValidator(_one_or_several)] = []
    best_before: Annotated[_SoonerFile | None, BeforeValidator(_as_target)] = None
    in_visiting_hours: bool = False
    when: Circumstances = frozenset()
    unless: Circumstances = frozenset()
    same_as: list[_Code] = []
    escalate: _EscalationFile | None = None
    repeat: _RepetitionFile | None = None
    checklist: list[str] = []

    @field_validator("repeat")
    @classmethod
    def _on_one_clock(cls, value: _RepetitionFile | None, info: object) -> _RepetitionFile | None:
        due = getattr(info, "data", {}).get("due")
        if value and due:
            due.later_by(value.every, 1)
        return value

    def rules(self, protocol: str, hours: VisitingHours) -> Iterable[StepRule]:
        rule = StepRule(
            code=self.code,
            title=self.title,
            role=self.role,
            due=self.due,
            opens=self.opens,
            sooner=tuple(one.rule() for one in self.sooner),
            best_before=self.best_before.rule() if self.best_before else None,
            visiting_hours=hours if self.in_visiting_hours else None,
            when=self.when,
            unless=self.unless,
            same_as=frozenset(self.same_as),
            escalate=self.escalate.rule() if self.escalate else None,
            checklist=tuple(self.checklist),
            protocol=protocol,
        )
        return repeated(rule, self.repeat.rule() if self.repeat else None)


class _PlanFile(_Closed):
    period: Annotated[Due, AfterValidator(_in_days)]
    steps: list[_StepFile]


class _HoursFile(_Closed):
    first: _Time
    last: _Time

    @field_validator("last")
    @classmethod
    def _after_the_first(cls, value: time, info: object) -> time:
        first = getattr(info, "data", {}).get("first")
        if first and value <= first:
            message = f"visiting hours end at {value:%H:%M}, before they begin at {first:%H:%M}"
            raise ValueError(message)
        return value


class ProtocolFile(_Closed):
    """A whole file."""

    name: Annotated[str, AfterValidator(_name)]
    version: int = Field(ge=1)
    title: str = ""
    when: Circumstances = frozenset()
    unless: Circumstances = frozenset()
    visiting_hours: _HoursFile
    plans: dict[TransitionKind, _PlanFile] = Field(min_length=1)

    def protocol(self) -> Protocol:
        label = label_of(self.name, self.version)
        hours = VisitingHours(self.visiting_hours.first, self.visiting_hours.last)
        return Protocol(
            name=self.name,
            version=self.version,
            title=self.title,
            when=self.when,
            unless=self.unless,
            plans={
                kind: Plan(
                    plan.period,
                    tuple(rule for step in plan.steps for rule in step.rules(label, hours)),
                )
                for kind, plan in self.plans.items()
            },
        )
