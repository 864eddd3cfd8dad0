"""No trigger does to a transition what the rulebook does not say: from the wire to the plan."""

import pytest
from tests.support.adt_triggers import message_of
from tests.support.hl7_builders import admission, discharge
from tests.support.hospital_stories import news_of
from tests.support.transition_orchestrator_fakes import NEW_YORK, MemoryLedgers, following

from adt_ingest.domain.triggers import MEANINGS
from transition_orchestrator.domain.transitions import Transition
from transition_orchestrator.follow_encounters import FollowEncounters

MERGES = {trigger for trigger, meaning in MEANINGS.items() if meaning.kind == "patient.merged"}
MOVES = {trigger for trigger, meaning in MEANINGS.items() if meaning.kind == "encounter.moved"}
MAY_CORRECT_A_DISCHARGE = {"A01", "A03", "A04", "A08", "A11", "A13", "Z99", *MERGES}
CHANGE_NUMBERS = {"A42", "A45", "A47", "A50"}
PLANS_A_DISCHARGE = "A16"
DELETE_RECORDS = {"A23", "A29"}
MAY_TELL_OF_ANOTHER_VISIT = {"A01", "A03", "A04", "A06", "A07", "A08", "A13", "Z99"}
OTHERS = MEANINGS.keys() - MAY_TELL_OF_ANOTHER_VISIT - MOVES - MERGES


async def at_home() -> tuple[MemoryLedgers, FollowEncounters]:
    """A patient who was discharged home on 22 May, and is followed."""
    ledgers = MemoryLedgers()
    follow = following(ledgers, "2026-05-23T12:00:00Z")
    await follow.follow(
        [
            *news_of(admission(sending_facility=NEW_YORK, recorded_at="20260519090000")),
            *news_of(discharge(sending_facility=NEW_YORK)),
        ]
    )
    assert [one.view.state for one in ledgers.transitions] == ["active"]
    ledgers.said.clear()
    return ledgers, follow


def changes(ledgers: MemoryLedgers) -> list[str]:
    return [event.type for event in ledgers.said if event.type.startswith("transition.")]


@pytest.mark.parametrize("trigger", sorted(MEANINGS.keys() - {"A03", PLANS_A_DISCHARGE}))
async def test_only_a_discharge_opens_a_transition(trigger: str) -> None:
    ledgers = MemoryLedgers()
    data = message_of(trigger, sending_facility=NEW_YORK, discharged_at=None)
    await following(ledgers, "2026-05-23T12:00:00Z").follow(news_of(data))
    assert ledgers.transitions == []


@pytest.mark.parametrize("trigger", sorted(MEANINGS.keys() - MAY_CORRECT_A_DISCHARGE))
async def test_what_merely_repeats_a_discharge_does_not_change_its_transition(
    trigger: str,
) -> None:
    """Even if it says something else of it: moves, plans and leaves say that in passing."""
    ledgers, follow = await at_home()
    before = ledgers.transitions
    data = message_of(
        trigger,
        sending_facility=NEW_YORK,
        recorded_at="20260522180000",
        discharged_at="20260521100000",
        disposition="20",
    )
    await follow.follow(news_of(data))
    assert [work_of(one) for one in ledgers.transitions] == [work_of(one) for one in before]
    flags = ledgers.transitions[0].view.flags
    assert ("record_deleted" in flags) == (trigger in DELETE_RECORDS)
    if trigger not in CHANGE_NUMBERS | DELETE_RECORDS:
        assert changes(ledgers) == []


def work_of(transition: Transition) -> object:
    """What is asked for and until when; whose it is may change its number."""
    view = transition.view
    return view.kind, view.state, view.reason, view.visit, view.discharged_at, view.steps


@pytest.mark.parametrize(
    "trigger",
    sorted(
        MEANINGS.keys()
        - MAY_TELL_OF_ANOTHER_VISIT
        - MOVES
        - MERGES
        - CHANGE_NUMBERS
        - DELETE_RECORDS
        - {PLANS_A_DISCHARGE}
    ),
)
async def test_what_begins_no_visit_is_no_readmission(trigger: str) -> None:
    ledgers, follow = await at_home()
    data = message_of(
        trigger,
        sending_facility=NEW_YORK,
        visit="V9",
        recorded_at="20260525180000",
        admitted_at="20260525170000",
    )
    await follow.follow(news_of(data))
    assert changes(ledgers) == []


async def test_a_person_may_be_reported_dead_without_a_visit() -> None:
    ledgers, follow = await at_home()
    data = message_of(
        "A31", sending_facility=NEW_YORK, recorded_at="20260525180000", deceased="Y", visit=None
    )
    await follow.follow(news_of(data))
    assert [one.view.reason for one in ledgers.transitions] == ["deceased"]


async def test_an_out_patient_who_becomes_an_in_patient_is_admitted() -> None:
    ledgers, follow = await at_home()
    data = message_of(
        "A06",
        sending_facility=NEW_YORK,
        visit="V9",
        recorded_at="20260525180000",
        admitted_at="20260525170000",
    )
    await follow.follow(news_of(data))
    assert [one.view.state for one in ledgers.transitions] == ["interrupted"]


@pytest.mark.parametrize("trigger", ["Z99", "A02", "A06"])
async def test_what_corrects_the_past_does_not_say_how_a_visit_is(trigger: str) -> None:
    ledgers, follow = await at_home()
    before = ledgers.transitions
    data = message_of(
        trigger,
        sending_facility=NEW_YORK,
        recorded_at="20260522180000",
        patient_class="O",
        segments=("ZBE|M1^WARDS|20260519090000||UPDATE|Y|A01",),
    )
    await follow.follow(news_of(data))
    assert ledgers.transitions == before
    assert changes(ledgers) == []
