"""Whatever order results arrive in, the same value counts: the last taken before the discharge."""

from datetime import datetime, timedelta
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.transition_orchestrator_fakes import said

from transition_orchestrator.domain.encounter import Encounter
from transition_orchestrator.domain.labs import SODIUM, last_reading
from transition_orchestrator.domain.merging import Json
from transition_orchestrator.domain.messages import Message, MessageKind, PatientKey, VisitKey

FIRST = datetime.fromisoformat("2026-06-01T08:00:00+00:00")
DISCHARGED_AT = FIRST + timedelta(hours=10)


@st.composite
def results(draw: st.DrawFn) -> list[Message]:
    """Up to twelve words on values taken in up to fifteen hours."""
    messages: list[Message] = []
    for number in range(draw(st.integers(1, 12))):
        reading: Json = {
            "observed_at": (FIRST + timedelta(hours=draw(st.integers(0, 15)))).isoformat(),
            "number": draw(st.integers(120, 150)),
            "unit": "mmol/L",
            "status": draw(st.sampled_from(("final", "corrected", "preliminary", "cancelled"))),
        }
        recorded = FIRST + timedelta(days=1, hours=number)
        kind = MessageKind.RESULT_REPORTED
        messages.append(said(kind, recorded.isoformat(), event_id=f"r{number}", sodium=[reading]))
    return messages


def visit_after(messages: list[Message]) -> Encounter:
    encounter = Encounter(VisitKey("v"), PatientKey("p"), visit="V1", site="GHH")
    for message in messages:
        encounter = encounter.after(message)
    return encounter


@settings(max_examples=100, deadline=None)
@given(results(), st.data())
def test_every_order_of_results_ends_in_the_same_value(
    messages: list[Message], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(messages))
    again = data.draw(st.lists(st.sampled_from(messages), max_size=3))
    found = last_reading(visit_after(messages).facts, SODIUM, DISCHARGED_AT)
    assert found == last_reading(visit_after([*shuffled, *again]).facts, SODIUM, DISCHARGED_AT)
    assert found is None or found.observed_at <= DISCHARGED_AT


@settings(max_examples=50, deadline=None)
@given(results())
def test_the_value_is_the_last_word_on_the_last_that_was_taken(messages: list[Message]) -> None:
    words: dict[str, tuple[str, int]] = {}
    for message in messages:
        (reading,) = cast("list[dict[str, Any]]", message.visit_facts["sodium"])
        words[reading["observed_at"]] = (reading["status"], reading["number"])
    standing = {
        at: number
        for at, (status, number) in words.items()
        if status in ("final", "corrected") and datetime.fromisoformat(at) <= DISCHARGED_AT
    }
    found = last_reading(visit_after(messages).facts, SODIUM, DISCHARGED_AT)
    assert (found and found.value) == (standing[max(standing)] if standing else None)
