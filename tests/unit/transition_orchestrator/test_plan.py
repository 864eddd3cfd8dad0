"""The plan of one discharge: which steps, when, for whom, and what several protocols share."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.support.transition_orchestrator_fakes import PROGRAMMES

from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.due_rules import due_rule, interval
from transition_orchestrator.domain.plan import Case, LeftOut, Step, considered, steps_of
from transition_orchestrator.domain.programme import Followed
from transition_orchestrator.domain.protocol import Escalation, Plan, Sooner, StepRule
from transition_orchestrator.domain.routing import TransitionKind

NEW_YORK = LocalDays(ZoneInfo("America/New_York"), BusinessCalendar())
FRIDAY = datetime(2026, 5, 22, 21, tzinfo=UTC)  # 17:00, before Memorial Day
PERIOD = due_rule("29 days after discharge")


def rule(code: str, due: str, opens: str | None = None, **more: object) -> StepRule:
    return StepRule(
        code=code,
        title=code.capitalize(),
        role="nurse",
        due=due_rule(due),
        opens=due_rule(opens) if opens else None,
        **more,  # type: ignore[arg-type]
    )


def case(*circumstances: str, **more: object) -> Case:
    return Case(FRIDAY, frozenset(circumstances), NEW_YORK, **more)  # type: ignore[arg-type]


def told(plan: Plan, of: Case) -> dict[str, str]:
    return {step.code: _local(step.due_at) for step in steps_of(plan, of)}


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(ZoneInfo('America/New_York')):%a %d %H:%M}" if at else ""


@pytest.mark.parametrize(
    ("due", "at"),
    [
        ("PT48H after discharge", "Sun 24 17:00"),
        ("2 business days after discharge", "Wed 27 23:59"),
        ("P7D after discharge", "Fri 29 23:59"),
        ("0 days after discharge", "Fri 22 23:59"),
        ("3 days after admission", "Sat 23 23:59"),
        ("1 day before expected discharge", "Thu 21 23:59"),
        ("24 hours before expected discharge", "Thu 21 12:00"),
        ("1 business day before expected discharge", "Thu 21 23:59"),
    ],
)
def test_a_due_rule_counts_on_its_clock_from_its_anchor(due: str, at: str) -> None:
    known = case(
        admitted_at=datetime(2026, 5, 20, 12, tzinfo=UTC),
        expected_discharge_at=datetime(2026, 5, 22, 16, tzinfo=UTC),
    )
    assert told(Plan(PERIOD, (rule("call", due),)), known) == {"call": at}


def test_what_counts_from_something_unknown_is_left_out_and_says_so() -> None:
    plan = Plan(PERIOD, (rule("call", "3 days after admission"),))
    (left,) = considered(plan, case())
    assert isinstance(left, LeftOut)
    assert left.because == "admission: not known, or not asked for"


def test_a_step_counts_from_when_an_earlier_one_is_due_until_it_is_done() -> None:
    plan = Plan(
        PERIOD,
        (rule("visit", "72 hours after discharge"), rule("call", "24 hours after visit")),
    )
    assert told(plan, case())["call"] == "Tue 26 17:00"
    done = {"visit": datetime(2026, 5, 24, 14, tzinfo=UTC)}
    assert told(plan, case(done=done))["call"] == "Mon 25 10:00"


def test_who_is_asked_for_follows_from_the_circumstances() -> None:
    call = rule("call", "24 hours after discharge", when=frozenset({"ama", "high_risk"}))
    visit = rule("visit", "48 hours after discharge", unless=frozenset({"ama"}))
    plan = Plan(PERIOD, (call, visit))
    assert set(told(plan, case("high_risk"))) == {"call", "visit"}
    assert set(told(plan, case("ama"))) == {"call"}
    because = [one.because for one in considered(plan, case()) if isinstance(one, LeftOut)]
    assert because == ["only for ama or high_risk"]


def test_the_strictest_of_several_sooner_rules_counts() -> None:
    sooner = tuple(
        Sooner(frozenset({name}), due_rule(f"{count} days after discharge"))
        for name, count in (("high_risk", 7), ("ama", 3))
    )
    plan = Plan(PERIOD, (rule("visit", "14 days after discharge", sooner=sooner),))
    assert told(plan, case())["visit"] == "Fri 05 23:59"
    assert told(plan, case("high_risk"))["visit"] == "Fri 29 23:59"
    assert told(plan, case("high_risk", "ama"))["visit"] == "Mon 25 23:59"


def test_an_escalation_counts_from_the_due_time() -> None:
    after = due_rule("1 business day after due")
    call = rule("call", "24 hours after discharge", escalate=Escalation(after, "provider"))
    (step,) = steps_of(Plan(PERIOD, (call,)), case())
    assert (_local(step.escalates_at), step.escalates_to) == ("Tue 26 23:59", "provider")


def test_the_same_code_in_two_protocols_is_one_task_with_the_stricter_time() -> None:
    loose = rule("visit", "72 hours after discharge", "48 hours after discharge", protocol="a@1")
    strict = rule("visit", "36 hours after discharge", protocol="b@1", checklist=("Pain",))
    for order in ((loose, strict), (strict, loose)):
        (step,) = steps_of(Plan(PERIOD, order), case())
        assert _local(step.window_opens_at) == "Fri 22 17:00"
        assert _local(step.due_at) == "Sun 24 05:00"
        assert step.protocols == tuple(one.protocol for one in order)
        assert step.checklist == ("Pain",)
        assert step.rule == "36 hours after discharge"


def test_steps_declared_the_same_are_one_task_under_the_first_code_whoever_applies() -> None:
    contact = rule("contact", "2 business days after discharge", unless=frozenset({"ama"}))
    call = rule("call", "72 hours after discharge", same_as=frozenset({"contact"}))
    later = rule("visit", "24 hours after call")
    plan = Plan(PERIOD, (contact, call, later))
    assert told(plan, case()) == {"contact": "Mon 25 17:00", "visit": "Tue 26 17:00"}
    assert set(told(plan, case("ama"))) == {"contact", "visit"}


def test_steps_tied_by_a_third_are_one_task() -> None:
    steps = (
        rule("first", "72 hours after discharge"),
        rule("second", "48 hours after discharge"),
        rule("third", "24 hours after discharge", same_as=frozenset({"first", "second"})),
    )
    assert told(Plan(PERIOD, steps), case()) == {"first": "Sat 23 17:00"}


def test_a_last_slot_before_the_window_opens_is_none() -> None:
    hours = PROGRAMMES.of((Followed("default@2"),)).plan_of(TransitionKind.HOME_VISIT).steps[2]
    early = StepRule(
        code="visit",
        title="Visit",
        role="nurse",
        opens=due_rule("30 hours after discharge"),
        due=due_rule("36 hours after discharge"),  # Sunday 05:00; the slot is Saturday 18:00
        visiting_hours=hours.visiting_hours,
    )
    (step,) = steps_of(Plan(PERIOD, (early,)), case())
    assert step.best_before_at is None


@pytest.mark.parametrize("text", ["7 days after discharge", "often", "0 days"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no interval such as '7 days'"):
        interval(text)


def test_all_ready_protocols_side_by_side_ask_for_nothing_twice() -> None:
    labels = ("default@2", "coleman@1", "naylor@1", "project-red@1", "boost@1")
    programme = PROGRAMMES.of(tuple(map(Followed, labels)))
    known = case("high_risk", "p8_poor_support", "p8_palliative")
    found = steps_of(programme.plan_of(TransitionKind.HOME_VISIT), known)
    codes = [step.code for step in found]
    assert len(set(codes)) == len(codes)
    steps: dict[str, Step] = {step.code: step for step in found}
    assert steps["initial_contact"].protocols == (
        "default@2", "coleman@1", "project-red@1", "boost@1",
    )  # fmt: skip
    assert _local(steps["initial_contact"].due_at) == "Mon 25 17:00"
    assert _local(steps["home_visit"].due_at) == "Sun 24 17:00"
    assert _local(steps["home_visit"].best_before_at) == "Sat 23 17:00"
    assert {"caregiver_call", "palliative_consult", "weekly_visit_4"} <= set(codes)
    assert not {"phq_screen", "pharmacist_review", "follow_up_call"} & set(codes)
