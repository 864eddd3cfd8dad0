"""After a birth: nothing where the pathway is off, a plan for mother or newborn where it is on."""

from collections.abc import Mapping
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import (
    PROGRAMMES,
    FakeSites,
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)
from tests.support.transition_stories import admitted, cancelled, discharged, outline, updated

from transition_orchestrator.domain.maternity import circumstances_of
from transition_orchestrator.domain.merging import Json
from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.programme import Followed, Programme

BIRTH: dict[str, Any] = {"encounter_class": "obstetrics"}
DISCHARGED_ON = date(2026, 6, 10)
ON = PROGRAMMES.of((Followed("default@2"), Followed("maternity@1", when=("obstetrics",))))
OFF = PROGRAMMES.of((Followed("default@2"),))


def left(person: Mapping[str, Json] | None = None, **more: Any) -> Message:
    at = "2026-06-10T13:00:00-04:00"
    facts: dict[str, Any] = {**BIRTH, "disposition": "01", "discharged_at": at, **more}
    return said(MessageKind.DISCHARGED, at, person=person, **facts)


async def after(*messages: Message, programme: Programme = ON) -> MemoryLedgers:
    ledgers = MemoryLedgers()
    follow = following(ledgers, "2026-06-20T00:00:00Z", FakeSites(opens_with=programme))
    for message in messages:
        await follow.follow(message_deliveries([message]))
    return ledgers


async def steps_after(*messages: Message) -> dict[str, str]:
    """The steps of the one transition, with the days on which they are due."""
    (transition,) = (await after(*messages)).transitions
    assert transition.view.kind == "maternity"
    return {one.code: f"{one.due_at:%m-%d}" for one in transition.view.steps}


async def test_without_the_protocol_an_obstetric_stay_is_not_followed_up() -> None:
    assert outline(await after(admitted(**BIRTH), left(), programme=OFF)) == []


async def test_a_mother_has_her_contacts_and_her_visit() -> None:
    assert await steps_after(left(person={"primary_care_provider": {"identifier": "1"}})) == {
        "initial_contact": "06-13",
        "postpartum_contact": "06-28",
        "postpartum_visit": "08-30",
        "closure": "09-03",
    }


@pytest.mark.parametrize(("code", "due"), [("O13.9", "06-17"), ("O14.13", "06-13")])
async def test_blood_pressure_is_measured_the_sooner_the_more_severe(code: str, due: str) -> None:
    steps = await steps_after(left(diagnoses=[{"code": code, "kind": "F"}]))
    assert steps["blood_pressure_check"] == due


async def test_gestational_diabetes_asks_for_a_test() -> None:
    steps = await steps_after(left(diagnoses=[{"code": "O24.410"}]))
    assert steps["glucose_test"] == "08-30"


async def test_a_newborn_is_seen_in_two_days() -> None:
    steps = await steps_after(left(person={"birth_date": "2026-06-08"}))
    assert steps == {
        "newborn_visit": "06-12",
        "newborn_screening": "06-25",
        "find_pcp": "06-13",
        "closure": "09-03",
    }


@pytest.mark.parametrize(
    ("codes", "admission_type", "born"),
    [
        (["Z38.00"], "", None),
        ([], "N", None),
        ([], "", date(2026, 5, 13)),
    ],
)
def test_who_is_a_newborn(codes: list[str], admission_type: str, born: date | None) -> None:
    assert circumstances_of(codes, admission_type, born, DISCHARGED_ON) == {"newborn"}


@pytest.mark.parametrize("born", [None, date(2026, 5, 12), date(1996, 6, 9), date(2096, 6, 9)])
def test_who_is_none(born: date | None) -> None:
    assert circumstances_of(["Z37.0"], "L", born, DISCHARGED_ON) == set()


async def test_every_order_ends_alike_where_the_class_is_corrected() -> None:
    messages = (
        admitted(),
        discharged(),
        updated("2026-06-10T15:00:00-04:00", **BIRTH),
        cancelled("2026-06-11T09:00:00-04:00", **BIRTH),
    )
    replaced = ("home_visit", "superseded", "disposition_corrected")
    pathway = ("maternity", "voided", "discharge_cancelled")
    for order in permutations(messages):
        ends = outline(await after(*order))
        assert [one[2:5] for one in ends] == [replaced, pathway]
        off = outline(await after(*order, programme=OFF))
        assert [one[2:5] for one in off] == [("home_visit", "voided", "discharge_cancelled")]


async def test_where_a_mother_did_not_go_home_somebody_asks() -> None:
    (transition,) = (await after(left(disposition="02"))).transitions
    assert "confirm_disposition" in {one.code for one in transition.view.steps}
