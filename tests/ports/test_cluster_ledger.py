"""One suite for the ledger of clusters: the fake and PostgreSQL must not differ."""

from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import (
    MODELS,
    NEW_YORK,
    FakeScorer,
    FakeSites,
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)

from care_chassis.database import Database
from care_chassis.events import OutgoingEvent
from transition_orchestrator.domain.cluster import Cluster
from transition_orchestrator.domain.messages import MessageKind, PatientKey
from transition_orchestrator.domain.risk import RiskRules
from transition_orchestrator.domain.scoring import Scorer
from transition_orchestrator.ports import Ledgers
from transition_orchestrator.store import PostgresLedgers

NOW = datetime(2026, 6, 11, tzinfo=UTC)
ADMITTED = said(
    MessageKind.ADMITTED,
    "2026-06-05T08:00:00-04:00",
    encounter_class="inpatient",
    admitted_at="2026-06-05T07:40:00-04:00",
    diagnoses=[{"code": "I50.9", "system": "I10", "text": "", "kind": "F"}],
    person={"family_name": "Example", "given_name": None, "phones": ["555-0101"]},
)
DISCHARGED = said(
    MessageKind.DISCHARGED,
    "2026-06-10T13:05:00-04:00",
    encounter_class="inpatient",
    disposition="01",
    discharged_at="2026-06-10T13:00:00-04:00",
)
MERGED = said(
    MessageKind.PATIENT_MERGED, "2026-06-10T14:00:00-04:00", visit=None, mrn="new", prior="MR1001"
)


@pytest.fixture(params=["memory", "postgres"])
async def reopen(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> AsyncGenerator[Callable[[], Ledgers]]:
    """Opens what is kept, as a program that was started anew would."""
    if request.param == "memory":
        memory = MemoryLedgers()
        yield lambda: memory
        return
    async with Database(make_database("transition-orchestrator")) as database:
        async with database.transaction() as connection:
            await connection.execute("TRUNCATE persons, encounters, transitions, inbox, outbox")
        yield lambda: PostgresLedgers(database)


@pytest.fixture
def ledgers(reopen: Callable[[], Ledgers]) -> Ledgers:
    return reopen()


async def all_of(ledgers: Ledgers) -> Sequence[Cluster]:
    async with ledgers.open() as ledger:
        return await ledger.gather([PatientKey("key-MR1001"), PatientKey("key-new")])


async def test_an_empty_ledger_gives_nothing(ledgers: Ledgers) -> None:
    assert list(await all_of(ledgers)) == []


async def test_what_is_kept_is_given_back_without_loss(
    ledgers: Ledgers, reopen: Callable[[], Ledgers]
) -> None:
    memory = MemoryLedgers()
    for kept in (memory, ledgers):
        await following(kept).follow(message_deliveries([ADMITTED, DISCHARGED]))
    for kept in (ledgers, reopen()):
        assert list(await all_of(kept)) == list(memory.clusters.values())


@pytest.mark.parametrize("scorer", [*MODELS.values(), FakeScorer()], ids=[*MODELS, "fake"])
async def test_a_prediction_is_given_back_with_all_that_it_is_made_of(
    scorer: Scorer, ledgers: Ledgers, reopen: Callable[[], Ledgers]
) -> None:
    memory, sites = MemoryLedgers(), FakeSites(RiskRules(scorer=scorer))
    for kept in (memory, ledgers):
        await following(kept, sites=sites).follow(message_deliveries([ADMITTED, DISCHARGED]))
    assert memory.transitions[0].view.risk.prediction
    for kept in (ledgers, reopen()):
        assert list(await all_of(kept)) == list(memory.clusters.values())


async def test_an_event_is_unseen_once(ledgers: Ledgers) -> None:
    async with ledgers.open() as ledger:
        assert await ledger.unseen(["a", "b", "a"], NOW) == {"a", "b"}
    async with ledgers.open() as ledger:
        assert await ledger.unseen(["b", "c"], NOW) == {"c"}


async def test_a_unit_of_work_that_fails_leaves_no_trace(ledgers: Ledgers) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail_in_the_middle(ledgers)
    async with ledgers.open() as ledger:
        assert await ledger.unseen(["a"], NOW) == {"a"}


async def fail_in_the_middle(ledgers: Ledgers) -> None:
    async with ledgers.open() as ledger:
        await ledger.unseen(["a"], NOW)
        await ledger.announce([an_event()])
        raise ZeroDivisionError


def an_event() -> OutgoingEvent:
    facts: dict[str, Any] = dict.fromkeys(("topic", "key", "event_id", "type", "source"), "x")
    return OutgoingEvent(subject="x", time=NOW, data=b"{}", **facts)


async def test_clusters_that_are_joined_become_one(ledgers: Ledgers) -> None:
    other = said(MessageKind.ADMITTED, "2026-06-09T08:00:00-04:00", mrn="new", visit="V2")
    follow = following(ledgers)
    await follow.follow(message_deliveries([ADMITTED, other]))
    assert len(await all_of(ledgers)) == 2
    await follow.follow(message_deliveries([MERGED, DISCHARGED]))
    (joined,) = await all_of(ledgers)
    assert set(joined.records) == {"key-MR1001", "key-new"}
    assert {number.visit_key for number in joined.encounters} == {"key-V1", "key-V2"}
    (transition,) = joined.transitions.values()
    assert transition.view.patient.mrn == "new"
    assert transition.view.patient.former_mrns == ("MR1001",)


async def test_open_transitions_are_found_when_their_period_has_ended(ledgers: Ledgers) -> None:
    await following(ledgers).follow(message_deliveries([ADMITTED, DISCHARGED]))
    async with ledgers.open() as ledger:
        assert await ledger.to_close(NOW, 10, [NEW_YORK]) == []
        late = datetime(2026, 7, 11, tzinfo=UTC)
        (found,) = await ledger.to_close(late, 10, [NEW_YORK])
        (cluster,) = await ledger.gather((), [found])
        assert found in cluster.transitions
    assert await following(ledgers, "2026-07-11T00:00:00Z").close_ended(10) == 1
    async with ledgers.open() as ledger:
        assert await ledger.to_close(late, 10, [NEW_YORK]) == []


async def test_a_site_that_is_not_asked_for_is_left_alone(ledgers: Ledgers) -> None:
    elsewhere = said(
        MessageKind.DISCHARGED,
        "2026-06-01T13:05:00-04:00",
        site="America/Denver",
        mrn="denver",
        visit="V9",
        encounter_class="inpatient",
        disposition="01",
    )
    await following(ledgers).follow(message_deliveries([ADMITTED, DISCHARGED, elsewhere]))
    late = datetime(2026, 7, 20, tzinfo=UTC)
    async with ledgers.open() as ledger:
        assert len(await ledger.to_close(late, 1, [NEW_YORK])) == 1
        assert len(await ledger.to_close(late, 9, [NEW_YORK, "America/Denver"])) == 2
        assert await ledger.to_close(late, 9, []) == []
