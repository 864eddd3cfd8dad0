"""Plans, leaves and journeys from one facility to the next: what each makes of a visit."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import said
from tests.support.transition_stories import (
    INPATIENT,
    admitted,
    cancelled,
    discharged,
    in_every_order,
    told,
    updated,
    visit_of,
)

from transition_orchestrator.domain.messages import Message, MessageKind


def planned(kind: MessageKind, at: str, **more: Any) -> Message:
    facts: dict[str, Any] = {"encounter_class": "preadmit", **more}
    return said(kind, at, **facts)


PLAN = planned(MessageKind.PLANNED, "2026-06-01T08:00:00-04:00")
CALLED_OFF = planned(MessageKind.PLAN_CANCELLED, "2026-06-02T08:00:00-04:00")


async def status_after(*messages: Message) -> str:
    found = {visit_of(await told(order)).status.value for order in permutations(messages)}
    (status,) = found
    return status


async def test_a_plan_is_no_visit_and_starts_no_clock() -> None:
    assert await in_every_order(PLAN) == []
    assert await status_after(PLAN) == "planned"
    assert await status_after(PLAN, CALLED_OFF) == "cancelled"
    assert await status_after(PLAN, CALLED_OFF, admitted()) == "in-progress"
    assert await status_after(PLAN, admitted(), discharged()) == "finished"


async def test_a_planned_admission_is_no_readmission_until_the_patient_comes() -> None:
    plan = planned(MessageKind.PLANNED, "2026-06-12T08:00:00-04:00", visit="V7")
    ((*_, state, _, _),) = await in_every_order(discharged(), plan)
    assert state == "active"
    came = admitted("2026-06-15T03:30:00-04:00", visit="V7")
    assert (await in_every_order(discharged(), plan, came))[0][3] == "interrupted"


EXPECTED = "2026-06-10T12:00:00-04:00"
EXPECTS = said(
    MessageKind.DISCHARGE_PLANNED,
    "2026-06-09T09:00:00-04:00",
    expected_discharge_at=EXPECTED,
    **INPATIENT,
)
NOT_YET = said(MessageKind.DISCHARGE_PLAN_CANCELLED, "2026-06-09T15:00:00-04:00", **INPATIENT)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ((), datetime.fromisoformat(EXPECTED)),
        ((NOT_YET,), None),
        ((discharged(),), None),
        ((discharged(), cancelled("2026-06-10T15:00:00-04:00")), None),
    ],
    ids=["planned", "called off", "discharged", "discharge cancelled"],
)
async def test_a_planned_discharge_is_known_while_it_stands(
    more: tuple[Message, ...], expected: datetime | None
) -> None:
    for order in permutations((admitted(), EXPECTS, *more)):
        assert visit_of(await told(order)).expected_discharge_at == expected


async def test_a_leave_is_no_discharge_even_if_it_is_told_first() -> None:
    leave = said(
        MessageKind.ON_LEAVE,
        "2026-06-06T17:00:00-04:00",
        discharged_at="2026-06-06T17:00:00-04:00",
        disposition="01",
        **INPATIENT,
    )
    assert await in_every_order(admitted(), leave) == []
    assert await status_after(admitted(), leave) == "in-progress"


@pytest.mark.parametrize(
    "bare",
    [
        cancelled("2026-06-10T15:00:00-04:00"),
        updated("2026-06-10T15:00:00-04:00", disposition="01", discharged_at=EXPECTED, **INPATIENT),
    ],
    ids=["A13", "A08"],
)
async def test_a_message_about_an_unknown_visit_opens_no_work(bare: Message) -> None:
    assert await in_every_order(bare) == []
    ((*_, state, _, _),) = await in_every_order(bare, discharged("2026-06-11T13:05:00-04:00"))
    assert state == "active"


TO_SNF = discharged(disposition="03")
SNF_STAY = admitted("2026-06-10T18:00:00-04:00", visit="S1")
HOME_FROM_SNF = discharged("2026-06-18T10:05:00-04:00", visit="S1", at="2026-06-18T10:00:00-04:00")


async def test_a_stay_in_a_facility_of_ours_is_the_same_episode_and_no_readmission() -> None:
    ended = await in_every_order(admitted(), TO_SNF, SNF_STAY)
    assert ended == [("V1", "06-10T17:00", "facility_tracking", "active", None, ())]
    ledgers = await told([SNF_STAY, TO_SNF, admitted()])
    assert visit_of(ledgers, "S1").episode_id == visit_of(ledgers).episode_id
    assert visit_of(ledgers, "S1").readmission_of is None


async def test_home_from_the_facility_the_follow_up_is_that_of_its_stay() -> None:
    assert await in_every_order(admitted(), TO_SNF, SNF_STAY, HOME_FROM_SNF) == [
        ("S1", "06-18T14:00", "home_visit", "active", None, ()),
        ("V1", "06-10T17:00", "facility_tracking", "completed", "transferred", ()),
    ]


async def test_an_emergency_from_the_facility_is_a_readmission() -> None:
    emergency = admitted("2026-06-10T18:00:00-04:00", visit="V7", admission_type="E")
    (one,) = await in_every_order(admitted(), TO_SNF, emergency)
    assert one[3:5] == ("interrupted", "readmitted")
    assert visit_of(await told([admitted(), TO_SNF, emergency]), "V7").readmission_of == "V1"


@pytest.mark.parametrize("disposition", ["02", "05", "43", "66", "82", "85", "88", "94"])
async def test_a_transfer_and_the_next_leg_are_one_episode(disposition: str) -> None:
    sent = discharged(disposition=disposition)
    leg = admitted("2026-06-11T09:00:00-04:00", visit="V2")
    story = (admitted(), sent, leg)
    ((*_, state, reason, _),) = await in_every_order(*story)
    assert (state, reason) == ("completed", "transferred")
    ledgers = await told(story)
    assert visit_of(ledgers, "V2").episode_id == visit_of(ledgers).episode_id


async def test_a_transfer_a_day_later_is_another_episode() -> None:
    leg = admitted("2026-06-11T13:00:01-04:00", visit="V2")
    story = (admitted(), discharged(disposition="02"), leg)
    ((*_, state, reason, _),) = await in_every_order(*story)
    assert (state, reason) == ("interrupted", "readmitted")
    ledgers = await told(story)
    assert visit_of(ledgers, "V2").episode_id != visit_of(ledgers).episode_id
    assert visit_of(ledgers, "V2").readmission_of == "V1"


async def test_an_emergency_visit_between_hides_no_readmission() -> None:
    emergency = said(
        MessageKind.REGISTERED,
        "2026-06-12T20:00:00-04:00",
        visit="E1",
        encounter_class="emergency",
        admitted_at="2026-06-12T20:00:00-04:00",
    )
    left = said(
        MessageKind.DISCHARGED,
        "2026-06-12T23:00:00-04:00",
        visit="E1",
        encounter_class="emergency",
        disposition="01",
        discharged_at="2026-06-12T23:00:00-04:00",
    )
    again = admitted("2026-06-15T03:30:00-04:00", visit="V7")
    ledgers = await told([admitted(), discharged(), emergency, left, again])
    assert visit_of(ledgers, "V7").readmission_of == "V1"
    assert visit_of(ledgers, "V7").admitted_at == datetime(2026, 6, 15, 7, 30, tzinfo=UTC)


async def test_what_was_opened_for_want_of_a_class_is_retracted_when_it_comes() -> None:
    unclear = said(
        MessageKind.DISCHARGED,
        "2026-06-10T13:05:00-04:00",
        disposition="01",
        discharged_at="2026-06-10T13:00:00-04:00",
    )
    (opened,) = (await told([unclear])).transitions
    assert opened.view.kind == "manual_review"
    assert await in_every_order(admitted(), unclear) == [
        ("V1", "06-10T17:00", "home_visit", "active", None, ())
    ]
    ledgers = await told([unclear, admitted()])
    assert [event.type for event in ledgers.said if event.type.startswith("transition.")] == [
        "transition.opened",
        "transition.opened",
        "transition.retracted",
    ]
