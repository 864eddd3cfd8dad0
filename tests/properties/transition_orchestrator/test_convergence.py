"""Every order of arrival, with duplicates, ends in the same transitions, tasks and due instants."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.transition_histories import EXAMPLES, Clusters, after, end_of, histories

from transition_orchestrator.domain.messages import Message


def ends_of_every_order(messages: Sequence[Message], so_far: Clusters) -> Iterator[Any]:
    """The end of every permutation; what permutations have in common is reckoned once."""
    if not messages:
        yield end_of(so_far)
    for place, message in enumerate(messages):
        rest = [*messages[:place], *messages[place + 1 :]]
        yield from ends_of_every_order(rest, after(so_far, [message]))


def in_turn(messages: Sequence[Message]) -> Any:
    clusters: Clusters = ()
    for message in messages:
        clusters = after(clusters, [message])
    return end_of(clusters)


@settings(max_examples=EXAMPLES or 60, deadline=None)
@given(histories(most=4))
def test_every_order_of_a_few_messages_ends_the_same(history: list[Message]) -> None:
    for one, other in pairwise(ends_of_every_order(history, ())):
        assert one == other


@settings(max_examples=EXAMPLES or 100, deadline=None)
@given(histories(most=12), st.data())
def test_many_messages_shuffled_and_repeated_end_the_same(
    history: list[Message], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(history))
    again = data.draw(st.lists(st.sampled_from(history), max_size=4))
    assert in_turn(history) == in_turn([*shuffled, *again])
