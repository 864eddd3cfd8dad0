"""What people may do with a task, whoever does whatever in whichever order."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worklist.domain.outcomes import Outcome, OutcomeNotAllowed, ending, outcomes_for
from worklist.domain.people import Person
from worklist.domain.tasks import NOTHING_DONE, Step, Task, TaskId, TaskState, TransitionId
from worklist.domain.work import Deed, Wish, WorkRefused, perform

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 13, tzinfo=UTC)
NORA = Person("nora", "Nora Field", "nurse")
PAUL = Person("paul", "Paul Marsh", "nurse")
DONE = ending("book_follow_up", "done", "")
CODES = ("initial_contact", "home_visit", "medication_reconciliation", "find_pcp", "coach_call_2")
STEP = Step(
    task_id=TaskId(UUID(int=7)), code="book_follow_up", title="Book", role="coordinator", due_at=AT
)
deeds = st.tuples(st.sampled_from(list(Deed)), st.sampled_from([NORA, PAUL]))


@given(st.lists(deeds, max_size=12))
def test_a_task_never_has_two_owners_and_never_comes_back_once_done(
    attempts: list[tuple[Deed, Person]],
) -> None:
    stands = Task(TransitionId(UUID(int=1)), "GHH", "key", "trace", 3, STEP, NOTHING_DONE, AT)
    for deed, person in attempts:
        before = stands
        wish = Wish(deed, person, None, DONE if deed is Deed.COMPLETED else None)
        try:
            stands = perform(wish, before, LATER)
        except WorkRefused:
            continue
        if before.state is TaskState.COMPLETED:
            assert stands is before
        if before.work.owner not in (None, person.subject):
            assert stands is before


@given(st.sampled_from(CODES), st.sampled_from([*Outcome, "", "Done", "nonsense"]))
def test_every_outcome_is_either_an_ending_or_refused_with_the_ones_that_are(
    code: str, outcome: str
) -> None:
    if outcome in outcomes_for(code):
        assert ending(code, outcome, "because").outcome == outcome
        return
    with pytest.raises(OutcomeNotAllowed) as refused:
        ending(code, outcome, "because")
    assert refused.value.allowed == outcomes_for(code)
