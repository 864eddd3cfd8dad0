"""Every order of arrival, with duplicates, ends in the same transitions, tasks and due instants."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.transition_histories import (
    EXAMPLES,
    FIRST,
    PATIENTS,
    Clusters,
    after,
    end_of,
    histories,
    planned_steps,
)
from tests.support.transition_orchestrator_fakes import named, said

from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.plan import Step


def ends_of_every_order(messages: Sequence[Message], so_far: Clusters = ()) -> Iterator[Any]:
    """The end of every permutation; what permutations have in common is reckoned once."""
    if not messages:
        yield end_of(so_far)
    for place, message in enumerate(messages):
        rest = [*messages[:place], *messages[place + 1 :]]
        yield from ends_of_every_order(rest, after(so_far, [message]))


def in_batches(batches: Sequence[Sequence[Message]]) -> Clusters:
    clusters: Clusters = ()
    for batch in batches:
        clusters = after(clusters, batch)
    return clusters


def one_by_one(messages: Sequence[Message]) -> Clusters:
    return in_batches([[message] for message in messages])


@settings(max_examples=EXAMPLES or 100, deadline=None)
@given(histories(most=4))
def test_every_order_of_a_few_messages_ends_the_same(history: list[Message]) -> None:
    for one, other in pairwise(ends_of_every_order(history)):
        assert one == other


@settings(max_examples=EXAMPLES // 20 or 12, deadline=None)
@given(histories(least=5, most=6))
def test_every_order_of_six_messages_ends_the_same(history: list[Message]) -> None:
    for one, other in pairwise(ends_of_every_order(history)):
        assert one == other


@settings(max_examples=EXAMPLES or 150, deadline=None)
@given(histories(least=4, most=12), st.data())
def test_many_messages_shuffled_and_repeated_end_the_same(
    history: list[Message], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(history))
    again = data.draw(st.lists(st.sampled_from(history), max_size=4))
    assert end_of(one_by_one(history)) == end_of(one_by_one([*shuffled, *again]))


@settings(max_examples=EXAMPLES or 50, deadline=None)
@given(histories(least=4, most=12), st.integers(2, 6))
def test_batches_make_no_difference(history: list[Message], size: int) -> None:
    batches = [history[start : start + size] for start in range(0, len(history), size)]
    assert end_of(one_by_one(history)) == end_of(in_batches(batches))


@settings(max_examples=EXAMPLES or 150, deadline=None)
@given(histories(least=3, most=10), st.data())
def test_work_done_in_between_survives_and_changes_nothing_else(
    history: list[Message], data: st.DataObject
) -> None:
    clusters: Clusters = ()
    done: dict[tuple[UUID, str], Step] = {}
    for message in data.draw(st.permutations(history)):
        clusters = after(clusters, [message])
        planned = planned_steps(clusters)
        if planned and data.draw(st.booleans()):
            transition_id, step = data.draw(st.sampled_from(planned))
            done.setdefault((transition_id, step.code), step)
            clusters = after(clusters, (), [(transition_id, step.code)])
    for (transition_id, _), step in done.items():
        assert step in kept_steps(clusters, transition_id)
    worked, untouched = end_of(clusters)["transitions"], end_of(one_by_one(history))["transitions"]
    for one in untouched:
        assert one in worked or any(is_the_same(one, other) for other in worked)
    for one in worked:
        assert one["done"] or one in untouched


@settings(max_examples=EXAMPLES or 60, deadline=None)
@given(histories(least=4, most=12), st.data())
def test_patients_whom_nothing_ties_end_as_if_each_were_alone(
    history: list[Message], data: st.DataObject
) -> None:
    untied = [replace(one, prior=None) for one in history]
    alone = [
        end_of(one_by_one([one for one in untied if one.patient.mrn == mrn])) for mrn in PATIENTS
    ]
    together = end_of(one_by_one(data.draw(st.permutations(untied))))
    for part, found in together.items():
        assert found == sorted((one for end in alone for one in end[part]), key=str)


@settings(max_examples=EXAMPLES or 60, deadline=None)
@given(histories(least=4, most=10), st.data())
def test_a_person_of_several_numbers_has_the_visits_of_one(
    history: list[Message], data: st.DataObject
) -> None:
    of_one = [
        replace(one, patient=named("P"), prior=None)
        for one in history
        if one.kind not in (MessageKind.PATIENT_MERGED, MessageKind.PATIENT_DELETED)
    ]
    of_many = [replace(one, patient=named(data.draw(st.sampled_from(PATIENTS)))) for one in of_one]
    merges = [merge_of(mrn) for mrn in PATIENTS if mrn != "P"]
    found = end_of(one_by_one(data.draw(st.permutations([*of_many, *merges]))))
    wanted = end_of(one_by_one([*of_one, *merges]))
    assert found["transitions"] == wanted["transitions"]
    assert found["visits"] == wanted["visits"]


def merge_of(mrn: str) -> Message:
    at = FIRST.isoformat()
    return said(
        MessageKind.PATIENT_MERGED, at, event_id=f"merge-{mrn}", visit=None, mrn="P", prior=mrn
    )


def kept_steps(clusters: Clusters, transition_id: UUID) -> list[Step]:
    """The steps of a transition as they were when they were done, whatever was corrected since."""
    known = {key: one for cluster in clusters for key, one in cluster.transitions.items()}
    assert not known[transition_id].is_retracted
    return [
        replace(step, corrected_opens_at=None, corrected_due_at=None)
        for step in known[transition_id].view.steps
    ]


def is_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the other is the same follow-up, after somebody worked on it."""
    names = ("visit", "kind", "discharged_at", "patient", "clocks", "disposition")
    return bool(other["done"]) and all(one[name] == other[name] for name in names)
