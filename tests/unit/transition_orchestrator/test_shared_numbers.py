"""One visit number of two patients is two visits; a wrong patient that was put right is one."""

from datetime import UTC
from itertools import permutations
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import MemoryLedgers, said
from tests.support.transition_stories import admitted, cancelled, discharged, told, updated

from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.transitions import Transition

ONE = (admitted(mrn="M1"), discharged(mrn="M1"))
OTHER = (
    admitted("2026-06-07T08:00:00-04:00", mrn="M2"),
    discharged("2026-06-12T09:05:00-04:00", at="2026-06-12T09:00:00-04:00", mrn="M2"),
)
OF_ONE = ("M1", "V1", "home_visit", "active", "06-12T17:00")
OF_OTHER = ("M2", "V1", "home_visit", "active", "06-14T13:00")
CORRECTED_AT = "2026-06-06T08:00:00-04:00"
CORRECTIONS = {
    "A40": said(MessageKind.PATIENT_MERGED, CORRECTED_AT, visit=None, mrn="M2", prior="M1"),
    "A43": said(MessageKind.PATIENT_MOVED, CORRECTED_AT, visit=None, mrn="M2", prior="M1"),
    "A45": said(MessageKind.VISIT_MOVED, CORRECTED_AT, mrn="M2", prior="M1", prior_visit="V1"),
    "A45 without MRG-5": said(MessageKind.VISIT_MOVED, CORRECTED_AT, mrn="M2", prior="M1"),
    "A47": said(MessageKind.NUMBER_CHANGED, CORRECTED_AT, visit=None, mrn="M2", prior="M1"),
}
RENUMBERED = said(
    MessageKind.VISIT_MOVED,
    "2026-06-11T08:00:00-04:00",
    mrn="M2",
    visit="V9",
    prior="M1",
    prior_visit="V1",
)
"""An A45 by which the visit gets another number, too."""
MOVES = [name for name in CORRECTIONS if name not in ("A40", "A47")]


def seen(ledgers: MemoryLedgers) -> list[Transition]:
    return [one for one in ledgers.transitions if not one.is_retracted]


def outline(one: Transition) -> tuple[Any, ...]:
    """Whose it is, of which visit, how it stands, and from when on the home visit is asked for."""
    opens_at = one.view.clocks.home_visit_opens_at
    when = opens_at.astimezone(UTC).isoformat()[5:16] if opens_at else ""
    view = one.view
    return view.patient.mrn, view.visit, view.kind.value, view.state.value, when


async def in_every_order(*messages: Message) -> list[tuple[Any, ...]]:
    return (await ends_of(*messages))[0]


async def ends_of(*messages: Message) -> tuple[list[tuple[Any, ...]], list[tuple[str, str, str]]]:
    """The follow-ups and the visits that there are in the end, whatever the order."""
    ends: list[tuple[list[tuple[Any, ...]], list[tuple[str, str, str]]]] = []
    for order in permutations(messages):
        ledgers = await told(order)
        ends.append((sorted(map(outline, seen(ledgers))), visits_shown(ledgers)))
    assert all(end == ends[0] for end in ends)
    return ends[0]


def visits_shown(ledgers: MemoryLedgers) -> list[tuple[str, str, str]]:
    """Whose visits are to be seen, and whether they are at an end."""
    views = [one.view for part in ledgers.clusters.values() for one in part.encounters.values()]
    return sorted(
        (one.patient.mrn, one.visit, one.status.value)
        for one in views
        if one and one.continues_as is None
    )


async def test_a_number_that_two_patients_have_is_two_visits_in_every_order() -> None:
    assert await in_every_order(*ONE, *OTHER) == [OF_ONE, OF_OTHER]


async def test_two_patients_who_share_but_a_number_are_not_decided_about_together() -> None:
    ledgers = await told([*ONE, *OTHER])
    assert len(ledgers.clusters) == 2
    views = [one.view for part in ledgers.clusters.values() for one in part.encounters.values()]
    assert len({one.encounter_id for one in views if one}) == 2
    assert len({one.episode_id for one in views if one}) == 2


async def test_what_is_taken_back_for_one_stays_for_the_other() -> None:
    back = cancelled("2026-06-12T10:00:00-04:00", at="2026-06-10T13:00:00-04:00", mrn="M1")
    voided = ("M1", "V1", "home_visit", "voided", "06-12T17:00")
    assert await in_every_order(ONE[1], *OTHER, back) == [voided, OF_OTHER]


async def test_an_update_of_one_changes_nothing_for_the_other() -> None:
    died = updated("2026-06-13T10:00:00-04:00", mrn="M2", disposition="20")
    first, *_ = await in_every_order(*ONE, OTHER[1], died)
    assert first == OF_ONE


@pytest.mark.parametrize("correction", CORRECTIONS)
async def test_a_wrong_patient_put_right_is_one_visit_of_the_right_one(correction: str) -> None:
    story = (ONE[0], CORRECTIONS[correction], discharged(mrn="M2"))
    assert await ends_of(*story) == ([("M2", *OF_ONE[1:])], [("M2", "V1", "finished")])
    (one,) = seen(await told(story))
    assert one.view.risk.lace  # the admission under the wrong number counts
    assert one.view.risk.lace.length_of_stay == 4


@pytest.mark.parametrize("correction", MOVES)
async def test_the_number_given_anew_after_a_move_is_another_visit(correction: str) -> None:
    moved = said(**moved_after_the_discharge(correction))
    again = (
        admitted("2026-06-14T08:00:00-04:00", mrn="M1"),
        discharged("2026-06-15T13:05:00-04:00", at="2026-06-15T13:00:00-04:00", mrn="M1"),
    )
    follow_ups, visits = await ends_of(ONE[1], moved, *again)
    assert follow_ups == [
        ("M1", "V1", "home_visit", "active", "06-17T17:00"),
        ("M2", "V1", "home_visit", "active", "06-12T17:00"),
    ]
    assert visits == [("M1", "V1", "finished"), ("M2", "V1", "finished")]


def moved_after_the_discharge(correction: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"mrn": "M2", "prior": "M1", "visit": None}
    if correction.startswith("A45"):
        facts["visit"] = "V1"
    kind = CORRECTIONS[correction].kind
    return {"kind": kind, "recorded_at": "2026-06-11T08:00:00-04:00", **facts}


async def test_a_visit_that_gets_another_number_in_the_move_leaves_the_first_patient_theirs() -> (
    None
):
    story = (*ONE, RENUMBERED, admitted("2026-06-14T08:00:00-04:00", mrn="M1"))
    follow_ups, visits = await ends_of(*story)
    assert follow_ups == [("M2", "V9", *OF_ONE[2:])]
    assert visits == [("M1", "V1", "in-progress"), ("M2", "V9", "finished")]
    assert seen(await told(story))[0].view.former_visits == ("V1",)


async def test_a_visit_that_moved_to_another_number_is_told_where_it_goes_on() -> None:
    for story in ((*ONE, RENUMBERED), (ONE[0], RENUMBERED, ONE[1])):
        (cluster,) = (await told(story)).clusters.values()
        views = {one.view.visit: one.view for one in cluster.encounters.values() if one.view}
        assert views["V1"].continues_as == "V9"
        assert views["V1"].patient.mrn == views["V9"].patient.mrn == "M2"


async def test_a_change_of_one_patients_number_leaves_the_others_visit_alone() -> None:
    change = said(
        MessageKind.NUMBER_CHANGED,
        "2026-06-13T08:00:00-04:00",
        mrn="M1",
        visit="V1X",
        prior_visit="V1",
    )
    assert await in_every_order(ONE[1], *OTHER, change) == [("M1", "V1X", *OF_ONE[2:]), OF_OTHER]


async def test_two_patients_who_turn_out_to_be_one_have_one_visit_of_a_number() -> None:
    merge = said(
        MessageKind.PATIENT_MERGED, "2026-06-13T08:00:00-04:00", visit=None, mrn="M2", prior="M1"
    )
    late = discharged("2026-06-12T09:05:00-04:00", mrn="M2")
    assert await in_every_order(*ONE, late, merge) == [("M2", *OF_ONE[1:])]


async def test_results_are_of_the_patient_whom_they_name() -> None:
    sodium: Any = [
        {
            "observed_at": "2026-06-09T08:00:00-04:00",
            "number": 128,
            "comparator": "",
            "unit": "mmol/L",
            "status": "final",
        }
    ]
    low = said(MessageKind.RESULT_REPORTED, "2026-06-09T09:00:00-04:00", mrn="M2", sodium=sodium)
    for story in ([*ONE, *OTHER, low], [low, *OTHER, *ONE]):
        scores = {one.view.patient.mrn: one.view.risk.hospital for one in seen(await told(story))}
        assert scores["M1"]
        assert scores["M2"]
        assert (scores["M1"].parts.sodium, scores["M2"].parts.sodium) == (None, 1)
