"""TCM and the measures: the rulebook's worked cases, every reason, and what work does to them."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support.transition_orchestrator_fakes import (
    MemoryLedgers,
    delivered,
    following,
    message_deliveries,
    said,
)

from care_contracts.transitions import TransitionSnapshot
from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.measures import (
    ALL_ELEMENTS,
    MeasureCase,
    conditions_of_fmc,
    engagement,
    excluded_from_fmc,
    excluded_from_pcr,
    information_received,
    is_readmission,
    measures_of,
)
from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.routing import Eligibility
from transition_orchestrator.domain.tcm import tcm_of
from transition_orchestrator.domain.tcm_terms import Standing, Tcm, TcmCase, Why
from transition_orchestrator.domain.work import (
    Attempt,
    Contact,
    Done,
    Reconciliation,
    Visit,
    Work,
    done_by,
)
from transition_orchestrator.follow_encounters import Completion

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "worked-cases.json").read_text("utf-8")
)["cases"]
NEW_YORK = ZoneInfo("America/New_York")
DAYS = LocalDays(NEW_YORK, BusinessCalendar())
DISCHARGED_AT = datetime.fromisoformat("2026-05-22T17:00:00-04:00")
CONTACT_DUE = datetime.fromisoformat("2026-05-27T23:59:59-04:00")


def cases(*prefixes: str) -> Any:
    chosen = [case for case in CASES if case["id"].startswith(prefixes)]
    return pytest.mark.parametrize("case", chosen, ids=[case["id"] for case in chosen])


def local(text: str, hour: int = 10) -> datetime:
    """An instant of a local day."""
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.combine(date.fromisoformat(text), time(hour), NEW_YORK)


def tcm_case(**more: Any) -> TcmCase:
    facts: dict[str, Any] = {
        "eligible": Eligibility.YES,
        "discharged_at": DISCHARGED_AT,
        "contact_due_at": CONTACT_DUE,
        "days": DAYS,
    }
    return TcmCase(**(facts | more))


def done(**more: Any) -> Done:
    """All that TCM asks for, on the seventh day."""
    facts: dict[str, Any] = {
        "contacts": (Contact(local("2026-05-26"), two_way=True, reached=True),),
        "visits": (Visit(local("2026-05-29"), "NP"),),
        "reconciliations": (Reconciliation(local("2026-05-29"), "PharmD"),),
        "mdm": "high",
    }
    return Done(**(facts | more))


def why_of(tcm: Tcm, name: str) -> tuple[Standing, Why]:
    element = next(one for one in tcm.elements if one.name == name)
    return element.standing, element.why


# --- the worked cases

WHY = {
    "TCM-05": ("visit", Why.SEEN_TOO_LATE),
    "TCM-07": ("visit", Why.SEEN_BY_STAFF),
    "TCM-11": ("alive", Why.DIED),
    "TCM-12": ("contact", Why.REACHED),
    "TCM-15": ("single_claim", Why.CLAIMED_BY_OTHER),
}


@cases("TCM-")
def test_the_code_is_as_the_case_says(case: dict[str, Any]) -> None:
    inputs, expected = case["inputs"], case["expected"]
    died = inputs.get("death_date")
    tcm = tcm_of(
        tcm_case(died_on=date.fromisoformat(died) if died else None),
        Done(
            contacts=(Contact(local(inputs["contact_local"]), two_way=True, reached=True),),
            visits=(Visit(local(inputs["visit_date"]), inputs["visit_by"]),),
            reconciliations=(Reconciliation(local(inputs["medrec_date"]), "PharmD"),),
            mdm=inputs["mdm"],
            other_tcm_claim="other_tcm_claim" in inputs,
        ),
    )
    assert tcm.code == expected["tcm_code"]
    if case["id"] in WHY:
        name, why = WHY[case["id"]]
        assert why_of(tcm, name)[1] is why


@cases("TRC-02")
def test_discharge_information_counts_as_the_case_says(case: dict[str, Any]) -> None:
    inputs, expected = case["inputs"], case["expected"]
    on = measure_case(discharged_on=date.fromisoformat(inputs["discharge_date"]))
    lacking = {"": (), "late": ("late",)}
    for received, met, reason in zip(
        inputs["received"], expected["met"], expected["reasons"], strict=True
    ):
        got = information_received(on, [(local(received["date"]), frozenset(received["elements"]))])
        assert (got.met_on is not None) == met
        assert got.missing == lacking.get(reason, (reason.removeprefix("missing "),))


@cases("TRC-03")
def test_engagement_counts_as_the_case_says(case: dict[str, Any]) -> None:
    on = date.fromisoformat(case["inputs"]["discharge_date"])
    window = (on + timedelta(days=1), on + timedelta(days=30))
    dates = map(date.fromisoformat, case["inputs"]["engagement_dates"])
    met = [engagement(*window, [one]).met_on is not None for one in dates]
    assert met == case["expected"]["met"]


@cases("FMC-03")
def test_follow_up_after_emergency_leaves_out_whom_the_case_says(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    on = measure_case(
        discharged_on=date.fromisoformat(inputs["ed_date"]),
        is_emergency=True,
        birth_date=date(2026 - inputs["age"], 1, 1),
        conditions=frozenset(inputs["conditions"]),
        readmitted_on=date.fromisoformat(inputs["inpatient_admit_date"]),
    )
    assert (excluded_from_fmc(on) is None) == case["expected"]["in_denominator"]


@cases("PCR-01")
def test_a_readmission_is_one_as_the_case_says(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    index = date.fromisoformat(inputs["index_discharge_date"])
    dates = map(date.fromisoformat, inputs["readmit_dates"])
    found = [is_readmission(index, one, planned=inputs["planned"]) for one in dates]
    assert found == case["expected"]["is_readmission"]


@cases("PCR-04")
def test_an_index_stay_is_one_as_the_case_says(case: dict[str, Any]) -> None:
    kept = [
        stay["id"]
        for stay in case["inputs"]["stays"]
        if not excluded_from_pcr(
            measure_case(
                admitted_on=date.fromisoformat(stay["admit"]),
                discharged_on=date.fromisoformat(stay["discharge"]),
                died_in_hospital=stay.get("disposition") == "20",
                diagnoses=[stay["principal"]] if "principal" in stay else [],
            )
        )
    ]
    assert kept == case["expected"]["index_stays"]


# --- transitional care management


@pytest.mark.parametrize(
    ("day", "mdm", "code"),
    [
        ("2026-05-23", "high", "99496"),
        ("2026-05-29", "high", "99496"),
        ("2026-05-30", "high", "99495"),
        ("2026-05-29", "moderate", "99495"),
        ("2026-06-05", "moderate", "99495"),
        ("2026-06-06", "moderate", None),
        ("2026-05-29", "low", None),
    ],
)
def test_the_code_follows_the_day_and_the_complexity(day: str, mdm: str, code: str | None) -> None:
    seen = done(
        visits=(Visit(local(day), "MD"),),
        reconciliations=(Reconciliation(local("2026-05-23"), "RN"),),
        mdm=mdm,
    )
    assert tcm_of(tcm_case(), seen).code == code


def test_without_a_clinician_s_judgement_there_are_two_hints_and_no_code() -> None:
    tcm = tcm_of(tcm_case(), done(mdm=""))
    assert (tcm.code, tcm.code_if_high, tcm.code_if_moderate) == (None, "99496", "99495")
    assert why_of(tcm, "complexity") == (Standing.OPEN, Why.NOT_JUDGED)


def tries(*times: str) -> tuple[Contact, ...]:
    return tuple(Contact(local(one), two_way=True, reached=False) for one in times)


@pytest.mark.parametrize(
    ("contacts", "standing", "why"),
    [
        ((), Standing.OPEN, Why.NO_CONTACT),
        (tries("2026-05-26"), Standing.OPEN, Why.ONE_ATTEMPT),
        (tries("2026-05-26", "2026-05-27"), Standing.MET, Why.TWO_ATTEMPTS),
        (tries("2026-05-26T10:00:00-04:00", "2026-05-26T11:00:00-04:00"), Standing.MET, None),
        (tries("2026-05-26T10:00:00-04:00", "2026-05-26T10:59:59-04:00"), Standing.OPEN, None),
        (tries("2026-05-26", "2026-05-28"), Standing.OPEN, Why.ONE_ATTEMPT),
        (tries("2026-05-22T09:00:00-04:00", "2026-05-26"), Standing.OPEN, Why.ONE_ATTEMPT),
        (
            (Contact(local("2026-05-22T18:00:00-04:00"), two_way=True, reached=True),),
            Standing.MET,
            Why.REACHED,
        ),
        (
            (Contact(local("2026-05-22T16:59:59-04:00"), two_way=True, reached=True),),
            Standing.OPEN,
            Why.NO_CONTACT,
        ),
        (
            (Contact(local("2026-05-28"), two_way=True, reached=True),),
            Standing.FAILED,
            Why.LATE_CONTACT,
        ),
        (
            (Contact(local("2026-05-26"), two_way=False, reached=True),),
            Standing.OPEN,
            Why.NO_CONTACT,
        ),
    ],
)
def test_contact_is_two_way_and_timely_or_tried_twice(
    contacts: tuple[Contact, ...], standing: Standing, why: Why | None
) -> None:
    got = why_of(tcm_of(tcm_case(), done(contacts=contacts)), "contact")
    assert got[0] is standing
    assert why is None or got[1] is why


@pytest.mark.parametrize(
    ("visits", "standing", "why"),
    [
        ((), Standing.OPEN, Why.NOT_SEEN),
        ((("2026-05-22T19:00:00-04:00", "MD"),), Standing.REVIEW, Why.SEEN_ON_DISCHARGE_DAY),
        ((("2026-05-25", "RN"),), Standing.OPEN, Why.SEEN_BY_STAFF),
        ((("2026-05-25", ""),), Standing.REVIEW, Why.SEEN_BY_UNKNOWN),
        ((("2026-06-06", "PA"),), Standing.FAILED, Why.SEEN_TOO_LATE),
        ((("2026-05-25", "RN"), ("2026-06-05", "CNM")), Standing.MET, Why.SEEN),
    ],
)
def test_the_visit_is_one_of_day_1_to_14_by_who_may_bill(
    visits: tuple[tuple[str, str], ...], standing: Standing, why: Why
) -> None:
    seen = tuple(Visit(local(at), by) for at, by in visits)
    assert why_of(tcm_of(tcm_case(), done(visits=seen)), "visit") == (standing, why)


@pytest.mark.parametrize(
    ("on", "standing", "why"),
    [
        ("2026-05-22", Standing.MET, Why.RECONCILED),
        ("2026-05-29", Standing.MET, Why.RECONCILED),
        ("2026-05-30", Standing.FAILED, Why.RECONCILED_AFTER_VISIT),
    ],
)
def test_medications_are_reconciled_no_later_than_the_day_of_the_visit(
    on: str, standing: Standing, why: Why
) -> None:
    late = done(reconciliations=(Reconciliation(local(on, 23), "PharmD"),))
    assert why_of(tcm_of(tcm_case(), late), "medication_reconciliation") == (standing, why)


@pytest.mark.parametrize(
    ("died", "code"), [("2026-06-20", None), ("2026-06-21", "99496"), (None, "99496")]
)
def test_the_patient_lives_through_the_29th_day(died: str | None, code: str | None) -> None:
    case = tcm_case(died_on=date.fromisoformat(died) if died else None)
    assert tcm_of(case, done()).code == code


@pytest.mark.parametrize(
    ("more", "standing", "why"),
    [
        ({"eligible": Eligibility.REVIEW}, Standing.REVIEW, Why.SETTING_REVIEW),
        ({"eligible": Eligibility.NO}, Standing.FAILED, Why.NOT_COMMUNITY),
        ({"is_void": True}, Standing.FAILED, Why.NOT_CALLED_FOR),
    ],
)
def test_only_a_standing_discharge_to_the_community_can_be_claimed(
    more: dict[str, Any], standing: Standing, why: Why
) -> None:
    tcm = tcm_of(tcm_case(**more), done())
    assert why_of(tcm, "setting") == (standing, why)
    assert (tcm.code, tcm.code_if_high) == (None, None)


# --- the measures


def measure_case(**more: Any) -> MeasureCase:
    facts: dict[str, Any] = {
        "discharged_on": date(2026, 5, 22),
        "admitted_on": date(2026, 5, 19),
        "birth_date": date(1948, 2, 12),
        "days": DAYS,
    }
    return MeasureCase(**(facts | more))


def measures(case: MeasureCase, work: Done | None = None) -> dict[str, Any]:
    return {one.code: one for one in measures_of(case, work or done())}


def test_a_stay_counts_in_the_four_parts_of_trc_and_as_an_index() -> None:
    got = measures(measure_case())
    assert list(got) == ["TRC-NIA", "TRC-RDI", "TRC-PE", "TRC-MRP", "PCR"]
    windows = {code: (one.first_on, one.last_on) for code, one in got.items()}
    assert windows["TRC-NIA"] == (date(2026, 5, 19), date(2026, 5, 21))
    assert windows["TRC-RDI"] == (date(2026, 5, 22), date(2026, 5, 24))
    assert windows["TRC-PE"] == (date(2026, 5, 23), date(2026, 6, 21))
    assert windows["TRC-MRP"] == (date(2026, 5, 22), date(2026, 6, 21))
    assert (got["TRC-PE"].met_on, got["TRC-MRP"].met_on) == (date(2026, 5, 26), date(2026, 5, 29))


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"birth_date": date(2008, 5, 23)}, "under_18"),
        ({"is_hospice": True}, "hospice"),
        ({"died_on": date(2026, 12, 31)}, "died_in_year"),
        ({"discharged_on": date(2026, 12, 2)}, "after_1_december"),
        ({"readmitted_on": date(2026, 6, 1)}, "readmitted"),
        ({"birth_date": date(2008, 5, 22)}, None),
        ({"died_on": date(2027, 1, 1)}, None),
        ({"discharged_on": date(2026, 12, 1)}, None),
    ],
)
def test_trc_leaves_out_whom_its_denominator_leaves_out(
    more: dict[str, Any], why: str | None
) -> None:
    assert measures(measure_case(**more))["TRC-PE"].excluded_for == why


@pytest.mark.parametrize(
    ("on", "missing"),
    [
        ("2026-05-21", ("early",)),
        ("2026-05-22", ()),
        ("2026-06-21", ()),
        ("2026-06-22", ("late",)),
    ],
)
def test_a_reconciliation_outside_of_the_window_is_early_or_late(
    on: str, missing: tuple[str, ...]
) -> None:
    work = done(reconciliations=(Reconciliation(local(on), "RN"),))
    got = measures(measure_case(), work)["TRC-MRP"]
    assert (got.missing, got.met_on is None) == (missing, bool(missing))


@pytest.mark.parametrize(
    ("on", "missing"),
    [
        ("2026-05-21", ("early",)),
        ("2026-05-22", ()),
        ("2026-05-24", ()),
        ("2026-05-25", ("late",)),
    ],
)
def test_discharge_information_outside_of_the_window_is_early_or_late(
    on: str, missing: tuple[str, ...]
) -> None:
    got = information_received(measure_case(), [(local(on), ALL_ELEMENTS)])
    assert (got.missing, got.met_on is None) == (missing, bool(missing))


@pytest.mark.parametrize(
    ("by", "missing"), [("PharmD", ()), ("RN", ()), ("LPN", ("credential",)), ("", ("credential",))]
)
def test_medications_are_reconciled_by_who_may(by: str, missing: tuple[str, ...]) -> None:
    work = done(reconciliations=(Reconciliation(local("2026-06-21"), by),))
    got = measures(measure_case(), work)["TRC-MRP"]
    assert (got.missing, got.met_on is None) == (missing, bool(missing))


def test_after_an_emergency_visit_follow_up_counts_for_eight_days() -> None:
    conditions = conditions_of_fmc(["I50.9", "J44.1", "J45.9", "Z00.0"])
    assert conditions == {"heart_failure", "copd_and_asthma"}
    case = measure_case(is_emergency=True, conditions=conditions)
    assert measures(case)["FMC"].met_on == date(2026, 5, 26)
    on_day_8 = done(contacts=(Contact(local("2026-05-30"), two_way=True, reached=True),))
    assert measures(case, on_day_8)["FMC"].met_on is None
    alone = measure_case(is_emergency=True, conditions=frozenset({"heart_failure"}))
    assert measures(alone)["FMC"].excluded_for == "one_condition"


@pytest.mark.parametrize(
    ("more", "why", "met"),
    [
        ({"readmitted_on": date(2026, 6, 21)}, None, date(2026, 6, 21)),
        ({"readmitted_on": date(2026, 6, 21), "readmission_planned": True}, None, None),
        ({"readmitted_on": date(2026, 5, 23)}, "direct_transfer", None),
        ({"readmitted_on": date(2026, 5, 24)}, None, date(2026, 5, 24)),
        ({"admitted_on": date(2026, 5, 22)}, "same_day_stay", None),
        ({"is_hospice": True}, "hospice", None),
        ({"died_in_hospital": True}, "died_in_hospital", None),
        ({"diagnoses": ["Z51.11", "C50.9"]}, "planned", None),
        ({"diagnoses": ["C50.9", "Z51.11"]}, None, None),
        ({"diagnoses": ["N18.6"], "procedures": ["0TY00Z0"]}, "planned", None),
        ({"diagnoses": ["N18.6"], "procedures": ["0TT00ZZ"]}, None, None),
    ],
)
def test_a_readmission_counts_for_an_index_stay(
    more: dict[str, Any], why: str | None, met: date | None
) -> None:
    got = measures(measure_case(**more))["PCR"]
    assert (got.excluded_for, got.met_on) == (why, met)


def test_what_was_taken_back_counts_in_nothing() -> None:
    assert measures_of(measure_case(is_void=True), done()) == ()


# --- what tasks tell


def test_a_nurse_s_visit_and_a_pharmacist_s_reconciliation_need_no_credential() -> None:
    at = local("2026-05-25")
    work = {
        "home_visit": Work(completed_at=at, outcome="done", role="nurse"),
        "medication_reconciliation": Work(
            completed_at=at, outcome="reconciled-none", role="pharmacist"
        ),
        "initial_contact": Work(attempts=(Attempt(at, "phone", "busy"),)),
        "follow_up_visit": Work(completed_at=at, outcome="refused"),
    }
    got = done_by(work)
    assert got.visits == (Visit(at, "RN"),)
    assert got.reconciliations == (Reconciliation(at, "PharmD"),)
    assert [one.reached for one in got.contacts] == [True, False]


@pytest.mark.parametrize("outcome", ["unable", "refused", "reached-patient"])
def test_medications_are_not_reconciled_by_another_outcome(outcome: str) -> None:
    work = {"medication_reconciliation": Work(completed_at=DISCHARGED_AT, outcome=outcome)}
    assert done_by(work).reconciliations == ()


# --- through the use case


def admitted(at: str, **more: Any) -> Message:
    return said(MessageKind.ADMITTED, at, encounter_class="inpatient", admitted_at=at, **more)


ADMITTED = admitted("2026-05-19T09:00:00-04:00")


def discharged(at: str = "2026-05-22T17:00:00-04:00", **more: Any) -> Message:
    facts: dict[str, Any] = {
        "event_id": f"a03-{at}-{more.get('visit')}",
        "encounter_class": "inpatient",
        "disposition": "01",
        "discharged_at": at,
    }
    return said(MessageKind.DISCHARGED, at, **(facts | more))


WORK = {
    "initial_contact": Work(
        version=4, completed_at=local("2026-05-26"), outcome="reached-caregiver", channel="phone"
    ),
    "medication_reconciliation": Work(
        version=2, completed_at=local("2026-05-25"), outcome="reconciled-none", role="pharmacist"
    ),
    "follow_up_visit": Work(
        version=3, completed_at=local("2026-05-28"), outcome="done", credential="NP", mdm="high"
    ),
}


async def told_after(
    ledgers: MemoryLedgers, *completions: Completion, now: str = "2026-05-30T00:00:00Z"
) -> TransitionSnapshot:
    for number, one in enumerate(completions):
        name = f"done-{len(ledgers.said)}-{number}"
        await following(ledgers, now).follow([delivered(one, name)])
    return TransitionSnapshot.model_validate_json(ledgers.said[-1].data)


async def test_the_claim_and_the_measures_follow_the_tasks() -> None:
    ledgers = MemoryLedgers()
    await following(ledgers, "2026-05-23T00:00:00Z").follow(
        message_deliveries([ADMITTED, discharged()])
    )
    (transition,) = ledgers.transitions
    before = TransitionSnapshot.model_validate_json(ledgers.said[-1].data)
    assert before.tcm.code is None
    standing = {one.name: one.standing for one in before.tcm.elements}
    assert (standing["setting"], standing["contact"], standing["visit"]) == ("met", "open", "open")
    works = [Completion(transition.transition_id, code, work=one) for code, one in WORK.items()]
    after = await told_after(ledgers, *works)
    assert (after.tcm.code, after.version) == ("99496", 4)
    assert {one.code: one.met_on for one in after.measures} == {
        "TRC-NIA": None,
        "TRC-RDI": None,
        "TRC-PE": date(2026, 5, 26),
        "TRC-MRP": date(2026, 5, 25),
        "PCR": None,
    }


async def test_two_attempts_keep_the_claim_open_and_the_task_too() -> None:
    ledgers = MemoryLedgers()
    await following(ledgers, "2026-05-23T00:00:00Z").follow(message_deliveries([discharged()]))
    (transition,) = ledgers.transitions
    tried = (
        Attempt(local("2026-05-26"), "phone", "no-answer"),
        Attempt(local("2026-05-27"), "phone", "voicemail"),
    )
    about = (transition.transition_id, "initial_contact")
    once = Completion(*about, is_done=False, work=Work(version=2, attempts=tried[:1]))
    twice = Completion(*about, is_done=False, work=Work(version=3, attempts=tried))
    after = await told_after(ledgers, twice, once)  # the older news comes last
    contact = next(one for one in after.tcm.elements if one.name == "contact")
    assert (contact.standing, contact.why) == ("met", "two_attempts")
    step = next(one for one in after.steps if one.code == "initial_contact")
    assert step.state == "planned"
    assert after.state == "active"


@pytest.mark.parametrize(
    ("admitted_at", "discharged_at"),
    [
        ("2026-06-01T09:00:00-04:00", "2026-06-03T12:00:00-04:00"),
        ("2026-05-22T19:00:00-04:00", "2026-05-22T23:00:00-04:00"),  # the same day
    ],
)
async def test_a_discharge_in_the_period_of_a_claim_has_none_of_its_own(
    admitted_at: str, discharged_at: str
) -> None:
    ledgers = MemoryLedgers()
    again = admitted(admitted_at, visit="V2")
    later = discharged(discharged_at, visit="V2")
    await following(ledgers, "2026-06-04T00:00:00Z").follow(
        message_deliveries([ADMITTED, discharged(), again, later])
    )
    first = next(one for one in ledgers.transitions if one.view.visit == "V1")
    works = [Completion(first.transition_id, code, work=one) for code, one in WORK.items()]
    await told_after(ledgers, *works, now="2026-06-04T00:00:00Z")
    tcm = {one.view.visit: one.view.tcm for one in ledgers.transitions}
    assert tcm["V1"].code == "99496"  # a readmission does not void it
    assert why_of(tcm["V2"], "single_claim") == (Standing.FAILED, Why.CLAIMED_BEFORE)


async def test_a_readmission_for_chemotherapy_is_none() -> None:
    ledgers = MemoryLedgers()
    chemotherapy = [{"code": "Z51.11", "kind": "W"}]
    again = admitted("2026-06-01T09:00:00-04:00", visit="V2", diagnoses=chemotherapy)
    await following(ledgers, "2026-06-04T00:00:00Z").follow(
        message_deliveries([ADMITTED, discharged(), again])
    )
    (transition,) = ledgers.transitions
    pcr = next(one for one in transition.view.measures if one.code == "PCR")
    assert (pcr.excluded_for, pcr.met_on) == (None, None)


@pytest.mark.parametrize(("day", "why"), [("2026-05-23", None), ("2026-05-24", "same_day_stay")])
async def test_a_day_elsewhere_after_a_transfer_ends_a_longer_stay(
    day: str, why: str | None
) -> None:
    ledgers = MemoryLedgers()
    again = admitted(f"{day}T09:00:00-04:00", visit="V2")
    later = discharged(f"{day}T20:00:00-04:00", visit="V2")
    await following(ledgers, "2026-05-25T12:00:00Z").follow(
        message_deliveries([ADMITTED, discharged(), again, later])
    )
    last = next(one for one in ledgers.transitions if one.view.visit == "V2")
    assert {one.code: one.excluded_for for one in last.view.measures}["PCR"] == why


async def test_a_corrected_discharge_is_judged_anew() -> None:
    ledgers = MemoryLedgers()
    await following(ledgers, "2026-05-23T00:00:00Z").follow(message_deliveries([discharged()]))
    (transition,) = ledgers.transitions
    works = [Completion(transition.transition_id, code, work=one) for code, one in WORK.items()]
    assert (await told_after(ledgers, *works)).tcm.code == "99496"
    corrected = said(
        MessageKind.UPDATED,
        "2026-05-30T09:00:00-04:00",
        encounter_class="inpatient",
        discharged_at="2026-05-20T17:00:00-04:00",
        disposition="01",
    )
    await following(ledgers, "2026-05-30T14:00:00Z").follow(message_deliveries([corrected]))
    (transition,) = ledgers.transitions
    assert transition.view.tcm.code is None  # contact was on the third business day
    assert why_of(transition.view.tcm, "contact") == (Standing.FAILED, Why.LATE_CONTACT)
