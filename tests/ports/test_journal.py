"""What every journal does, the one in memory and the one in PostgreSQL alike."""

from collections.abc import AsyncGenerator, Callable
from datetime import date, timedelta
from typing import Protocol

import pytest
from tests.support.flow_monitor_fakes import NOON, RECEIVED, FakeJournal, entry

from care_chassis.database import Database
from flow_monitor.domain.journeys import IdKind
from flow_monitor.ports import Archive, Journal, Lists, MessageFilter
from flow_monitor.store import Store


class _Kept(Journal, Archive, Lists, Protocol):
    """All that is asked of a journal."""


@pytest.fixture(params=["memory", "postgresql"])
async def journal(request: pytest.FixtureRequest) -> AsyncGenerator[_Kept]:
    if request.param == "memory":
        yield FakeJournal()
        return
    make_database: Callable[[str], str] = request.getfixturevalue("make_database")
    async with Database(make_database("flow-monitor")) as database:
        async with database.transaction() as connection:
            await connection.execute("TRUNCATE journal, patient_merges, passed, transition_states")
        yield Store(database)


async def test_a_record_is_written_down_once_however_often_it_comes(journal: _Kept) -> None:
    first, second = entry(offset=1), entry(offset=2)
    assert await journal.append([first, first]) == 1
    assert await journal.append([first, second]) == 1
    assert [count.count for count in await journal.counts()] == [2]


async def test_an_empty_batch_changes_nothing(journal: _Kept) -> None:
    assert await journal.append([]) == 0
    assert await journal.counts() == []


async def test_a_control_id_leads_to_all_that_followed_from_its_message(journal: _Kept) -> None:
    await journal.append(
        [
            entry(RECEIVED, control_id="M1", site="GHH", correlation_id="c1"),
            entry("encounters.v1", control_id="M1", site="GHH", correlation_id="c1", after=1),
            entry("tasks.v1", site="GHH", correlation_id="c1", after=2),
            entry(RECEIVED, control_id="M1", site="PRH", correlation_id="c2", offset=1),
            entry(RECEIVED, control_id="M3", site="GHH", correlation_id="c3", offset=2),
        ]
    )
    assert await journal.correlations_of(IdKind.CONTROL_ID, "M1", "") == {"c1", "c2"}
    assert await journal.correlations_of(IdKind.CONTROL_ID, "M1", "GHH") == {"c1"}
    assert await journal.correlations_of(IdKind.CONTROL_ID, "M2", "") == set()
    topics = [seen.position.topic for seen in await journal.stations({"c1"}, 10)]
    assert topics == [RECEIVED, "encounters.v1", "tasks.v1"]


async def test_every_kind_of_id_finds_its_correlation(journal: _Kept) -> None:
    await journal.append(
        [
            entry(event_id="e1", correlation_id="c1", visit="V1", mrn="MR1", patient_key="p1"),
            entry("transitions.v1", correlation_id="c2", transition_id="t1", offset=1),
        ]
    )
    assert await journal.correlations_of(IdKind.EVENT_ID, "e1", "") == {"c1"}
    assert await journal.correlations_of(IdKind.VISIT, "V1", "") == {"c1"}
    assert await journal.correlations_of(IdKind.MRN, "MR1", "") == {"c1"}
    assert await journal.correlations_of(IdKind.TRANSITION_ID, "t1", "") == {"c2"}
    assert await journal.correlations_of(IdKind.CORRELATION_ID, "c2", "") == {"c2"}


@pytest.mark.parametrize("topic", ["appointments.v1", "results.v1", "documents.v1", "referrals.v1"])
async def test_a_statement_of_another_feed_is_found_by_person_visit_and_message(
    journal: _Kept, topic: str
) -> None:
    told = entry(
        topic, after=1, control_id="M1", visit="V1", mrn="MR1", patient_key="p1", site="GHH"
    )
    await journal.append([entry(RECEIVED, control_id="M1", site="GHH"), told])
    for kind, value in ((IdKind.CONTROL_ID, "M1"), (IdKind.VISIT, "V1"), (IdKind.MRN, "MR1")):
        assert await journal.correlations_of(kind, value, "GHH") == {"c1"}
    assert [seen.position.topic for seen in await journal.stations({"c1"}, 10)][-1] == topic


async def test_an_empty_id_finds_nothing(journal: _Kept) -> None:
    await journal.append([entry(correlation_id="c1")])
    for kind in IdKind:
        assert await journal.correlations_of(kind, "", "") == set()


async def test_a_number_that_was_merged_away_finds_the_survivor_and_back(journal: _Kept) -> None:
    await journal.append(
        [
            entry(offset=1, mrn="OLD", patient_key="p-old", correlation_id="c1", site="GHH"),
            entry(
                offset=2,
                mrn="NEW",
                patient_key="p-new",
                prior_mrn="OLD",
                prior_patient_key="p-old",
                correlation_id="c2",
                site="GHH",
            ),
            entry(offset=3, mrn="NEW", patient_key="p-new", correlation_id="c3", site="GHH"),
            entry(offset=4, mrn="OLD", patient_key="p-other", correlation_id="c4", site="PRH"),
        ]
    )
    everything = {"c1", "c2", "c3"}
    assert await journal.correlations_of(IdKind.MRN, "OLD", "GHH") == everything
    assert await journal.correlations_of(IdKind.MRN, "NEW", "GHH") == everything
    assert await journal.correlations_of(IdKind.MRN, "OLD", "PRH") == {"c4"}


async def test_merges_in_a_row_all_lead_to_one_person(journal: _Kept) -> None:
    await journal.append(
        [
            entry(
                offset=number,
                mrn=f"M{number}",
                patient_key=f"p{number}",
                prior_mrn=f"M{number - 1}",
                prior_patient_key=f"p{number - 1}",
                correlation_id=f"c{number}",
            )
            for number in (1, 2, 3)
        ]
    )
    # The first number never had an event of its own: only the merge knows it.
    assert await journal.correlations_of(IdKind.MRN, "M0", "") == {"c1", "c2", "c3"}


async def test_a_journey_includes_what_others_did_to_its_transition(journal: _Kept) -> None:
    await journal.append(
        [
            entry("transitions.v1", transition_id="t1", correlation_id="c1", outcome="active"),
            entry("transitions.v1", transition_id="t1", correlation_id="c2", after=5, offset=1),
            entry("tasks.v1", transition_id="t1", correlation_id="", after=6),
            entry("tasks.v1", transition_id="t2", correlation_id="c9", after=7, offset=1),
        ]
    )
    stations = await journal.stations({"c1"}, 10)
    assert [seen.correlation_id for seen in stations] == ["c1", "c2", ""]


async def test_of_too_many_stations_the_oldest_are_given(journal: _Kept) -> None:
    await journal.append([entry(offset=number, after=-number) for number in range(5)])
    stations = await journal.stations({"c1"}, 2)
    assert [seen.position.offset for seen in stations] == [4, 3]


async def test_messages_are_listed_newest_first_and_page_by_page(journal: _Kept) -> None:
    await journal.append([entry(RECEIVED, offset=number, after=number) for number in range(5)])
    first = await journal.messages(MessageFilter(most=3))
    assert [seen.position.offset for seen in first] == [4, 3, 2]
    rest = await journal.messages(MessageFilter(most=3, before=first[-1].position))
    assert [seen.position.offset for seen in rest] == [1, 0]


async def test_messages_are_listed_by_what_became_of_them(journal: _Kept) -> None:
    await journal.append(
        [
            entry(RECEIVED, offset=0, outcome="accepted", site="GHH", control_id="M1"),
            entry(RECEIVED, offset=1, outcome="quarantined", site="GHH", control_id="M2"),
            entry(RECEIVED, offset=2, outcome="accepted", site="PRH", after=60),
            entry("encounters.v1", offset=3, outcome="accepted"),
        ]
    )

    async def listed(wanted: MessageFilter) -> list[int]:
        return [seen.position.offset for seen in await journal.messages(wanted)]

    assert await listed(MessageFilter(verdict="quarantined")) == [1]
    assert await listed(MessageFilter(site="PRH")) == [2]
    assert await listed(MessageFilter(control_id="M1")) == [0]
    assert await listed(MessageFilter(since=NOON + timedelta(seconds=30))) == [2]


async def test_effects_count_distinct_events_and_leave_dead_letters_out(journal: _Kept) -> None:
    await journal.append(
        [
            entry(RECEIVED, correlation_id="c1"),
            entry(offset=1, type="encounter.admitted", event_id="e1", correlation_id="c1"),
            entry(offset=2, type="encounter.admitted", event_id="e1", correlation_id="c1"),
            entry("tasks.v1", offset=3, type="task.created", event_id="e2", correlation_id="c1"),
            entry("tasks.v1", offset=4, type="task.created", event_id="e3", correlation_id="c1"),
            entry("worklist.dead.v1", offset=5, type="task.created", outcome="dead"),
        ]
    )
    assert await journal.effects({"c1", "c2"}) == {
        "c1": {"encounter.admitted": 1, "task.created": 2}
    }


async def test_dead_letters_of_all_services_are_listed_newest_first(journal: _Kept) -> None:
    await journal.append(
        [
            entry("worklist.dead.v1", outcome="dead", reason="broken"),
            entry("notifier.dead.v1", outcome="dead", after=9),
            entry("encounters.v1", outcome="unreadable", after=10),
        ]
    )
    letters = await journal.dead_letters(None, 10)
    assert [seen.position.topic for seen in letters] == ["notifier.dead.v1", "worklist.dead.v1"]
    assert letters[1].facts.reason == "broken"
    rest = await journal.dead_letters(letters[0].position, 10)
    assert [seen.position.topic for seen in rest] == ["worklist.dead.v1"]


async def test_counts_are_kept_by_topic_site_and_outcome(journal: _Kept) -> None:
    await journal.append([entry(RECEIVED, offset=0, site="GHH", outcome="accepted")])
    await journal.append([entry(RECEIVED, offset=1, site="GHH", outcome="accepted", after=5)])
    await journal.append([entry(RECEIVED, offset=2, outcome="quarantined")])
    counts = [(count.site, count.outcome, count.count) for count in await journal.counts()]
    assert counts == [("", "quarantined", 1), ("GHH", "accepted", 2)]
    assert (await journal.counts())[1].last_at == NOON + timedelta(seconds=5)


async def test_a_transition_is_open_by_its_newest_version(journal: _Kept) -> None:
    def said(transition_id: str, version: int, outcome: str, offset: int) -> None:
        entries.append(
            entry(
                "transitions.v1",
                offset=offset,
                site="GHH",
                transition_id=transition_id,
                version=version,
                outcome=outcome,
            )
        )

    entries = [entry("tasks.v1", transition_id="t1", outcome="requested", site="GHH")]
    said("t1", 2, "voided", 1)
    said("t1", 1, "active", 2)
    said("t2", 1, "active", 3)
    said("t3", 1, "provisional", 4)
    await journal.append(entries)
    assert await journal.open_transitions() == {"GHH": 2}


async def test_months_are_prepared_once_and_dropped_whole(
    make_database: Callable[[str], str],
) -> None:
    async with Database(make_database("flow-monitor")) as database:
        store = Store(database)
        long_ago = entry(after=-400 * 86400, offset=77, site="OLD")
        await store.append([long_ago])
        for _ in range(2):
            await store.prepare(date(2025, 4, 27))
        assert await store.append([long_ago]) == 0, "it moved into its month's part"
        assert await store.drop_before(date(2025, 4, 1)) == 0
        assert await store.drop_before(date(2025, 5, 1)) == 1
        assert await store.append([long_ago]) == 1, "it went with its month"
