"""Whose a transition is: the primary care provider and where they are named, and the care team."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from transition_orchestrator.domain.merging import Facts, text_of
from transition_orchestrator.domain.person import Person
from transition_orchestrator.domain.routing import TransitionKind, normalised

_NOBODY, _UNSAID = "none", "message"
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Which provider and which team, and by what."""

    pcp: str = _NOBODY
    """Where the messages name them: `PRT`, `ROL` or `PD1-4`, `message` where it is not kept."""
    practice: str | None = None
    """Theirs, by the site's directory."""
    team: str | None = None
    rule: str | None = None
    """The name of the site's rule that says so, or `default`."""


@dataclass(frozen=True, slots=True)
class TeamRule:
    """Whom a team takes: those to whom every list applies that is not empty."""

    name: str
    team: str
    units: frozenset[str] = frozenset()
    """Points of care, in capitals."""
    providers: frozenset[str] = frozenset()
    """Identifiers of primary care providers."""
    practices: frozenset[str] = frozenset()
    kinds: frozenset[TransitionKind] = frozenset()
    dispositions: frozenset[str] = frozenset()
    """Two characters of UB-04 FL17."""

    def takes(self, case: "TeamCase") -> bool:
        """Whether the transition is this team's."""
        asked: tuple[tuple[frozenset[str], str], ...] = (
            (self.providers, case.provider),
            (self.practices, case.practice),
            (frozenset(self.kinds), case.kind),
            (self.dispositions, case.disposition),
        )
        elsewhere = self.units and not any(map(case.is_on, self.units))
        return not elsewhere and all(one in wanted for wanted, one in asked if wanted)


@dataclass(frozen=True, slots=True)
class TeamCase:
    """What the rules look at."""

    kind: TransitionKind
    disposition: str
    location: str
    """The last that was said of the visit: point of care, room and bed, joined by `-`."""
    provider: str
    practice: str

    def is_on(self, unit: str) -> bool:
        return f"{self.location}-".startswith(f"{unit}-")


@dataclass(frozen=True, slots=True)
class AttributionRules:
    """How a site attributes: the practices of its directory, and its teams."""

    practices: Mapping[str, str] = field(default_factory=dict[str, str])
    """By the provider's identifier."""
    teams: tuple[TeamRule, ...] = ()
    """The first that takes a transition has it."""
    default_team: str | None = None


def attribution_of(
    person: Person,
    visit: Facts,
    kind: TransitionKind,
    disposition: str | None,
    rules: AttributionRules,
) -> Attribution:
    """Whose a transition is, a function of what was said and of the site's rules as they are.

    Rulebook section 6 (fields) for the provider, section 11 for the attribution.
    """
    provider = person.primary_care_provider
    identifier = provider.identifier if provider else ""
    practice = rules.practices.get(identifier)
    case = TeamCase(
        kind=kind,
        disposition=normalised(disposition),
        location=text_of(visit, "location").upper(),
        provider=identifier,
        practice=practice or "",
    )
    taken = next((one for one in rules.teams if one.takes(case)), None)
    by_default = _DEFAULT if rules.default_team else None
    return Attribution(
        pcp=(person.primary_care_from or _UNSAID) if provider else _NOBODY,
        practice=practice,
        team=taken.team if taken else rules.default_team,
        rule=taken.name if taken else by_default,
    )
