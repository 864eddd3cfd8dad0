"""Visits at home for some tiers only: the others keep a lighter plan, and are told why."""

from datetime import time
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import (
    DEFAULT,
    MODELS,
    PROGRAMMES,
    FakeSites,
    MemoryLedgers,
    delivered,
    following,
    message_deliveries,
)
from tests.support.transition_stories import admitted, discharged, updated

from care_chassis.documents import DocumentError, load_document
from care_contracts.sites import Site
from transition_orchestrator.domain.messages import Message
from transition_orchestrator.domain.programme import Programme
from transition_orchestrator.domain.protocol import VisitingHours
from transition_orchestrator.domain.routing import TransitionKind
from transition_orchestrator.domain.transitions import TransitionView
from transition_orchestrator.follow_encounters import Completion
from transition_orchestrator.site_rules import rules_in

SITE = "code: NEW\nname: New Hospital\ntime_zone: America/New_York\n"
HOME = TransitionKind.HOME_VISIT
ILL: dict[str, Any] = {
    "admission_type": "E",
    "diagnoses": [{"code": code, "kind": "F"} for code in ("I50.9", "J44.1", "C78.0")],
}
ONLY = "every discharge of this kind; its visits at home are only for high_risk or moderate_risk"


def programme_of(tmp_path: Path, text: str) -> Programme:
    path = tmp_path / "NEW.yaml"
    path.write_text(SITE + text)
    return rules_in(path, load_document(path, Site), PROGRAMMES, MODELS).opens_with


@pytest.fixture
def some(tmp_path: Path) -> Programme:
    return programme_of(tmp_path, "enrol: {tiers: [high, moderate]}\n")


async def followed(programme: Programme, *messages: Message) -> MemoryLedgers:
    ledgers = MemoryLedgers()
    for message in messages:
        await following(ledgers, "2026-06-12T00:00:00Z", FakeSites(opens_with=programme)).follow(
            message_deliveries([message])
        )
    return ledgers


async def view_after(programme: Programme, *messages: Message) -> TransitionView:
    (transition,) = (await followed(programme, *messages)).transitions
    return transition.view


def planned(view: TransitionView) -> set[str]:
    return {step.code for step in view.steps if step.state == "planned"}


async def test_without_the_key_everybody_is_visited() -> None:
    view = await view_after(DEFAULT, admitted(), discharged())
    assert "home_visit" in planned(view)


async def test_who_is_not_visited_keeps_the_kind_the_calls_and_a_reason(some: Programme) -> None:
    view = await view_after(some, admitted(at="2026-06-10T08:00:00-04:00"), discharged())
    assert (view.kind, view.state) == (HOME, "active")
    assert view.risk.lace
    assert view.risk.lace.tier == "low"
    assert "home_visit" not in planned(view)
    assert {"initial_contact", "medication_reconciliation", "coach_call_1"} <= planned(view)
    assert [(one.enrolled, one.visits, one.because) for one in view.enrolments] == [
        (True, False, ONLY)
    ]
    assert view.clocks.home_visit_due_at is view.clocks.home_visit_opens_at is None
    assert view.clocks.initial_contact_due_at


async def test_who_is_visited_has_the_whole_plan(some: Programme) -> None:
    view = await view_after(some, admitted(**ILL), discharged())
    assert "home_visit" in planned(view)
    assert all(one.visits for one in view.enrolments)
    assert view.clocks.home_visit_due_at


async def test_whose_tier_is_not_known_is_visited(some: Programme) -> None:
    view = await view_after(some, discharged())
    assert view.risk.lace is None
    assert "home_visit" in planned(view)


async def test_every_order_ends_alike_where_the_tier_changes(some: Programme) -> None:
    messages = (
        admitted(at="2026-06-10T08:00:00-04:00"),
        discharged(),
        updated("2026-06-11T08:00:00-04:00", **ILL),
    )
    ends = [planned(await view_after(some, *order)) for order in permutations(messages)]
    assert all(end == ends[0] for end in ends)
    assert "home_visit" in ends[0]


async def test_a_visit_that_was_made_stays_where_the_tier_falls(some: Programme) -> None:
    ledgers = await followed(some, admitted(at="2026-06-10T08:00:00-04:00", **ILL), discharged())
    (before,) = ledgers.transitions
    made = Completion(before.transition_id, "home_visit")
    follow = following(ledgers, "2026-06-12T00:00:00Z", FakeSites(opens_with=some))
    await follow.follow([delivered(made, "made")])
    milder = updated("2026-06-12T08:00:00-04:00", admission_type="3", diagnoses=[])
    await follow.follow(message_deliveries([milder]))
    (after,) = ledgers.transitions
    assert not all(one.visits for one in after.view.enrolments)
    assert "home_visit" in planned(after.view)


async def test_what_a_transition_was_opened_with_holds_for_it(some: Programme) -> None:
    ledgers = await followed(some, admitted(at="2026-06-10T08:00:00-04:00"), discharged())
    later = updated("2026-06-12T08:00:00-04:00", location="4W")
    await following(ledgers, "2026-06-13T00:00:00Z").follow(message_deliveries([later]))
    (transition,) = ledgers.transitions
    assert "home_visit" not in planned(transition.view)


def test_visits_of_every_protocol_are_meant_and_own_hours_stay(tmp_path: Path) -> None:
    text = (
        "enrol: {tiers: [high]}\n"
        "protocols:\n"
        "  - default\n"
        '  - {name: naylor, visiting_hours: {first: "09:00", last: "16:00"}}\n'
    )
    steps = {step.code: step for step in programme_of(tmp_path, text).plan_of(HOME).steps}
    assert steps["weekly_visit_1"].unless == {"low_risk", "moderate_risk"}
    assert steps["weekly_visit_1"].visiting_hours == VisitingHours(time(9), time(16))
    assert not steps["coach_call_1"].unless


def test_a_tier_that_is_none_is_told_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"line 4: .*tiers"):
        programme_of(tmp_path, "enrol: {tiers: [medium]}\n")
