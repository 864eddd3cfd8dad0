"""Care protocols from YAML files: checked at the start, errors named by file, line and rule."""

from datetime import time
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from care_chassis.documents import load_documents
from transition_orchestrator.domain.boost import RiskFactor
from transition_orchestrator.domain.protocol import (
    Circumstance,
    DueRule,
    Plan,
    Protocol,
    Sooner,
    StepRule,
    VisitingHours,
    due_rule,
)
from transition_orchestrator.domain.routing import Flag, TransitionKind

_WHEN = frozenset(one.value for known in (Flag, Circumstance, RiskFactor) for one in known)


def _as_rule(value: object) -> object:
    return due_rule(value) if isinstance(value, str) else value


Due = Annotated[DueRule, BeforeValidator(_as_rule)]


class _Closed(BaseModel):
    """A misspelt key is an error and not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class _SoonerFile(_Closed):
    when: list[str] = Field(min_length=1)
    due: Due

    @field_validator("when")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        return _known_circumstances(value)

    def rule(self) -> Sooner:
        return Sooner(frozenset(self.when), self.due)


class _StepFile(_Closed):
    code: str = Field(pattern="^[a-z][a-z0-9_]*$")
    title: str
    role: str = Field(pattern="^(nurse|pharmacist|coordinator|provider)$")
    due: Due
    opens: Due | None = None
    sooner: _SoonerFile | None = None
    best_before: _SoonerFile | None = None
    in_visiting_hours: bool = False
    when: list[str] = []

    @field_validator("when")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        return _known_circumstances(value)

    def rule(self) -> StepRule:
        return StepRule(
            code=self.code,
            title=self.title,
            role=self.role,
            due=self.due,
            opens=self.opens,
            sooner=self.sooner.rule() if self.sooner else None,
            best_before=self.best_before.rule() if self.best_before else None,
            in_visiting_hours=self.in_visiting_hours,
            when=frozenset(self.when),
        )


class _PlanFile(_Closed):
    period: Due
    steps: list[_StepFile]

    @field_validator("steps")
    @classmethod
    def _codes_once(cls, value: list[_StepFile]) -> list[_StepFile]:
        codes = [step.code for step in value]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"the step {twice[0]!r} stands twice in this plan")
        return value


class _HoursFile(_Closed):
    first: time
    last: time


class _ProtocolFile(_Closed):
    name: str = Field(pattern="^[a-z][a-z0-9_-]*$")
    version: int = Field(ge=1)
    visiting_hours: _HoursFile
    plans: dict[TransitionKind, _PlanFile]

    @field_validator("plans")
    @classmethod
    def _every_kind(cls, value: dict[TransitionKind, _PlanFile]) -> dict[TransitionKind, _PlanFile]:
        missing = [kind.value for kind in TransitionKind if kind not in value]
        if missing:
            raise ValueError(f"there is no plan for {', '.join(missing)}")
        return value

    def protocol(self) -> Protocol:
        return Protocol(
            name=self.name,
            version=self.version,
            visiting_hours=VisitingHours(self.visiting_hours.first, self.visiting_hours.last),
            plans={
                kind: Plan(plan.period, tuple(step.rule() for step in plan.steps))
                for kind, plan in self.plans.items()
            },
        )


def _known_circumstances(value: list[str]) -> list[str]:
    unknown = sorted(set(value) - _WHEN)
    if unknown:
        raise ValueError(f"{unknown[0]!r} is none of: {', '.join(sorted(_WHEN))}")
    return value


def load_protocols(more: Path | None = None) -> dict[str, Protocol]:
    """The shipped protocols and those in the folder `more`, by label such as `default@1`.

    Raises DocumentError for a file that cannot be used.
    """
    with as_file(files("transition_orchestrator").joinpath("protocols")) as shipped:
        read = [one for folder in (shipped, more) if folder for one in _read(folder)]
    return {protocol.label: protocol for protocol in read}


def _read(folder: Path) -> list[Protocol]:
    return [document.protocol() for document in load_documents(folder, _ProtocolFile)]
