"""Whose a transition is: which field names the provider, and which of a site's rules the team."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import (
    MODELS,
    PROGRAMMES,
    FakeSites,
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)
from tests.support.transition_stories import admitted, discharged, updated

from care_chassis.documents import DocumentError, load_document
from care_contracts.sites import Site
from transition_orchestrator.domain.attribution import Attribution, AttributionRules
from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.ports import SiteRules
from transition_orchestrator.site_rules import rules_in

SITE = """\
code: NEW
name: New Hospital
time_zone: America/Chicago
directory:
  - {identifier: GP1, name: Ada Example, email: a@b.example.org, practice: Maple Street}
"""
TEAMS = """\
attribution:
  teams: {west: West, liaison: Liaison, maple: Maple, pool: Everybody}
  rules:
    - {name: elsewhere, team: liaison, kinds: [facility_tracking], dispositions: ["03", "62"]}
    - {name: ward, team: west, units: [4w]}
    - {name: panel, team: maple, providers: [GP7]}
    - {name: practice, team: maple, practices: [Maple Street]}
"""
PROVIDER: dict[str, Any] = {"identifier": "GP1", "family_name": "Example"}


def rules_of(tmp_path: Path, text: str) -> SiteRules:
    path = tmp_path / "NEW.yaml"
    path.write_text(SITE + text)
    return rules_in(path, load_document(path, Site), PROGRAMMES, MODELS)


def named(provider: Any, field: str | None = "PD1-4", at: str = "2026-06-05T09:00:00Z") -> Message:
    person: dict[str, Any] = {"primary_care_provider": provider, "primary_care_from": field}
    return said(MessageKind.UPDATED, at, person=person)


async def whose(rules: AttributionRules, *messages: Message) -> Attribution:
    ledgers = MemoryLedgers()
    follow = following(ledgers, "2026-06-12T00:00:00Z", FakeSites(attribution=rules))
    for message in messages:
        await follow.follow(message_deliveries([message]))
    (standing,) = [one.view for one in ledgers.transitions if one.view.state.is_open]
    return standing.attribution


@pytest.mark.parametrize(
    ("more", "team", "rule"),
    [
        ([named(PROVIDER), discharged(location="4W-12-A")], "west", "ward"),
        ([named(PROVIDER), discharged(location="4WX-12-A")], "maple", "practice"),
        ([named(PROVIDER), discharged(location="4W-1", disposition="03")], "liaison", "elsewhere"),
        ([named({"identifier": "GP7"}), discharged(disposition="61")], "maple", "panel"),
        ([named({"identifier": "GP9"}), discharged()], None, None),
        ([discharged()], None, None),
    ],
)
async def test_the_first_rule_that_applies_decides(
    tmp_path: Path, more: list[Message], team: str | None, rule: str | None
) -> None:
    found = await whose(rules_of(tmp_path, TEAMS).attribution, admitted(), *more)
    assert (found.team, found.rule) == (team, rule)


async def test_whom_no_rule_takes_the_default_team_has(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, TEAMS + "  default: pool\n").attribution
    found = await whose(rules, admitted(), discharged())
    assert (found.team, found.rule) == ("pool", "default")


@pytest.mark.parametrize(
    ("messages", "pcp", "practice"),
    [
        ([], "none", None),
        ([named(PROVIDER)], "PD1-4", "Maple Street"),
        ([named(PROVIDER), named({"identifier": "X"}, "PRT", "2026-06-06T09:00:00Z")], "PRT", None),
        ([named(PROVIDER), named(None, None, "2026-06-06T09:00:00Z")], "none", None),
    ],
)
async def test_the_field_that_last_named_the_provider_is_told(
    tmp_path: Path, messages: list[Message], pcp: str, practice: str | None
) -> None:
    found = await whose(rules_of(tmp_path, "").attribution, admitted(), *messages, discharged())
    assert found == Attribution(pcp=pcp, practice=practice)


async def test_a_provider_from_before_fields_were_kept_has_none(tmp_path: Path) -> None:
    later = said(
        MessageKind.UPDATED, "2026-06-07T09:00:00Z", person={"primary_care_provider": PROVIDER}
    )
    rules = rules_of(tmp_path, "").attribution
    found = await whose(rules, admitted(), named(PROVIDER), later, discharged())
    assert found.pcp == "message"


async def test_every_order_ends_in_the_same_team(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, TEAMS).attribution
    messages = (
        admitted(location="4W-12"),
        named(PROVIDER),
        discharged(),
        updated("2026-06-10T18:00:00-04:00", location="ICU-1"),
    )
    for order in permutations(messages):
        found = await whose(rules, *order)
        assert found == Attribution("PD1-4", "Maple Street", "maple", "practice")


@pytest.mark.parametrize(
    ("text", "line", "slip"),
    [
        ("attribution: {default: pool}", 6, "no team 'pool' among `attribution.teams`: none"),
        (
            "attribution:\n  teams: {a: A}\n  rules:\n    - {name: r, team: b}\n",
            9,
            "no team 'b' among `attribution.teams`: a",
        ),
        (
            "attribution:\n  teams: {a: A}\n  rules:\n    - {name: r, team: a, kinds: [home]}\n",
            9,
            "'home' is no kind of transition",
        ),
        (
            "attribution:\n  teams: {a: A}\n  rules: [{name: r, team: a}, {name: r, team: a}]\n",
            8,
            "r stands here twice",
        ),
    ],
)
def test_a_slip_is_told_by_its_line(tmp_path: Path, text: str, line: int, slip: str) -> None:
    with pytest.raises(DocumentError, match=slip) as raised:
        rules_of(tmp_path, text)
    assert raised.value.line == line
