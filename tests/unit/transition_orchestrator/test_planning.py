"""Before a discharge: what a plan (A16) asks for, what its cancel and the discharge make of it."""

from itertools import permutations
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import (
    MemoryLedgers,
    delivered,
    following,
    message_deliveries,
    said,
)

from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.follow_encounters import Completion

NOW = "2026-06-09T12:00:00Z"
EXPECTED = "2026-06-11T11:00:00-04:00"


def admitted() -> Message:
    at = "2026-06-05T08:00:00-04:00"
    return said(MessageKind.ADMITTED, at, encounter_class="inpatient", admitted_at=at)


def planned(at: str = "2026-06-09T08:00:00-04:00", **more: Any) -> Message:
    facts: dict[str, Any] = {"expected_discharge_at": EXPECTED, **more}
    return said(MessageKind.DISCHARGE_PLANNED, at, encounter_class="inpatient", **facts)


def called_off(at: str = "2026-06-10T08:00:00-04:00") -> Message:
    return said(MessageKind.DISCHARGE_PLAN_CANCELLED, at, encounter_class="inpatient")


def discharged(at: str = "2026-06-11T10:00:00-04:00") -> Message:
    return said(
        MessageKind.DISCHARGED,
        at,
        encounter_class="inpatient",
        disposition="01",
        discharged_at=at,
    )


async def after(*messages: Message, now: str = NOW) -> MemoryLedgers:
    ledgers = MemoryLedgers()
    for message in messages:
        await following(ledgers, now).follow(message_deliveries([message]))
    return ledgers


def outline(ledgers: MemoryLedgers) -> list[tuple[str, str, str | None, str]]:
    return sorted(
        (
            one.view.kind.value,
            one.view.state.value,
            one.view.reason and one.view.reason.value,
            one.view.discharged_at.isoformat()[5:16],
        )
        for one in ledgers.transitions
        if not one.is_retracted
    )


async def in_every_order(*messages: Message) -> list[tuple[str, str, str | None, str]]:
    ends = [outline(await after(*order)) for order in permutations(messages)]
    assert all(end == ends[0] for end in ends)
    return ends[0]


async def test_a_planned_discharge_asks_for_its_preparation() -> None:
    (planning,) = (await after(admitted(), planned())).transitions
    view = planning.view
    assert (view.kind, view.state, view.tcm.eligible) == ("discharge_planning", "active", "no")
    (step,) = view.steps
    assert (step.code, step.role, step.state) == ("pre_discharge_plan", "nurse", "planned")
    assert step.window_opens_at.isoformat() == "2026-06-09T08:00:00-04:00"
    assert step.due_at.isoformat() == EXPECTED
    assert step.best_before_at.isoformat() == "2026-06-11T03:59:59+00:00"
    assert len(step.checklist) == 8


async def test_a_plan_without_a_time_means_by_the_end_of_the_next_day() -> None:
    ledgers = await after(planned(expected_discharge_at=None))
    assert outline(ledgers) == [("discharge_planning", "active", None, "06-11T03:59")]


async def test_a_plan_that_moves_moves_what_is_due() -> None:
    later = "2026-06-12T11:00:00-04:00"
    moved = planned("2026-06-09T09:00:00-04:00", expected_discharge_at=later)
    ((*_, at),) = await in_every_order(planned(), moved)
    assert at == "06-12T11:00"


async def test_a_plan_that_is_called_off_is_withdrawn_and_may_come_back() -> None:
    ((_, state, reason, _),) = await in_every_order(planned(), called_off())
    assert (state, reason) == ("voided", "discharge_plan_cancelled")
    ((_, state, reason, _),) = await in_every_order(
        planned(), called_off(), planned("2026-06-10T09:00:00-04:00")
    )
    assert (state, reason) == ("active", None)


async def test_the_discharge_takes_its_place() -> None:
    assert await in_every_order(admitted(), planned(), discharged()) == [
        ("discharge_planning", "superseded", "discharged", "06-11T11:00"),
        ("home_visit", "active", None, "06-11T10:00"),
    ]
    ledgers = await after(admitted(), planned(), discharged())
    planning = next(one for one in ledgers.transitions if one.view.kind == "discharge_planning")
    assert [step.state for step in planning.view.steps] == ["withdrawn"]


async def test_a_plan_that_is_told_of_after_the_discharge_plans_nothing() -> None:
    late = planned("2026-06-11T12:00:00-04:00")
    assert [one[0] for one in await in_every_order(discharged(), late)] == ["home_visit"]


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (said(MessageKind.ADMISSION_CANCELLED, "2026-06-10T08:00:00Z"), "admission_cancelled"),
        (
            said(
                MessageKind.PERSON_UPDATED,
                "2026-06-10T08:00:00Z",
                visit=None,
                person={"deceased": True},
            ),
            "deceased",
        ),
    ],
)
async def test_what_ends_the_stay_ends_its_planning(last: Message, reason: str) -> None:
    ((_, _, told, _),) = await in_every_order(admitted(), planned(), last)
    assert told == reason


async def test_a_planning_that_nothing_came_of_closes_in_the_end() -> None:
    ledgers = await after(admitted(), planned())
    assert await following(ledgers, "2026-08-01T00:00:00Z").close_ended(10) == 1
    assert outline(ledgers)[0][1:3] == ("closed", "period_over")


async def test_planning_that_was_done_stays_done() -> None:
    ledgers = await after(admitted(), planned())
    (planning,) = ledgers.transitions
    done = Completion(planning.transition_id, "pre_discharge_plan")
    await following(ledgers, NOW).follow([delivered(done, "done")])
    await following(ledgers, NOW).follow(message_deliveries([discharged()]))
    kept = next(one for one in ledgers.transitions if one.transition_id == planning.transition_id)
    assert (kept.view.state, kept.view.steps[0].state) == ("completed", "planned")
