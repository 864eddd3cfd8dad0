"""The story of one patient in June 2026, message by message, and how it ends in every order."""

from collections.abc import Sequence
from datetime import UTC
from itertools import permutations
from typing import Any

from tests.support.transition_orchestrator_fakes import (
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)

from transition_orchestrator.domain.merging import Json
from transition_orchestrator.domain.messages import Message, MessageKind

NOW = "2026-06-20T00:00:00Z"
INPATIENT: dict[str, Any] = {"encounter_class": "inpatient"}


def admitted(at: str = "2026-06-05T08:00:00-04:00", **more: Any) -> Message:
    facts: dict[str, Any] = {**INPATIENT, "admitted_at": at, **more}
    return said(MessageKind.ADMITTED, at, **facts)


def discharged(
    recorded_at: str = "2026-06-10T13:05:00-04:00",
    *,
    at: str = "2026-06-10T13:00:00-04:00",
    disposition: Json = "01",
    **more: Any,
) -> Message:
    facts: dict[str, Any] = {**INPATIENT, "disposition": disposition, "discharged_at": at, **more}
    return said(MessageKind.DISCHARGED, recorded_at, **facts)


def updated(recorded_at: str, **more: Any) -> Message:
    return said(MessageKind.UPDATED, recorded_at, **more)


def cancelled(
    recorded_at: str,
    kind: MessageKind = MessageKind.DISCHARGE_CANCELLED,
    at: str | None = None,
    **more: Any,
) -> Message:
    return said(kind, recorded_at, occurred_at=at, **{**INPATIENT, **more})


def merged(recorded_at: str, prior: str, survivor: str) -> Message:
    return said(MessageKind.PATIENT_MERGED, recorded_at, visit=None, mrn=survivor, prior=prior)


async def told(messages: Sequence[Message], now: str = NOW) -> MemoryLedgers:
    ledgers = MemoryLedgers()
    follow = following(ledgers, now)
    for message in messages:
        await follow.follow(message_deliveries([message]))
    return ledgers


async def in_every_order(*messages: Message, now: str = NOW) -> list[tuple[Any, ...]]:
    """The transitions the messages end in, which must be the same whatever their order."""
    ends = [outline(await told(order, now)) for order in permutations(messages)]
    assert all(end == ends[0] for end in ends)
    return ends[0]


def outline(ledgers: MemoryLedgers) -> list[tuple[Any, ...]]:
    return sorted(
        (
            one.view.visit,
            one.view.discharged_at.astimezone(UTC).isoformat()[5:16],
            one.view.kind.value,
            one.view.state.value,
            one.view.reason and one.view.reason.value,
            tuple(one.view.flags),
        )
        for one in ledgers.transitions
        if not one.is_retracted
    )


def visit_of(ledgers: MemoryLedgers, visit: str = "V1") -> Any:
    return next(
        one.view
        for cluster in ledgers.clusters.values()
        for one in cluster.encounters.values()
        if one.encounter.visit == visit
    )
