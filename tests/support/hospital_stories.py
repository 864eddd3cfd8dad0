"""Stories as a hospital sends them: HL7 in, and what comes of it, in every order."""

from collections.abc import Sequence
from datetime import datetime
from itertools import permutations
from typing import Any, Final

from tests.support.adt_ingest_fakes import ORIGIN, RECEIVED_AT, SECRET, FakeSites, good_health
from tests.support.hl7_builders import DELETE, adt, hl7_time
from tests.support.transition_orchestrator_fakes import (
    NEW_YORK,
    MemoryLedgers,
    deliveries,
    following,
)

from adt_ingest.domain.framing import Frame
from adt_ingest.domain.judgement import ACCEPTED, judge
from adt_ingest.records import Receipt, Records
from care_chassis.consumption import Delivery
from transition_orchestrator.follow_encounters import News

SITES: Final = FakeSites([good_health(code=NEW_YORK)])
NOW: Final = "2026-06-20T00:00:00Z"


def news_of(data: bytes) -> list[Delivery[News]]:
    """The news of a message, as it comes to the orchestrator."""
    judgement = judge(Frame(data), SITES.find, RECEIVED_AT, ORIGIN)
    assert judgement.verdict == ACCEPTED
    receipt = Receipt.of(judgement, received_at=RECEIVED_AT, origin=ORIGIN)
    _, *events = Records(secret=SECRET).of(receipt)
    return deliveries(events)


def sent(trigger: str, recorded_at: str, /, *, mrg: str = "", **fields: Any) -> bytes:
    """A message of the series' shape: `06-10 13:05` is that time of 2026 in the facility's zone.

    `mrg` is MRG whole.
    """
    said: dict[str, Any] = {
        "sending_facility": NEW_YORK,
        "control_id": f"{trigger}-{recorded_at}-{fields.get('visit', '')}",
        "sent_at": hl7(recorded_at),
        "recorded_at": hl7(recorded_at),
        "admitted_at": None,
        "diagnoses": (),
    }
    if mrg:
        said["segments"] = (f"MRG|{mrg}",)
    for name in ("occurred_at", "admitted_at", "discharged_at", "died_at"):
        if text := fields.get(name):
            fields[name] = hl7(text)
    return adt(trigger, **said | fields)


def hl7(text: str) -> str:
    """`06-10 13:05` as HL7 writes it; the delete indicator as it is."""
    if text == DELETE:
        return text
    return hl7_time(datetime.fromisoformat(f"2026-{text}"))


async def told(messages: Sequence[bytes], now: str = NOW) -> MemoryLedgers:
    ledgers = MemoryLedgers()
    follow = following(ledgers, now)
    for message in messages:
        await follow.follow(news_of(message))
    return ledgers


def transitions_of(ledgers: MemoryLedgers) -> list[str]:
    """`visit kind state reason flags` of each."""
    return sorted(
        " ".join(
            [
                one.view.visit,
                one.view.kind,
                one.view.state,
                *([one.view.reason] if one.view.reason else []),
                *one.view.flags,
            ]
        )
        for one in ledgers.transitions
        if not one.is_retracted
    )


def visits_of(ledgers: MemoryLedgers) -> dict[str, Any]:
    """The visits that go on under no other number, by their own."""
    return {
        one.encounter.visit: one.view
        for cluster in ledgers.clusters.values()
        for one in cluster.encounters.values()
        if one.view and one.view.continues_as is None
    }


def statuses_of(ledgers: MemoryLedgers) -> dict[str, str]:
    """`visit: status [after index]`."""
    return {
        visit: f"{view.status}{f' after {view.readmission_of}' if view.readmission_of else ''}"
        for visit, view in sorted(visits_of(ledgers).items())
    }


async def in_every_order(
    messages: Sequence[bytes], now: str = NOW
) -> tuple[list[str], dict[str, str]]:
    """How they end, which must be the same whatever their order."""
    ends = [
        (transitions_of(ledgers), statuses_of(ledgers))
        for order in permutations(messages)
        for ledgers in [await told(order, now)]
    ]
    assert all(end == ends[0] for end in ends)
    return ends[0]
