"""Steps that count from when another is done: due by its due time until then, and then anew."""

import pytest
from tests.support.counted_steps import HOURS, LEFT_AT, Followup
from tests.support.transition_orchestrator_fakes import said

from care_contracts.transitions import TransitionSnapshot
from transition_orchestrator.domain.messages import MessageKind


@pytest.fixture
async def one() -> Followup:
    one = Followup()
    await one.discharged()
    return one


async def test_a_step_counts_from_when_another_is_due_until_that_is_done(one: Followup) -> None:
    assert one.step("coach_call_1").due_at == LEFT_AT + (72 + 96) * HOURS
    one.ledgers.said.clear()
    await one.done("home_visit", 50 * HOURS)
    call, second = one.step("coach_call_1"), one.step("coach_call_2")
    assert call.window_opens_at == LEFT_AT + (50 + 24) * HOURS
    assert call.due_at == LEFT_AT + (50 + 96) * HOURS
    assert second.due_at == LEFT_AT + (50 + 96 + 24) * HOURS
    (event,) = one.ledgers.said
    told = TransitionSnapshot.model_validate_json(event.data)
    assert (event.type, told.version) == ("transition.replanned", 2)
    assert {step.code: step.due_at for step in told.steps}["coach_call_1"] == call.due_at


async def test_what_nothing_counts_from_moves_nothing(one: Followup) -> None:
    before = one.ledgers.transitions[0].view.steps
    await one.done("pcp_summary", 10 * HOURS)
    assert one.ledgers.transitions[0].view.steps == before


async def test_a_completion_said_anew_with_another_time_moves_it_again(one: Followup) -> None:
    await one.done("home_visit", 60 * HOURS, version=3)
    await one.done("home_visit", 50 * HOURS, version=2)
    assert one.step("coach_call_1").due_at == LEFT_AT + (60 + 96) * HOURS


async def test_a_corrected_discharge_leaves_what_counts_from_done_work_where_it_is(
    one: Followup,
) -> None:
    await one.done("home_visit", 50 * HOURS)
    await one.corrected(-4 * HOURS)
    assert one.step("home_visit").corrected_due_at == LEFT_AT + (72 - 4) * HOURS
    assert one.step("coach_call_1").due_at == LEFT_AT + (50 + 96) * HOURS
    assert one.step("medication_reconciliation").due_at == LEFT_AT + (72 - 4) * HOURS


async def test_a_step_done_before_the_one_it_counts_from_keeps_its_judgement(
    one: Followup,
) -> None:
    judged = one.step("coach_call_1")
    await one.done("coach_call_1", 40 * HOURS)
    assert one.step("coach_call_2").due_at == LEFT_AT + (40 + 24) * HOURS
    await one.done("home_visit", 50 * HOURS)
    assert one.step("coach_call_1") == judged


async def test_a_step_is_judged_by_what_was_done_before_it_however_late_that_is_said(
    one: Followup,
) -> None:
    await one.done("coach_call_1", 160 * HOURS)
    assert one.step("coach_call_1").corrected_due_at is None
    await one.done("home_visit", 50 * HOURS)
    assert one.step("coach_call_1").corrected_due_at == LEFT_AT + (50 + 96) * HOURS


async def test_a_withdrawn_step_stays_withdrawn(one: Followup) -> None:
    await one.done("home_visit", 50 * HOURS)
    await one.hear(
        said(
            MessageKind.DISCHARGE_CANCELLED,
            "2026-06-10T17:00:00-04:00",
            event_id="a13",
            encounter_class="inpatient",
        )
    )
    assert one.step("coach_call_1").state == "withdrawn"
