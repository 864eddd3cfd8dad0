"""How a journey is put together, and how it is found."""

from tests.support.flow_monitor_fakes import RECEIVED, FakeJournal, entry, sighting_of

from flow_monitor.domain.journeys import IdKind, Wanted, trace
from flow_monitor.find_journeys import MOST_STATIONS, FindJourneys


async def journal_of_a_discharge() -> FakeJournal:
    journal = FakeJournal()
    await journal.append(
        [
            entry(RECEIVED, control_id="M1", mrn="", site="GHH", event_id="r1"),
            entry(RECEIVED, control_id="M1", site="GHH", event_id="r1", offset=1, after=0.5),
            entry("encounters.v1", control_id="M1", mrn="MR1", patient_key="p1", after=0.1),
            entry("transitions.v1", transition_id="t1", after=0.2, outcome="active"),
            entry("tasks.v1", transition_id="t1", correlation_id="", after=9, outcome="completed"),
            entry(RECEIVED, control_id="M2", correlation_id="c2", offset=9),
        ]
    )
    return journal


async def test_a_journey_tells_each_station_and_how_far_it_is_from_the_wire() -> None:
    finding = FindJourneys(archive=await journal_of_a_discharge())
    journey = await finding.find(Wanted({IdKind.CONTROL_ID: "M1"}))
    told = [(one.sighting.position.topic, one.lag_seconds) for one in journey.stations]
    assert told == [
        (RECEIVED, 0.0),
        ("encounters.v1", 0.1),
        ("transitions.v1", 0.2),
        (RECEIVED, 0.5),
        ("tasks.v1", None),
    ]
    assert journey.correlation_ids == ["c1"]
    assert journey.transition_ids == ["t1"]
    assert not journey.truncated


async def test_what_comes_again_is_marked_as_repeated() -> None:
    finding = FindJourneys(archive=await journal_of_a_discharge())
    journey = await finding.find(Wanted({IdKind.CONTROL_ID: "M1"}))
    assert [one.repeated for one in journey.stations] == [False, False, False, True, False]


def test_within_one_millisecond_what_causes_comes_first() -> None:
    names = ("notifications.v1", "tasks.v1", "encounters.v1", "transitions.v1", RECEIVED)
    journal = [sighting_of(entry(name)) for name in names]
    told = [one.sighting.position.topic for one in trace(journal).stations]
    assert told == [RECEIVED, "encounters.v1", "transitions.v1", "tasks.v1", "notifications.v1"]


async def test_a_journey_must_fit_all_ids_that_are_given() -> None:
    finding = FindJourneys(archive=await journal_of_a_discharge())
    fits = Wanted({IdKind.CONTROL_ID: "M1", IdKind.MRN: "MR1"}, site="GHH")
    assert not (await finding.find(fits)).stations, "the encounter event here has no site"
    both = Wanted({IdKind.CONTROL_ID: "M1", IdKind.MRN: "MR1"})
    assert (await finding.find(both)).stations
    contradiction = Wanted({IdKind.CONTROL_ID: "M2", IdKind.MRN: "MR1"})
    assert not (await finding.find(contradiction)).stations


async def test_a_journey_without_end_is_cut_and_says_so() -> None:
    journal = FakeJournal()
    await journal.append([entry(offset=number) for number in range(MOST_STATIONS + 1)])
    journey = await FindJourneys(archive=journal).find(Wanted({IdKind.CORRELATION_ID: "c1"}))
    assert len(journey.stations) == MOST_STATIONS
    assert journey.truncated


async def test_no_ids_and_unknown_ids_find_an_empty_journey() -> None:
    finding = FindJourneys(archive=await journal_of_a_discharge())
    assert not (await finding.find(Wanted({}))).stations
    assert not (await finding.find(Wanted({IdKind.VISIT: "nowhere"}))).stations
    assert trace([]).stations == []
