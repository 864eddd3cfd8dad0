"""Merged, moved and changed numbers: the follow-up goes with the visit, whatever comes first."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import MemoryLedgers, said
from tests.support.transition_stories import (
    INPATIENT,
    admitted,
    discharged,
    in_every_order,
    told,
    updated,
    visit_of,
)

from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.transitions import TransitionView

HOME = ("home_visit", "active", None)
EMERGENCY_ENDED = said(
    MessageKind.DISCHARGED,
    "2026-06-05T09:30:00-04:00",
    visit="E1",
    encounter_class="emergency",
    disposition="09",
    discharged_at="2026-06-05T09:00:00-04:00",
)


def renamed(kind: MessageKind, at: str = "2026-06-11T08:00:00-04:00", **more: Any) -> Message:
    facts: dict[str, Any] = {"visit": None, **more}
    return said(kind, at, **facts)


def registered(at: str = "2026-06-05T06:00:00-04:00", **more: Any) -> Message:
    return said(MessageKind.REGISTERED, at, encounter_class="emergency", admitted_at=at, **more)


def became_inpatient(at: str = "2026-06-05T09:00:00-04:00", **more: Any) -> Message:
    return said(MessageKind.CLASS_CHANGED, at, **{**INPATIENT, **more})


async def view_of(*messages: Message) -> TransitionView:
    """The only transition that is to be seen, which must be the same in every order."""
    found: list[TransitionView] = []
    for order in permutations(messages):
        ledgers = await told(order)
        (one,) = [one.view for one in ledgers.transitions if not one.is_retracted]
        found.append(one)
    assert all(one == found[0] for one in found)
    return found[0]


def visits_shown(ledgers: MemoryLedgers) -> list[str]:
    views = [one.view for part in ledgers.clusters.values() for one in part.encounters.values()]
    return sorted(one.visit for one in views if one and one.continues_as is None)


@pytest.mark.parametrize("again", [False, True], ids=["new number", "the number spoken of again"])
async def test_a_changed_visit_number_re_keys_the_follow_up(*, again: bool) -> None:
    change = renamed(MessageKind.NUMBER_CHANGED, visit="V1X", prior_visit="V1")
    late = [updated("2026-06-11T09:00:00-04:00", visit="V1", **INPATIENT)] if again else []
    view = await view_of(admitted(), discharged(), change, *late)
    assert (view.visit, view.former_visits) == ("V1X", ("V1",))
    assert (view.kind, view.state, view.reason) == HOME
    assert visits_shown(await told([admitted(), discharged(), change])) == ["V1X"]


async def test_a_number_changed_there_and_back_is_the_last_one_said() -> None:
    there = renamed(MessageKind.NUMBER_CHANGED, visit="V1X", prior_visit="V1")
    back = renamed(
        MessageKind.NUMBER_CHANGED, "2026-06-11T09:00:00-04:00", visit="V1", prior_visit="V1X"
    )
    view = await view_of(discharged(), there, back)
    assert (view.visit, view.former_visits) == ("V1", ("V1X",))


async def test_a_changed_patient_number_re_keys_the_follow_up() -> None:
    change = renamed(MessageKind.NUMBER_CHANGED, mrn="NEW", prior="MR1001")
    view = await view_of(admitted(), discharged(), change)
    assert (view.patient.mrn, view.patient.former_mrns) == ("NEW", ("MR1001",))


@pytest.mark.parametrize("names_the_visit", [True, False], ids=["MRG-5", "MRG-3 only"])
async def test_who_is_admitted_from_the_emergency_department_has_one_visit(
    *, names_the_visit: bool
) -> None:
    prior: dict[str, Any] = {"prior_visit": "E1"} if names_the_visit else {"prior_account": "ACC0"}
    story = (
        registered(visit="E1", account_number="ACC0"),
        became_inpatient(visit="V1", account_number="ACC1", **prior),
        discharged(),
    )
    view = await view_of(*story)
    assert (view.kind, view.visit, view.former_visits) == ("home_visit", "V1", ("E1",))
    assert view.risk.lace
    assert (view.risk.lace.ed_visits, view.risk.lace.acuity) == (0, 3)
    for order in permutations(story):
        ledgers = await told(order)
        assert visits_shown(ledgers) == ["V1"]
        assert visit_of(ledgers).admitted_at == datetime(2026, 6, 5, 10, tzinfo=UTC)


async def test_the_books_of_the_old_number_end_nothing_after_the_change() -> None:
    story = (
        registered(visit="E1"),
        became_inpatient(visit="V1", prior_visit="E1"),
        EMERGENCY_ENDED,
    )
    for order in permutations(story):
        ledgers = await told(order)
        assert visit_of(ledgers).status == "in-progress"
    assert await in_every_order(*story) == []


async def test_an_emergency_visit_that_ended_in_an_admission_begins_its_episode() -> None:
    story = (registered(visit="E1"), EMERGENCY_ENDED, admitted(), discharged())
    view = await view_of(*story)
    assert view.risk.lace
    assert view.risk.lace.ed_visits == 0
    ledgers = await told(story)
    assert visit_of(ledgers, "E1").episode_id == visit_of(ledgers).episode_id


async def test_of_two_merged_visits_one_follow_up_stays_live() -> None:
    twice = discharged("2026-06-10T13:10:00-04:00", visit="V2", at="2026-06-10T13:00:00-04:00")
    merge = renamed(MessageKind.VISIT_MERGED, visit="V2", prior_visit="V1")
    assert await in_every_order(admitted(), discharged(), twice, merge) == [
        ("V1", "06-10T17:00", "home_visit", "superseded", "merged", ()),
        ("V2", "06-10T17:00", "home_visit", "active", None, ()),
    ]


async def test_a_visit_merged_into_one_that_has_not_ended_brings_its_follow_up() -> None:
    merge = renamed(MessageKind.VISIT_MERGED, visit="V2", prior_visit="V1")
    view = await view_of(admitted(visit="V2"), discharged(), merge)
    assert (view.visit, view.former_visits, view.state) == ("V2", ("V1",), "active")


async def test_of_two_merged_accounts_one_follow_up_stays_live() -> None:
    first = discharged(account_number="ACC0")
    second = discharged(
        "2026-06-10T15:10:00-04:00",
        visit="V2",
        at="2026-06-10T15:00:00-04:00",
        account_number="ACC1",
    )
    merge = renamed(MessageKind.ACCOUNT_MERGED, prior_account="ACC0", account_number="ACC1")
    assert await in_every_order(first, second, merge) == [
        ("V1", "06-10T17:00", "home_visit", "superseded", "merged", ()),
        ("V2", "06-10T19:00", "home_visit", "active", None, ()),
    ]


async def test_where_accounts_number_the_visits_a_changed_account_re_keys_them() -> None:
    first = discharged(visit="ACC0", account_number="ACC0")
    change = renamed(MessageKind.NUMBER_CHANGED, prior_account="ACC0", account_number="ACC1")
    later = updated("2026-06-12T09:00:00-04:00", visit="ACC1", account_number="ACC1", **INPATIENT)
    view = await view_of(first, change, later)
    assert (view.visit, view.former_visits) == ("ACC1", ("ACC0",))


AFTERWARDS = [
    updated("2026-06-12T09:00:00-04:00", visit=None, person={"deceased": True}),
    admitted("2026-06-14T03:30:00-04:00", visit="V7"),
]


@pytest.mark.parametrize("later", AFTERWARDS, ids=["death", "readmission"])
@pytest.mark.parametrize("trigger", ["A41", "A42"])
async def test_what_a_merge_ended_stays_ended_by_it(trigger: str, later: Message) -> None:
    merge = {
        "A41": renamed(MessageKind.ACCOUNT_MERGED, prior_account="ACC0", account_number="ACC1"),
        "A42": renamed(MessageKind.VISIT_MERGED, visit="V2", prior_visit="V1"),
    }[trigger]
    twice = discharged("2026-06-10T13:10:00-04:00", visit="V2", account_number="ACC1")
    story = (discharged(account_number="ACC0"), twice, merge, later)
    first, second = await in_every_order(*story)
    assert first[3:5] == ("superseded", "merged")
    assert second[3] in ("closed", "interrupted")
    ended = await told(story, "2026-08-01T00:00:00Z")
    reasons = {one.view.visit: one.view.reason for one in ended.transitions}
    assert reasons["V1"] == "merged"


MOVES = {
    "A43": renamed(MessageKind.PATIENT_MOVED, mrn="MR9", prior="MR1001"),
    "A44": renamed(
        MessageKind.ACCOUNT_MOVED,
        mrn="MR9",
        prior="MR1001",
        prior_account="ACC0",
        account_number="ACC0",
    ),
    "A45": renamed(
        MessageKind.VISIT_MOVED, mrn="MR9", prior="MR1001", visit="V1", prior_visit="V1"
    ),
}


@pytest.mark.parametrize("trigger", MOVES)
async def test_a_moved_visit_takes_its_follow_up_to_the_other_patient(trigger: str) -> None:
    known = updated(
        "2026-06-01T09:00:00-04:00",
        visit=None,
        mrn="MR9",
        person={"family_name": "Other", "given_name": "O"},
    )
    story = (admitted(account_number="ACC0"), discharged(account_number="ACC0"), known)
    view = await view_of(*story, MOVES[trigger])
    assert (view.patient.mrn, view.patient.name) == ("MR9", "Other, O")
    assert view.patient.former_mrns == ()


async def test_what_the_first_patient_is_admitted_for_later_stays_theirs() -> None:
    again = admitted("2026-06-15T03:30:00-04:00", visit="V7")
    view = await view_of(discharged(), MOVES["A43"], again)
    assert (view.patient.mrn, view.state) == ("MR9", "active")


async def test_a_patient_moved_back_is_the_first_patient_again() -> None:
    back = renamed(
        MessageKind.VISIT_MOVED,
        "2026-06-12T08:00:00-04:00",
        mrn="MR1001",
        prior="MR9",
        visit="V1",
        prior_visit="V1",
    )
    view = await view_of(discharged(), MOVES["A43"], back)
    assert view.patient.mrn == "MR1001"


@pytest.mark.parametrize(
    "purge",
    [
        said(MessageKind.VISIT_DELETED, "2026-06-12T08:00:00-04:00"),
        said(MessageKind.PATIENT_DELETED, "2026-06-12T08:00:00-04:00", visit=None),
    ],
    ids=["A23", "A29"],
)
async def test_a_purge_is_shown_and_takes_nothing_away(purge: Message) -> None:
    view = await view_of(admitted(), discharged(), purge)
    assert (view.kind, view.state, view.reason) == HOME
    assert "record_deleted" in view.flags
    spoken_of_again = updated("2026-06-12T09:00:00-04:00", **INPATIENT)
    assert (await view_of(discharged(), purge, spoken_of_again)).flags == ()
