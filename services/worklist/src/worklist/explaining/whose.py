"""The sentences about whose a transition is: its primary care provider and its care team."""

from collections.abc import Iterator, Mapping

from care_contracts.encounters import Practitioner
from care_contracts.transitions import Attribution, StepState, TransitionSnapshot
from worklist.explaining.sentences import Sentence, Told

_FROM: Mapping[str, str] = {
    "PRT": "the message names in PRT",
    "ROL": "the message names in ROL",
    "PD1-4": "the message names in PD1-4",
}
_FINDING = "find_pcp"


def about_attribution(told: Told) -> Iterator[Sentence]:
    """Who the primary care provider is and which team has the work, each with what says so."""
    one = told.transition
    if one.attribution is None:
        return
    yield Sentence("pcp", _provider(one, one.attribution), "rulebook section 6, fields")
    if one.attribution.team:
        yield Sentence("team", _team(one.attribution), f"the site's rule {one.attribution.rule}")


def _provider(one: TransitionSnapshot, attribution: Attribution) -> str:
    provider = one.primary_care_provider
    if provider is None:
        steps = [step for step in one.steps if step.state is StepState.PLANNED]
        looks = any(step.code == _FINDING for step in steps)
        then = "the plan asks to find one" if looks else "no step of the plan looks for one"
        return f"No message names a primary care provider: {then}."
    named = _FROM.get(attribution.pcp, "a message names")
    at = f", at {attribution.practice} by the site's directory" if attribution.practice else ""
    return f"The primary care provider is {_name(provider)}, whom {named}{at}."


def _name(provider: Practitioner) -> str:
    parts = (provider.given_name, provider.family_name)
    return " ".join(part for part in parts if part) or provider.identifier


def _team(attribution: Attribution) -> str:
    if attribution.rule == "default":
        return (
            f"The team {attribution.team} has it, because no rule of the site gives it to another."
        )
    return f"The team {attribution.team} has it, by the site's rule {attribution.rule}."
