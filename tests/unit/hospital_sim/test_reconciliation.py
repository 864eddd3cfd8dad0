"""What the reconciliation notices: it must find every way in which things can fail to add up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from hospital_sim.expectations import ExpectedTransition, ExpectedVisit, as_of
from hospital_sim.ledger import Entry, Ledger
from hospital_sim.mllp import Answer
from hospital_sim.observation import (
    NotAnswered,
    SeenEncounter,
    SeenFrame,
    SeenPatient,
    SeenTask,
    SeenTransition,
)
from hospital_sim.picture import show_result
from hospital_sim.reconciliation import SeenVisit, differences, fate_of
from hospital_sim.sendings import Message
from hospital_sim.settling import Account, Reconciliation, reconcile

LEFT = datetime(2026, 6, 10, 17, tzinfo=UTC)
CLOSES = LEFT + timedelta(days=29, hours=7)
GOOD = Message("M1", "GHH", "M1", "A03", b"good", notices=frozenset({1}))
BAD = Message("X1", "GHH", "", "", b"bad", flaw="garbage")
ACCEPTED, REFUSED = Answer("AA", "M1", "", ""), Answer("AE", "", "no", "101")
EFFECTS = {"encounter.discharged": 1, "transition.opened": 1, "notification.sent": 1}
HOME_TASKS = ("initial_contact", "home_visit", "medication_reconciliation", "follow_up_visit")


def entry(message: Message = GOOD, *answers: Answer, **changes: Any) -> Entry:
    given = answers or ((REFUSED,) if message.flaw else (ACCEPTED,))
    return replace(Entry(message, sendings=len(given), answers=list(given)), **changes)


def frame(message: Message = GOOD, **changes: Any) -> SeenFrame:
    seen = SeenFrame(
        event_id="e1",
        control_id=message.control_id,
        verdict="quarantined" if message.flaw else "accepted",
        reason="unreadable" if message.flaw else "",
        digest=message.digest,
        effects={} if message.flaw else EFFECTS,
    )
    return seen.model_copy(update=changes)


def faults(one: Entry, *frames: SeenFrame) -> list[str]:
    fate = fate_of(one, frames)
    assert {found.control_id for found in fate.discrepancies} <= {one.message.name}
    return [found.what for found in fate.discrepancies]


def test_a_message_that_was_accepted_and_took_effect_once_is_in_order() -> None:
    fate = fate_of(entry(), [frame()])
    assert (fate.acknowledged, fate.effected, list(fate.discrepancies)) == (True, True, [])


def test_a_resent_message_is_in_order_however_often_the_journal_has_it() -> None:
    assert faults(entry(GOOD, ACCEPTED, ACCEPTED), frame(), frame(), frame()) == []


def test_a_bad_message_is_in_order_if_it_is_refused_and_quarantined() -> None:
    assert faults(entry(BAD), frame(BAD)) == []


@pytest.mark.parametrize(
    ("one", "frames", "words"),
    [
        (entry(GOOD, REFUSED), [frame()], "should have been accepted"),
        (entry(given_up="nobody took it"), [frame()], "nobody took it"),
        (entry(), [], "1 times, but 0 times"),
        (entry(GOOD, ACCEPTED, ACCEPTED), [frame()], "2 times, but 1 times"),
        (entry(), [frame(), frame(event_id="e2")], "several events"),
        (entry(), [frame(effects={})], "but is nothing"),
        (entry(), [frame(effects=EFFECTS | {"encounter.discharged": 2})], "2 encounter"),
        (entry(), [frame(effects=EFFECTS | {"patient.merged": 1})], "1 patient.merged"),
        (entry(), [frame(effects={"encounter.discharged": 1})], "was sent 0"),
        (entry(), [frame(effects=EFFECTS | {"notification.sent": 2})], "was sent 2"),
        (entry(BAD, ACCEPTED), [frame(BAD)], "should have been refused"),
        (entry(BAD), [], "not in the journal"),
        (entry(BAD), [frame(BAD, verdict="accepted")], "should be quarantined"),
        (entry(BAD), [frame(BAD, reason="")], "without a reason"),
        (entry(BAD), [frame(BAD, effects=EFFECTS)], "it had effects"),
    ],
)
def test_every_way_a_message_can_go_wrong_is_noticed(
    one: Entry, frames: list[SeenFrame], words: str
) -> None:
    assert words in " / ".join(faults(one, *frames))


def expected(**changes: Any) -> ExpectedVisit:
    wanted = ExpectedTransition("home_visit", "active", LEFT, CLOSES, "M1")
    visit = ExpectedVisit(
        site="GHH",
        mrn="MR1",
        all_mrns=frozenset({"MR1"}),
        name="Doe, Ann",
        visit="V1",
        control_ids=("M0", "M1"),
        status="finished",
        discharged_at=LEFT,
        transitions=(wanted,),
    )
    return replace(visit, **changes)


def seen_transition(*open_codes: str, **changes: Any) -> SeenTransition:
    codes = open_codes or HOME_TASKS
    seen = SeenTransition(
        patient=SeenPatient(mrn="MR1", name="Doe, Ann"),
        visit="V1",
        kind="home_visit",
        state="active",
        reason=None,
        flags=[],
        discharged_at=LEFT,
        tasks=[SeenTask(code=code, state="requested") for code in codes],
    )
    return seen.model_copy(update=changes)


def seen_encounter(**changes: Any) -> SeenEncounter:
    seen = SeenEncounter(
        patient=SeenPatient(mrn="MR1", name="Doe, Ann"),
        visit="V1",
        status="finished",
        discharged_at=LEFT,
        readmission_of=None,
    )
    return seen.model_copy(update=changes)


def view(*transitions: SeenTransition, encounters: list[SeenEncounter] | None = None) -> SeenVisit:
    shown = [seen_encounter()] if encounters is None else encounters
    return SeenVisit("MR1", transitions, shown)


def amiss(visit: ExpectedVisit, *views: SeenVisit) -> str:
    return " / ".join(f"{one.control_id}: {one.what}" for one in differences(visit, views))


def test_a_visit_that_stands_as_expected_is_in_order() -> None:
    other = seen_transition(visit="V2", kind="hospice")
    assert amiss(expected(), view(seen_transition(), other)) == ""


WITHDRAWN = {"tasks": [SeenTask(code=code, state="cancelled") for code in HOME_TASKS]}
VOIDED = ExpectedTransition(
    "home_visit", "voided", LEFT, CLOSES, "M1", reason="discharge_cancelled"
)
SEEN_VOIDED = {"state": "voided", "reason": "discharge_cancelled"}


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (view(), "M1: no transition home_visit, active"),
        (view(seen_transition(), seen_transition()), "unexpected transition home_visit"),
        (view(seen_transition(state="voided")), "unexpected transition home_visit, voided"),
        (view(seen_transition(kind="ed_followup")), "no transition home_visit"),
        (view(seen_transition(discharged_at=LEFT + timedelta(hours=1))), "no transition"),
        (view(seen_transition("initial_contact")), "the task home_visit is not open"),
        (view(seen_transition(*HOME_TASKS, "home_visit")), "the task home_visit stands twice"),
        (view(seen_transition(patient=SeenPatient(mrn="MR0", name="Doe, Ann"))), "last number"),
        (view(seen_transition(patient=SeenPatient(mrn="MR1", name="D?e, Ann"))), "another name"),
        (view(seen_transition(), encounters=[]), "shown 0 times"),
        (view(seen_transition(), encounters=[seen_encounter()] * 2), "shown 2 times"),
        (
            view(seen_transition(), encounters=[seen_encounter(status="in-progress")]),
            "is in-progress, but should be finished",
        ),
        (
            view(seen_transition(), encounters=[seen_encounter(discharged_at=None)]),
            "another discharge time",
        ),
        (
            view(seen_transition(), encounters=[seen_encounter(readmission_of="V0")]),
            "being a readmission",
        ),
    ],
)
def test_every_way_a_visit_can_go_wrong_is_noticed(shown: SeenVisit, words: str) -> None:
    assert words in amiss(expected(), shown)


def test_a_missing_flag_is_noticed() -> None:
    wanted = replace(expected().transitions[0], flags=frozenset({"ama"}))
    assert "no flag ama" in amiss(expected(transitions=(wanted,)), view(seen_transition()))


def test_what_was_voided_must_have_nothing_left_to_do() -> None:
    visit = expected(transitions=(VOIDED,))
    assert amiss(visit, view(seen_transition(**SEEN_VOIDED, **WITHDRAWN))) == ""
    left_over = amiss(visit, view(seen_transition("closure", **SEEN_VOIDED)))
    assert "the task closure is still open" in left_over


def test_an_interrupted_follow_up_may_keep_what_is_not_about_the_patient() -> None:
    wanted = replace(VOIDED, state="interrupted", reason="readmitted")
    shown = {"state": "interrupted", "reason": "readmitted"}
    visit = expected(transitions=(wanted,))
    assert amiss(visit, view(seen_transition("pcp_summary", **shown))) == ""
    assert "still open" in amiss(visit, view(seen_transition("home_visit", **shown)))


def test_what_has_run_its_time_is_expected_to_be_closed() -> None:
    over = view(seen_transition(state="closed", reason="period_over", **WITHDRAWN))
    still = view(seen_transition())
    before, soon, later = (
        as_of(expected(), CLOSES + timedelta(hours=hours)) for hours in (-1, 1, 25)
    )
    assert before == expected()
    assert "no transition" in amiss(before, over)
    assert amiss(soon, over) == amiss(soon, still) == ""
    assert amiss(later, over) == ""
    assert "no transition" in amiss(later, still)
    voided = expected(transitions=(VOIDED,))
    assert as_of(voided, CLOSES + timedelta(days=99)) == voided


def test_every_number_of_the_patient_must_show_the_same() -> None:
    visit = expected(all_mrns=frozenset({"MR1", "OLD"}))
    assert amiss(visit, view(seen_transition()), view(seen_transition())) == ""
    assert "no transition" in amiss(visit, view(seen_transition()), view())


class _System:
    """A system that comes to rest after a few questions."""

    def __init__(self, *answers: list[SeenFrame] | NotAnswered) -> None:
        self._answers = list(answers)

    async def transitions(self, site: str, mrn: str) -> list[SeenTransition]:
        del site, mrn
        return [seen_transition()]

    async def encounters(self, site: str, mrn: str) -> list[SeenEncounter]:
        del site, mrn
        return [seen_encounter()]

    async def frames(self, since: datetime) -> list[SeenFrame]:
        del since
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, NotAnswered):
            raise answer
        return answer


async def settled(system: _System, within: float = 20.0) -> Reconciliation:
    ledger = Ledger()
    one = ledger.entry(GOOD)
    one.sendings, one.answers = 1, [ACCEPTED]
    account = Account(ledger, [expected()], LEFT, lambda: LEFT)
    return await reconcile(system, account, within=within, every=0.001)


async def test_it_waits_until_everything_has_come_to_rest() -> None:
    result = await settled(_System(NotAnswered("away"), [], [frame()]))
    assert result.adds_up


async def test_what_adds_up_once_and_then_no_more_is_looked_at_again() -> None:
    doubled = frame(effects=EFFECTS | {"encounter.discharged": 2})
    result = await settled(_System([frame()], [doubled]), within=0.3)
    assert not result.adds_up
    assert [one.control_id for one in result.discrepancies] == ["M1"]


async def test_what_never_answers_is_not_reconciled() -> None:
    result = await settled(_System(NotAnswered("http://monitor does not answer")), within=0.01)
    assert not result.adds_up
    assert "does not answer" in result.unanswered


def shown(result: Reconciliation) -> str:
    console = Console(record=True, width=120)
    show_result(console, result, ["GHH"])
    return console.export_text()


async def test_the_result_says_that_all_adds_up_or_names_what_does_not() -> None:
    good = await settled(_System([frame()]))
    assert "1 sent = 1 acknowledged = 1 effected exactly once" in shown(good)
    bad = await settled(_System([]), within=0.1)
    text = shown(bad)
    assert "M1: acknowledged 1 times, but 0 times in the journal" in text
    assert "Not reconciled: 1 discrepancies" in text
    assert "Doe" not in text
    assert "Not reconciled: away" in shown(Reconciliation((), (), "away"))
