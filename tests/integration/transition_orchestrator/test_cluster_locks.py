"""Units of work that meet at one person, on a real PostgreSQL: none overwrites another's work."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Sequence

import pytest
from tests.support.transition_orchestrator_fakes import (
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)

from care_chassis.database import Database
from care_chassis.errors import TransientError
from transition_orchestrator.domain.messages import Message, MessageKind, PatientKey
from transition_orchestrator.domain.transitions import TransitionView
from transition_orchestrator.ports import Ledgers
from transition_orchestrator.store import PostgresLedgers

NOW = "2026-06-20T00:00:00Z"
ROUNDS = 12


@pytest.fixture
async def ledgers(make_database: Callable[[str], str]) -> AsyncGenerator[Ledgers]:
    async with Database(make_database("transition-orchestrator")) as database:
        yield PostgresLedgers(database)


def story(number: int) -> list[Message]:
    """One person under three numbers, whose messages come by different partitions."""
    first, second, third = (f"{name}{number}" for name in ("a", "b", "c"))
    visit = f"V{number}"
    return [
        said(
            MessageKind.ADMITTED,
            "2026-06-05T08:00:00-04:00",
            event_id=f"1-{number}",
            mrn=first,
            visit=visit,
            encounter_class="inpatient",
        ),
        said(
            MessageKind.DISCHARGED,
            "2026-06-10T13:05:00-04:00",
            event_id=f"2-{number}",
            mrn=second,
            visit=visit,
            encounter_class="inpatient",
            disposition="01",
            discharged_at="2026-06-10T13:00:00-04:00",
        ),
        said(
            MessageKind.PATIENT_MERGED,
            "2026-06-11T08:00:00-04:00",
            event_id=f"3-{number}",
            mrn=second,
            prior=first,
            visit=None,
        ),
        said(
            MessageKind.PATIENT_MERGED,
            "2026-06-12T08:00:00-04:00",
            event_id=f"4-{number}",
            mrn=third,
            prior=second,
            visit=None,
        ),
        said(
            MessageKind.ADMITTED,
            "2026-06-15T03:30:00-04:00",
            event_id=f"5-{number}",
            mrn=third,
            visit=f"{visit}-again",
            encounter_class="inpatient",
        ),
    ]


async def taken_in(ledgers: Ledgers, messages: Sequence[Message]) -> None:
    """Take in each message by itself, as a consumer does that was chosen as deadlock's victim."""
    for message in messages:
        while True:
            try:
                await following(ledgers, NOW).follow(message_deliveries([message]))
            except TransientError:
                continue
            break


async def views_of(ledgers: Ledgers, messages: Sequence[Message]) -> list[TransitionView]:
    keys = {PatientKey(message.patient.key) for message in messages}
    async with ledgers.open() as ledger:
        clusters = await ledger.gather(keys)
    (cluster,) = clusters
    return [one.view for one in cluster.transitions.values()]


async def test_messages_that_meet_at_one_person_end_as_if_they_had_queued(
    ledgers: Ledgers,
) -> None:
    chance = random.Random(7)
    for number in range(ROUNDS):
        messages = story(number)
        queued = MemoryLedgers()
        await taken_in(queued, messages)
        chance.shuffle(messages)
        async with asyncio.TaskGroup() as group:
            for message in messages:
                group.create_task(taken_in(ledgers, [message]))
        assert await views_of(ledgers, messages) == await views_of(queued, messages)


async def test_one_visit_under_two_new_numbers_at_once_is_one_visit(ledgers: Ledgers) -> None:
    for number in range(ROUNDS):
        messages = story(1000 + number)[:3]
        async with asyncio.TaskGroup() as group:
            for message in messages:
                group.create_task(taken_in(ledgers, [message]))
        (view,) = await views_of(ledgers, messages)
        assert (view.state, view.patient.mrn) == ("active", f"b{1000 + number}")
        assert view.risk.lace is not None  # the admission was not lost to the discharge
