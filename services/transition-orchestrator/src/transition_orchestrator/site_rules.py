"""A site file in the domain's words: calendar, protocols, scores, teams."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from care_chassis.documents import DocumentError, line_of
from care_contracts.sites import (
    Attribution,
    FollowedProtocol,
    RiskScores,
    Site,
    StepChange,
    TeamRule,
)
from transition_orchestrator.domain.attribution import AttributionRules
from transition_orchestrator.domain.attribution import TeamRule as Rule
from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.comorbidity import Comorbidity
from transition_orchestrator.domain.due_rules import DueRule, due_rule
from transition_orchestrator.domain.hospital_score import HospitalVariant
from transition_orchestrator.domain.lace import LaceRules, LosMethod
from transition_orchestrator.domain.programme import (
    Followed,
    Programme,
    Programmes,
    adapted_to,
)
from transition_orchestrator.domain.programme import StepChange as Change
from transition_orchestrator.domain.protocol import Protocol, VisitingHours, label_of
from transition_orchestrator.domain.risk import RiskRules
from transition_orchestrator.domain.routing import TransitionKind
from transition_orchestrator.domain.scoring import Scorer
from transition_orchestrator.domain.soundness import known_circumstances, unknown_steps, unsound
from transition_orchestrator.ports import SiteRules

A = TypeVar("A")
B = TypeVar("B")

_OPTIONAL = frozenset({TransitionKind.DISCHARGE_PLANNING, TransitionKind.MATERNITY})
"""Kinds that a site need not have a plan for: without one, nothing is opened."""
_ANY_MONDAY = date(2026, 6, 1)


class SiteRuleError(ValueError):
    """What a site file says, at `place`, cannot be followed."""

    def __init__(self, place: str, rule: str) -> None:
        super().__init__(f"{place}: {rule}")
        self.place = place
        self.rule = rule


def rules_in(
    path: Path, site: Site, programmes: Programmes, models: Mapping[str, Scorer]
) -> SiteRules:
    """What a site file says, in the domain's words. Raises DocumentError."""
    try:
        days = LocalDays(site.zone, _calendar(site))
        return SiteRules(
            days,
            _programme(site, programmes),
            risk_rules_of(site.risk, models),
            attribution_rules_of(site),
        )
    except SiteRuleError as error:
        raise DocumentError(path, line_of(path, error.place), str(error)) from error


def _calendar(site: Site) -> BusinessCalendar:
    calendar = BusinessCalendar(
        site.holidays.country,
        site.holidays.subdivision,
        extra=frozenset(site.holidays.extra),
        omit=frozenset(site.holidays.omit),
    )
    try:
        calendar.is_business_day(_ANY_MONDAY)
    # The library looks for the country among the names of its own modules, and does not say what
    # comes of one that is something else there: `registry` is a TypeError.
    except (NotImplementedError, KeyError, AttributeError, TypeError) as error:
        place = f"{site.holidays.country} {site.holidays.subdivision or ''}".strip()
        raise SiteRuleError("holidays", f"no holidays are known for {place}") from error
    return calendar


def _programme(site: Site, programmes: Programmes) -> Programme:
    uses = site.protocols or [FollowedProtocol(name="default")]
    visits_for = tuple(sorted(f"{tier}_risk" for tier in site.enrol.tiers))
    followed = [
        replace(_followed(f"protocols.{number}", use, programmes), visits_for=visits_for)
        for number, use in enumerate(uses)
    ]
    names = [use.name for use in uses]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise SiteRuleError("protocols", f"{twice} stands here twice")
    programme = programmes.of(tuple(followed))
    kinds = [kind for kind in TransitionKind if kind not in _OPTIONAL]
    missing = [kind.value for kind in kinds if kind not in programme.plans]
    if missing:
        rule = f"none of these protocols has a plan for {', '.join(missing)}: add default"
        raise SiteRuleError("protocols", rule)
    return programme


def _followed(place: str, use: FollowedProtocol, programmes: Programmes) -> Followed:
    protocol = _version(place, use, programmes)
    hours = use.visiting_hours
    followed = Followed(
        label=protocol.label,
        when=_known(f"{place}.when", protocol.when if use.when is None else use.when),
        unless=_known(f"{place}.unless", protocol.unless if use.unless is None else use.unless),
        visiting_hours=VisitingHours(hours.first, hours.last) if hours else None,
        steps=tuple(_change(place, code, change) for code, change in use.steps.items()),
    )
    for code, rule in unknown_steps(use.steps, protocol).items():
        raise SiteRuleError(f"{place}.steps.{code}", rule)
    if followed.is_adapted:
        for slip in unsound(adapted_to(followed, protocol)):
            rule = f"{slip.code}: {slip.rule}"
            raise SiteRuleError(f"{place}.steps.{slip.code}.{slip.key}", rule)
    return followed


def _version(place: str, use: FollowedProtocol, programmes: Programmes) -> Protocol:
    protocol = (
        programmes.newest(use.name)
        if use.version is None
        else programmes.protocols.get(label_of(use.name, use.version))
    )
    if protocol is None:
        wanted = use.name if use.version is None else label_of(use.name, use.version)
        known = ", ".join(sorted(programmes.protocols))
        raise SiteRuleError(place, f"no protocol {wanted!r}; there are: {known}")
    return protocol


def _change(place: str, code: str, change: StepChange) -> Change:
    where = f"{place}.steps.{code}"
    return Change(
        code=code,
        leave_out=change.leave_out,
        title=change.title,
        role=change.role,
        due=_due(f"{where}.due", change.due),
        opens=_due(f"{where}.opens", change.opens),
    )


def _due(place: str, text: str | None) -> DueRule | None:
    return _at(place, due_rule, text) if text is not None else None


def _known(place: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(_at(place, known_circumstances, frozenset(names))))


def _at(place: str, read: Callable[[A], B], value: A) -> B:
    try:
        return read(value)
    except ValueError as error:
        raise SiteRuleError(place, str(error)) from error


def attribution_rules_of(site: Site) -> AttributionRules:
    """What a site file says of teams and practices. Raises SiteRuleError."""
    said = site.attribution
    _one_of_its_teams("attribution.default", said.default, said)
    names = [one.name for one in said.rules]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise SiteRuleError("attribution.rules", f"{twice} stands here twice")
    return AttributionRules(
        practices={one.identifier: one.practice for one in site.directory if one.practice},
        teams=tuple(
            _team_rule(f"attribution.rules.{number}", one, said)
            for number, one in enumerate(said.rules)
        ),
        default_team=said.default,
    )


def _team_rule(place: str, said: TeamRule, all_said: Attribution) -> Rule:
    _one_of_its_teams(f"{place}.team", said.team, all_said)
    kinds = {kind.value for kind in TransitionKind}
    for kind in said.kinds:
        if kind not in kinds:
            rule = f"{kind!r} is no kind of transition; there are: {', '.join(sorted(kinds))}"
            raise SiteRuleError(f"{place}.kinds", rule)
    return Rule(
        name=said.name,
        team=said.team,
        units=frozenset(one.upper() for one in said.units),
        providers=frozenset(said.providers),
        practices=frozenset(said.practices),
        kinds=frozenset(map(TransitionKind, said.kinds)),
        dispositions=frozenset(said.dispositions),
    )


def _one_of_its_teams(place: str, team: str | None, said: Attribution) -> None:
    if team is not None and team not in said.teams:
        there = ", ".join(said.teams) or "none"
        raise SiteRuleError(place, f"there is no team {team!r} among `attribution.teams`: {there}")


def risk_rules_of(said: RiskScores, models: Mapping[str, Scorer]) -> RiskRules:
    """What a site file says of scores, in the domain's words. Raises SiteRuleError."""
    return RiskRules(
        lace=LaceRules(
            Comorbidity(said.lace.variant),
            LosMethod(said.lace.los_method),
            said.lace.icd10cm_cancers,
        ),
        hospital=HospitalVariant(said.hospital.variant),
        oncology_services=frozenset(one.upper() for one in said.hospital.oncology_services),
        sends_procedures=said.hospital.sends_procedures,
        scorer=_scorer(said.prediction.model, models),
        prediction_sets_tier=said.prediction.sets_tier,
    )


def _scorer(label: str | None, models: Mapping[str, Scorer]) -> Scorer | None:
    if label is None:
        return None
    if label not in models:
        known = ", ".join(sorted(models))
        raise SiteRuleError("risk.prediction.model", f"no model {label!r}; there are: {known}")
    return models[label]
