"""What people may do with a task, and what they are told when they may not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from worklist.domain.evidence import (
    Attempt,
    BeforeDischarge,
    Channel,
    NotYet,
    attempted,
    check_time,
    masked,
)
from worklist.domain.outcomes import (
    ATTEMPTS,
    NoteNeeded,
    Outcome,
    OutcomeNotAllowed,
    ending,
)
from worklist.domain.people import Person
from worklist.domain.tasks import (
    NOTHING_DONE,
    Step,
    Task,
    TaskId,
    TaskState,
    Tick,
    TransitionId,
    Work,
)
from worklist.domain.work import (
    AnothersTask,
    Deed,
    NotOnTheList,
    TaskHasChanged,
    TaskIsClosed,
    Wish,
    perform,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 13, tzinfo=UTC)
NORA = Person("nora", "Nora Field", "nurse")
PAUL = Person("paul", "Paul Marsh", "nurse")
TRY = Attempt(at=AT, by="nora", name="Nora Field", channel=Channel.PHONE, outcome=Outcome.VOICEMAIL)
DONE = ending("book_follow_up", "done", "")
FOOD = Tick(item="Food", at=AT, by="nora", name="Nora Field")
CODES = ("initial_contact", "home_visit", "medication_reconciliation", "find_pcp", "coach_call_2")


def task(work: Work = NOTHING_DONE, *, withdrawn_for: str | None = None) -> Task:
    step = Step(
        task_id=TaskId(UUID(int=7)),
        code="book_follow_up",
        title="Book",
        role="coordinator",
        due_at=AT,
        checklist=("Food", "Housing"),
        withdrawn_for=withdrawn_for,
    )
    return Task(TransitionId(UUID(int=1)), "GHH", "key", "trace", 3, step, work, AT)


def wish(deed: Deed, person: Person = NORA, seen: int | None = 3) -> Wish:
    end = DONE if deed is Deed.COMPLETED else None
    attempt = TRY if deed is Deed.ATTEMPTED else None
    return Wish(deed, person, seen, end, attempt=attempt, item="Food")


@pytest.mark.parametrize(
    ("deed", "state"),
    [
        (Deed.CLAIMED, TaskState.ACCEPTED),
        (Deed.STARTED, TaskState.IN_PROGRESS),
        (Deed.COMPLETED, TaskState.COMPLETED),
    ],
)
def test_an_open_task_may_be_claimed_started_or_completed_at_once(
    deed: Deed, state: TaskState
) -> None:
    after = perform(wish(deed), task(), LATER)
    assert after.state is state
    assert (after.work.owner, after.work.owner_name) == ("nora", "Nora Field")
    assert (after.version, after.changed_at) == (4, LATER)


def test_a_released_task_is_everybody_s_again() -> None:
    mine = perform(wish(Deed.STARTED), task(), AT)
    after = perform(wish(Deed.RELEASED, seen=None), mine, LATER)
    assert after.state is TaskState.REQUESTED
    assert after.work == NOTHING_DONE


@pytest.mark.parametrize("deed", list(Deed))
def test_doing_again_what_stands_changes_nothing_whatever_version_was_seen(deed: Deed) -> None:
    owner = None if deed is Deed.CLAIMED else "nora"
    ticks = (FOOD,) if deed is Deed.UNTICKED else ()
    stands = perform(wish(deed), task(Work(owner=owner, ticks=ticks)), AT)
    assert perform(wish(deed, seen=1), stands, LATER) is stands


@pytest.mark.parametrize("deed", list(Deed))
def test_somebody_else_s_task_is_left_to_them(deed: Deed) -> None:
    ticks = (FOOD,) if deed is Deed.UNTICKED else ()
    theirs = Work(owner="paul", owner_name="Paul Marsh", ticks=ticks)
    with pytest.raises(AnothersTask, match="Paul Marsh has this task"):
        perform(wish(deed), task(theirs), AT)


@pytest.mark.parametrize("deed", [Deed.CLAIMED, Deed.STARTED, Deed.TICKED, Deed.COMPLETED])
def test_a_closed_task_stays_closed(deed: Deed) -> None:
    completed = Work(owner="paul", completed_at=AT, outcome="done")
    with pytest.raises(TaskIsClosed, match="already completed"):
        perform(wish(deed), task(completed), AT)
    with pytest.raises(TaskIsClosed, match="withdrawn"):
        perform(wish(deed), task(withdrawn_for="deceased"), AT)


def test_an_attempt_leaves_a_task_as_open_as_it_was() -> None:
    after = perform(wish(Deed.ATTEMPTED), task(), LATER)
    assert after.state is TaskState.REQUESTED
    assert after.work.attempts == (TRY,)
    earlier = replace(TRY, at=AT - timedelta(hours=2), outcome=Outcome.BUSY)
    more = perform(Wish(Deed.ATTEMPTED, NORA, None, attempt=earlier), after, LATER)
    assert [one.outcome for one in more.work.attempts] == ["busy", "voicemail"]
    released = perform(wish(Deed.RELEASED, seen=None), replace_owner(more), LATER)
    assert released.work.attempts == more.work.attempts


def test_a_tick_says_who_and_when_and_leaves_a_task_as_open_as_it_was() -> None:
    after = perform(wish(Deed.TICKED), task(), LATER)
    assert after.state is TaskState.REQUESTED
    assert after.lines == (("Food", replace(FOOD, at=LATER)), ("Housing", None))
    released = perform(wish(Deed.RELEASED, seen=None), replace_owner(after), LATER)
    assert released.work.ticks == after.work.ticks
    back = perform(wish(Deed.UNTICKED, seen=None), released, LATER)
    assert back.work == NOTHING_DONE


def test_only_what_is_on_the_list_is_ticked_and_a_tick_outlives_its_line() -> None:
    with pytest.raises(NotOnTheList, match="no such line"):
        perform(Wish(Deed.TICKED, NORA, 3, item="Weather"), task(), LATER)
    ticked = perform(wish(Deed.TICKED), task(), AT)
    shorter = ticked.planned(replace(ticked.step, checklist=("Safety",)), LATER)
    assert shorter.lines == (("Safety", None), ("Food", FOOD))


def test_a_task_may_be_completed_with_lines_left_open() -> None:
    after = perform(wish(Deed.COMPLETED), task(Work(ticks=(FOOD,))), LATER)
    assert after.state is TaskState.COMPLETED
    assert after.lines == (("Food", FOOD), ("Housing", None))


def replace_owner(one: Task) -> Task:
    return perform(wish(Deed.CLAIMED, seen=None), one, LATER)


def test_an_attempt_is_one_that_reached_nobody_and_has_been_made() -> None:
    reached = replace(TRY, outcome=Outcome.REACHED_PATIENT)
    with pytest.raises(OutcomeNotAllowed):
        attempted("initial_contact", reached, discharged_at=AT, now=LATER)
    with pytest.raises(NotYet):
        attempted("initial_contact", TRY, discharged_at=AT, now=AT - timedelta(minutes=1))
    assert attempted("initial_contact", TRY, discharged_at=AT, now=AT) is TRY


FROM_DISCHARGE = (
    *("initial_contact", "coach_call_2", "ed_call", "home_visit", "follow_up_visit"),
    *("weekly_visit_1", "follow_up_call", "postpartum_visit", "caregiver_call"),
)


@pytest.mark.parametrize("code", FROM_DISCHARGE)
def test_a_contact_or_visit_before_the_discharge_is_none(code: str) -> None:
    check_time(code, AT, discharged_at=AT, now=LATER)
    with pytest.raises(BeforeDischarge):
        check_time(code, AT - timedelta(seconds=1), discharged_at=AT, now=LATER)


@pytest.mark.parametrize(
    "code", ["teach_back", "book_follow_up", "pcp_summary", "find_pcp", "medication_reconciliation"]
)
def test_other_work_may_be_done_before_the_discharge(code: str) -> None:
    check_time(code, AT - timedelta(days=1), discharged_at=AT, now=LATER)


def test_what_is_done_now_is_taken_where_the_hospitals_clock_runs_before_ours() -> None:
    check_time("home_visit", AT, discharged_at=LATER, now=AT)


@pytest.mark.parametrize(
    ("number", "shown"),
    [("(212) 555-0142", "(***) ***-0142"), ("0142", "0142"), ("", ""), ("+1 5", "+1 5")],
)
def test_a_masked_number_shows_its_last_four_digits(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_completing_again_with_another_outcome_is_refused() -> None:
    completed = perform(wish(Deed.COMPLETED), task(), AT)
    other = Wish(Deed.COMPLETED, NORA, None, ending("book_follow_up", "readmitted", ""))
    with pytest.raises(TaskIsClosed):
        perform(other, completed, AT)


def test_a_stale_version_is_told_how_the_task_stands() -> None:
    with pytest.raises(TaskHasChanged) as refused:
        perform(wish(Deed.CLAIMED, seen=2), task(), AT)
    assert refused.value.task.version == 3


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("outcome", ATTEMPTS)
def test_an_attempt_does_not_finish_a_task(code: str, outcome: Outcome) -> None:
    with pytest.raises(OutcomeNotAllowed, match="attempt"):
        ending(code, outcome, "")


@pytest.mark.parametrize("code", CODES)
def test_every_task_may_end_because_the_patient_cannot_be_followed(code: str) -> None:
    for outcome in ("refused", "readmitted", "deceased", "facility"):
        assert ending(code, outcome, " they said so ").note == "they said so"


def test_a_refusal_needs_words() -> None:
    with pytest.raises(NoteNeeded):
        ending("home_visit", "refused", "  ")


def test_a_contact_says_who_was_reached() -> None:
    assert ending("initial_contact", "reached-caregiver", "").outcome == "reached-caregiver"
    with pytest.raises(OutcomeNotAllowed):
        ending("initial_contact", "done", "")


@pytest.mark.parametrize(
    ("role", "sees", "works"),
    [
        ("nurse", True, True),
        ("pharmacist", True, True),
        ("coordinator", True, True),
        ("provider", True, False),
        ("integration", True, False),
        ("ops", False, False),
        ("admin", False, False),
    ],
)
def test_roles_see_and_work_what_is_theirs(role: str, sees: bool, works: bool) -> None:  # noqa: FBT001 - a table
    person = Person("someone", "Some One", role)
    assert (person.may_see, person.may_work) == (sees, works)
