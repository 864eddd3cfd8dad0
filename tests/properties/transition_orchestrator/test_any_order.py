"""Whatever order messages arrive in, how often and in what batches: the end is the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.transition_orchestrator_fakes import (
    MemoryLedgers,
    delivered,
    following,
    message_deliveries,
    said,
)

from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.transitions import Reason, task_id_of
from transition_orchestrator.follow_encounters import Completion

FIRST = datetime.fromisoformat("2026-06-01T08:00:00-04:00")
NOW = "2026-06-20T00:00:00Z"
CLASSES = ("inpatient", "emergency", "outpatient", "observation")
ABOUT_VISITS = [kind for kind in MessageKind if kind is not MessageKind.PATIENT_MERGED]


@st.composite
def histories(draw: st.DrawFn) -> list[Message]:
    """Up to eight messages over up to three visits of up to two patients, in the order sent."""
    owners = draw(st.fixed_dictionaries({v: st.sampled_from("AB") for v in ("V1", "V2", "V3")}))
    messages: list[Message] = []
    for number in range(draw(st.integers(1, 8))):
        at = FIRST + timedelta(hours=7 * number)
        kind = draw(st.sampled_from([*ABOUT_VISITS, MessageKind.DISCHARGED, *MessageKind]))
        if kind is MessageKind.PATIENT_MERGED:
            survivor, prior = draw(st.permutations("AB"))
            messages.append(
                said(
                    kind,
                    at.isoformat(),
                    event_id=f"m{number}",
                    visit=None,
                    mrn=survivor,
                    prior=prior,
                )
            )
        else:
            visit = draw(st.sampled_from(sorted(owners)))
            messages.append(draw(about_a_visit(kind, at, f"m{number}", visit, owners[visit])))
    return messages


@st.composite
def about_a_visit(
    draw: st.DrawFn, kind: MessageKind, at: datetime, event_id: str, visit: str, mrn: str
) -> Message:
    facts: dict[str, Any] = {"encounter_class": draw(st.sampled_from(CLASSES))}
    if kind in (MessageKind.ADMITTED, MessageKind.REGISTERED):
        facts["admitted_at"] = at.isoformat()
    if kind in (MessageKind.DISCHARGED, MessageKind.UPDATED):
        facts["disposition"] = draw(st.sampled_from(("01", "03", "07", "20", "02", None)))
    if kind is MessageKind.DISCHARGED:
        facts["discharged_at"] = (at - timedelta(minutes=5)).isoformat()
    dies = draw(st.integers(0, 9)) == 0
    person = {"deceased": True} if dies else {"family_name": event_id}
    return said(
        kind, at.isoformat(), event_id=event_id, visit=visit, mrn=mrn, person=person, **facts
    )


async def end_of(batches: Sequence[Sequence[Message]]) -> list[Any]:
    ledgers = MemoryLedgers()
    follow = following(ledgers, NOW)
    for batch in batches:
        await follow.follow(message_deliveries(batch))
    transitions = [
        (
            one.view.visit,
            one.view.kind,
            one.view.state,
            one.view.reason,
            one.view.flags,
            one.view.patient,
            one.view.discharged_at,
            tuple((step.code, step.due_at) for step in one.view.steps if step.state == "planned"),
        )
        for one in ledgers.transitions
        if one.view.reason != Reason.NOT_CALLED_FOR  # a trace of what was known only for a while
    ]
    visits = [
        one.view
        for cluster in ledgers.clusters.values()
        for one in cluster.encounters.values()
        if one.view and one.view.continues_as is None
    ]
    return [sorted(transitions, key=str), sorted(visits, key=str)]


@settings(max_examples=60, deadline=None)
@given(histories(), st.data())
async def test_every_order_ends_the_same(history: list[Message], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(history))
    again = data.draw(st.lists(st.sampled_from(history), max_size=3))
    assert await end_of([[one] for one in history]) == await end_of(
        [[one] for one in [*shuffled, *again]]
    )


@settings(max_examples=15, deadline=None)
@given(histories(), st.integers(1, 8))
async def test_batches_make_no_difference(history: list[Message], size: int) -> None:
    batches = [history[start : start + size] for start in range(0, len(history), size)]
    assert await end_of([[one] for one in history]) == await end_of(batches)


@settings(max_examples=15, deadline=None)
@given(histories(), histories(), st.data())
async def test_work_that_was_done_survives_every_replan(
    first: list[Message], later: list[Message], data: st.DataObject
) -> None:
    ledgers = MemoryLedgers()
    follow = following(ledgers, NOW)
    await follow.follow(message_deliveries(first))
    planned = [
        (one.transition_id, step)
        for one in ledgers.transitions
        for step in one.view.steps
        if step.state == "planned"
    ]
    if not planned:
        return
    transition_id, step = data.draw(st.sampled_from(planned))
    await follow.follow([delivered(Completion(transition_id, step.code), "done")])
    renamed = [renumbered(message) for message in later]
    await follow.follow(message_deliveries(renamed))
    kept = next(one for one in ledgers.transitions if one.transition_id == transition_id)
    done = next(one for one in kept.view.steps if one.code == step.code)
    assert replace(done, corrected_opens_at=None, corrected_due_at=None) == step
    assert task_id_of(transition_id, step.code)


def renumbered(message: Message) -> Message:
    """The same message, sent later under an id of its own."""
    late = message.stamp.recorded_at + timedelta(days=4)
    return Message(
        stamp=type(message.stamp)(late, f"later-{message.stamp.event_id}"),
        kind=message.kind,
        site=message.site,
        patient=message.patient,
        visit=message.visit,
        prior=message.prior,
        occurred_at=message.occurred_at,
        patient_facts=message.patient_facts,
        visit_facts=message.visit_facts,
    )
