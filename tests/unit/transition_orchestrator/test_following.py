"""The use case: each event once, each change announced once, work kept, and whose doing it was."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.manual_clock import ManualClock
from tests.support.transition_orchestrator_fakes import (
    NEW_YORK,
    PROGRAMMES,
    FakeSites,
    MemoryLedgers,
    delivered,
    following,
    message_deliveries,
    said,
)

from care_chassis.errors import PermanentError
from care_contracts.transitions import EncounterSnapshot, TransitionSnapshot
from transition_orchestrator.close_periods import ClosePeriods
from transition_orchestrator.domain.merging import Json
from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.transitions import Transition, task_id_of
from transition_orchestrator.follow_encounters import Completion, FollowEncounters
from transition_orchestrator.ports import SiteRules

NOW = "2026-06-11T00:00:00Z"
AFTER_THE_PERIOD = "2026-07-10T04:00:00Z"
ADMITTED = said(
    MessageKind.ADMITTED,
    "2026-06-05T08:00:00-04:00",
    event_id="a01",
    person={"family_name": "Example", "given_name": "Ada"},
    encounter_class="inpatient",
    admitted_at="2026-06-05T07:40:00-04:00",
)


def discharged(**more: Any) -> Message:
    facts: dict[str, Any] = {
        "event_id": "a03",
        "encounter_class": "inpatient",
        "disposition": "01",
        "discharged_at": "2026-06-10T13:00:00-04:00",
    }
    return said(MessageKind.DISCHARGED, "2026-06-10T13:05:00-04:00", **(facts | more))


def phone(event_id: str, at: str = "2026-06-11T09:00:00-04:00") -> Message:
    return said(
        MessageKind.UPDATED,
        at,
        event_id=event_id,
        person={"phones": ["555-0100"]},
        encounter_class="inpatient",
    )


async def opened() -> tuple[MemoryLedgers, FollowEncounters, Transition]:
    ledgers = MemoryLedgers()
    follow = following(ledgers, NOW)
    await follow.follow(message_deliveries([ADMITTED, discharged()]))
    ledgers.said.clear()
    return ledgers, follow, ledgers.transitions[0]


async def completed() -> tuple[MemoryLedgers, FollowEncounters, Transition]:
    """The same, after people did everything that was asked for."""
    ledgers, follow, before = await opened()
    done = [Completion(before.transition_id, step.code) for step in before.view.steps]
    await follow.follow([delivered(one, one.code) for one in done])
    assert ledgers.transitions[0].view.state == "completed"
    return ledgers, follow, before


def types(ledgers: MemoryLedgers) -> list[str]:
    return [event.type for event in ledgers.said]


async def test_an_event_is_taken_in_once_even_twice_in_a_batch() -> None:
    ledgers, follow, before = await opened()
    await follow.follow(message_deliveries([discharged(), ADMITTED, discharged()]))
    assert (types(ledgers), ledgers.transitions) == ([], [before])


async def test_what_is_said_is_the_whole_state_and_who_set_it_off() -> None:
    ledgers = MemoryLedgers()
    await following(ledgers, NOW).follow(message_deliveries([ADMITTED, discharged()]))
    followed, event = ledgers.said
    assert types(ledgers) == ["encounter.followed", "transition.opened"]
    assert {one.correlation_id for one in ledgers.said} == {"c-a03"}
    snapshot = TransitionSnapshot.model_validate_json(event.data)
    assert (event.key, event.topic) == ("key-MR1001", "transitions.v1")
    assert event.event_id == f"transition.opened:{snapshot.transition_id}:1"
    assert [step.task_id for step in snapshot.steps] == [
        task_id_of(snapshot.transition_id, step.code) for step in snapshot.steps
    ]
    encounter = EncounterSnapshot.model_validate_json(followed.data)
    assert (encounter.status, encounter.patient.name) == ("finished", "Example, Ada")
    assert json.loads(event.data)["clocks"]["home_visit_due_at"] == "2026-06-13T17:00:00Z"


async def test_each_patient_of_a_batch_is_told_by_their_own_message() -> None:
    ledgers = MemoryLedgers()
    other = discharged(event_id="b03", mrn="MR2", visit="V2")
    await following(ledgers, NOW).follow(message_deliveries([discharged(), other]))
    told = {event.key: event.correlation_id for event in ledgers.said}
    assert told == {"key-MR1001": "c-a03", "key-MR2": "c-b03"}


async def test_others_have_their_turn_between_the_patients_of_a_batch() -> None:
    turns: list[int] = []
    loop = asyncio.get_running_loop()
    ledgers = MemoryLedgers()

    def have_a_turn() -> None:
        turns.append(len(turns))
        loop.call_soon(have_a_turn)

    loop.call_soon(have_a_turn)
    many = [discharged(event_id=f"a{number}", mrn=f"MR{number}") for number in range(20)]
    await following(ledgers, NOW).follow(message_deliveries(many))
    assert len(ledgers.transitions) == len(many) <= len(turns)


async def test_an_update_that_tells_nothing_new_is_not_announced() -> None:
    ledgers, follow, _ = await opened()
    bed = said(MessageKind.MOVED, "2026-06-10T14:00:00-04:00", event_id="a02", location="2 West")
    await follow.follow(message_deliveries([bed]))
    assert types(ledgers) == []


async def test_versions_grow_by_one_with_every_announcement() -> None:
    ledgers, follow, _ = await opened()
    await follow.follow(message_deliveries([phone("u1")]))
    assert types(ledgers) == ["encounter.followed", "transition.replanned"]
    assert [json.loads(event.data)["version"] for event in ledgers.said] == [2, 2]


async def test_an_unknown_site_is_refused_and_leaves_no_trace() -> None:
    ledgers = MemoryLedgers()
    with pytest.raises(PermanentError):
        await following(ledgers).follow(
            message_deliveries([discharged(), discharged(site="NOWHERE", event_id="x")])
        )
    assert not ledgers.clusters
    assert not ledgers.seen


async def test_a_completed_step_keeps_its_record_and_is_judged_by_the_corrected_time() -> None:
    ledgers, follow, before = await opened()
    kept = next(step for step in before.view.steps if step.code == "home_visit")
    await follow.follow([delivered(Completion(before.transition_id, "home_visit"), "done")])
    assert types(ledgers) == []
    correction = said(
        MessageKind.UPDATED,
        "2026-06-10T16:00:00-04:00",
        event_id="a08",
        discharged_at="2026-06-10T09:00:00-04:00",
    )
    await follow.follow(message_deliveries([correction]))
    steps = {step.code: step for step in ledgers.transitions[0].view.steps}
    moved = datetime.fromisoformat("2026-06-13T13:00:00Z")
    done = steps["home_visit"]
    assert (done.window_opens_at, done.due_at) == (kept.window_opens_at, kept.due_at)
    assert done.corrected_opens_at == moved - timedelta(hours=24)
    assert done.corrected_due_at == moved
    assert steps["medication_reconciliation"].due_at == moved


async def test_a_void_withdraws_everything_but_the_work_done() -> None:
    ledgers, follow, before = await opened()
    await follow.follow([delivered(Completion(before.transition_id, "pcp_summary"), "done")])
    cancel = said(MessageKind.DISCHARGE_CANCELLED, "2026-06-10T15:00:00-04:00", event_id="a13")
    await follow.follow(message_deliveries([cancel]))
    assert types(ledgers) == ["encounter.followed", "transition.voided"]
    standing = [step.code for step in ledgers.transitions[0].view.steps if step.state == "planned"]
    assert standing == ["pcp_summary"]


async def test_a_transition_is_complete_when_every_step_is() -> None:
    ledgers, follow, before = await opened()
    *most, last = [step.code for step in before.view.steps if step.code != "closure"]
    for code in most:
        await follow.follow([delivered(Completion(before.transition_id, code), code)])
    assert ledgers.transitions[0].view.state == "active"
    for code in (last, "closure"):
        await follow.follow([delivered(Completion(before.transition_id, code), code)])
    assert ledgers.transitions[0].view.state == "completed"
    assert types(ledgers) == ["transition.completed"]


async def test_closure_done_early_withdraws_nothing_that_is_open() -> None:
    ledgers, follow, before = await opened()
    await follow.follow([delivered(Completion(before.transition_id, "closure"), "done")])
    assert ledgers.transitions[0].view == before.view


@pytest.mark.parametrize(
    "later",
    [
        said(
            MessageKind.ADMITTED,
            "2026-06-15T03:30:00-04:00",
            visit="V7",
            encounter_class="inpatient",
        ),
        phone("u1", "2026-08-01T09:00:00-04:00"),
        phone("u2", "2026-06-12T09:00:00-04:00"),
        said(MessageKind.UPDATED, "2026-06-12T09:00:00-04:00", person={"deceased": True}),
        said(MessageKind.UPDATED, "2026-06-12T09:00:00-04:00", disposition="03"),
    ],
    ids=["readmission", "after the period", "update", "death", "correction"],
)
async def test_what_people_completed_stays_completed(later: Message) -> None:
    ledgers, _, before = await completed()
    await following(ledgers, "2026-08-02T00:00:00Z").follow(message_deliveries([later]))
    kept = next(one for one in ledgers.transitions if one.transition_id == before.transition_id)
    assert (kept.view.state, kept.view.reason) == ("completed", None)


async def test_a_cancelled_discharge_voids_even_what_was_completed() -> None:
    ledgers, follow, _ = await completed()
    cancel = said(MessageKind.DISCHARGE_CANCELLED, "2026-06-10T15:00:00-04:00")
    await follow.follow(message_deliveries([cancel]))
    assert ledgers.transitions[0].view.state == "voided"


async def test_a_period_that_is_over_closes_its_transition_once() -> None:
    ledgers, _, _ = await opened()
    close = ClosePeriods(following(ledgers, AFTER_THE_PERIOD))
    assert await close.close_some() > 0
    assert await close.close_some() > 0
    view = ledgers.transitions[0].view
    assert (view.state, view.reason, types(ledgers)) == (
        "closed",
        "period_over",
        ["transition.closed"],
    )


async def test_a_period_lasts_to_its_last_local_second() -> None:
    ledgers, _, _ = await opened()
    last_second = "2026-07-10T03:59:59Z"
    assert await following(ledgers, last_second).close_ended(10) == 0
    assert await following(ledgers, AFTER_THE_PERIOD).close_ended(10) == 1


class _OnlyNewYork(FakeSites):
    def rules_of(self, site: str) -> SiteRules | None:
        return super().rules_of(site) if site == NEW_YORK else None

    def codes(self) -> tuple[str, ...]:
        return (NEW_YORK,)


async def test_a_site_that_was_taken_away_holds_up_no_other() -> None:
    ledgers = MemoryLedgers()
    gone = discharged(
        event_id="gone",
        site="America/Denver",
        mrn="D",
        visit="VD",
        discharged_at="2026-06-01T13:00:00-04:00",
    )
    await following(ledgers, NOW).follow(message_deliveries([gone, discharged()]))
    follow = FollowEncounters(
        ledgers=ledgers,
        sites=_OnlyNewYork(),
        programmes=PROGRAMMES,
        clock=ManualClock(datetime.fromisoformat(AFTER_THE_PERIOD)),
    )
    assert [await follow.close_ended(1) for _ in range(3)] == [1, 0, 0]
    assert {one.view.visit: one.view.state.value for one in ledgers.transitions} == {
        "V1": "closed",
        "VD": "active",
    }


async def test_a_step_of_an_unknown_transition_changes_nothing() -> None:
    ledgers, follow, before = await opened()
    elsewhere = task_id_of(before.transition_id, "elsewhere")
    await follow.follow([delivered(Completion(elsewhere, "home_visit"), "done")])
    assert ledgers.transitions == [before]


async def test_a_primary_care_provider_is_looked_for_until_one_is_known() -> None:
    ledgers, follow, before = await opened()
    assert "find_pcp" in [step.code for step in before.view.steps]
    provider: dict[str, Json] = {
        "identifier": "GP1",
        "family_name": "Vale",
        "given_name": "C",
        "email": None,
    }
    known = said(
        MessageKind.UPDATED,
        "2026-06-11T09:00:00-04:00",
        person={"primary_care_provider": provider},
    )
    await follow.follow(message_deliveries([known]))
    view = ledgers.transitions[0].view
    assert view.primary_care_provider
    assert view.primary_care_provider.identifier == "GP1"
    assert [step.state for step in view.steps if step.code == "find_pcp"] == ["withdrawn"]


async def test_a_high_risk_brings_the_follow_up_visit_forward() -> None:
    ledgers, follow, before = await opened()
    due = {step.code: step.due_at for step in before.view.steps}
    assert due["follow_up_visit"].isoformat() == "2026-06-25T03:59:59+00:00"
    ill = said(
        MessageKind.UPDATED,
        "2026-06-10T13:30:00-04:00",
        event_id="dg1",
        admission_type="E",
        diagnoses=[{"code": "I50.9", "kind": "F"}, {"code": "J44.9", "kind": "F"}],
    )
    await follow.follow(message_deliveries([ill]))
    view = ledgers.transitions[0].view
    steps = {step.code: step for step in view.steps}
    assert view.risk.lace
    assert (view.risk.lace.score, view.risk.lace.tier) == (12, "high")
    assert steps["follow_up_visit"].due_at.isoformat() == "2026-06-18T03:59:59+00:00"
    soft_target = datetime.fromisoformat("2026-06-11T17:00:00Z")
    assert steps["initial_contact"].best_before_at == soft_target


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_a_class_that_changes_after_a_discharge_is_not_that_of_the_discharge(
    order: tuple[int, ...],
) -> None:
    """A06 after the ED's discharge: the patient is admitted, and nobody goes to visit at home."""
    story = [
        said(
            MessageKind.REGISTERED,
            "2026-06-10T09:00:00-04:00",
            event_id="a04",
            encounter_class="emergency",
        ),
        discharged(encounter_class="emergency"),
        said(
            MessageKind.CLASS_CHANGED,
            "2026-06-10T14:00:00-04:00",
            event_id="a06",
            encounter_class="inpatient",
        ),
    ]
    ledgers = MemoryLedgers()
    follow = following(ledgers, NOW)
    for place in order:
        await follow.follow(message_deliveries([story[place]]))
    assert [one.view.kind for one in ledgers.transitions] == ["ed_followup"]
