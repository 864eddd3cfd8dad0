"""What the simulated hospitals send, and what the model expects of it."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from care_chassis.documents import load_documents
from care_contracts.sites import Site
from hospital_sim.expectations import ExpectedVisit, expect
from hospital_sim.hospitals import UNIFORM_CODES, Hospital, load_hospitals
from hospital_sim.pathways import Pathway, load_pathways
from hospital_sim.schedule import Run, Schedule, plan
from hospital_sim.stories import Story

SITES = Path(__file__).parents[3] / "deploy" / "sites"
START = datetime(2026, 6, 1, tzinfo=UTC)
PATHWAYS = load_pathways()
HOSPITALS = load_hospitals()


def draw(seed: int = 7, *, patients: int = 30) -> list[Schedule]:
    return plan(Run(seed=seed, starts_at=START, days=10, patients=patients), HOSPITALS, PATHWAYS)


drawn = cache(draw)
"""The same, drawn once for all tests: nobody changes a schedule."""


def as_written(visit: ExpectedVisit) -> object:
    outcomes = [(one.kind, one.state, one.reason) for one in visit.transitions]
    return (visit.status, visit.readmission_of, outcomes)


def written_down(story: Story) -> list[object]:
    return [
        (
            stay.status,
            story.visits[stay.readmission_of - 1] if stay.readmission_of else None,
            [(one.kind, one.state, one.reason) for one in stay.transitions],
        )
        for stay in story.pathway.expects
    ]


@pytest.mark.parametrize("pathway", PATHWAYS, ids=lambda pathway: pathway.name)
def test_the_model_expects_what_is_written_beside_the_pathway(pathway: Pathway) -> None:
    run = Run(seed=1, starts_at=START, days=12, patients=1)
    for schedule in plan(run, HOSPITALS, [pathway]):
        (story,) = schedule.stories
        assert [as_written(visit) for visit in expect(story)] == written_down(story)


def test_every_pathway_is_walked_in_every_hospital_of_a_full_run() -> None:
    for schedule in drawn():
        assert {story.pathway.name for story in schedule.stories} == {
            pathway.name for pathway in PATHWAYS
        }


def test_few_patients_still_walk_all_pathways_between_the_hospitals() -> None:
    names = {story.pathway.name for one in drawn(patients=10) for story in one.stories}
    assert len(names) == len(PATHWAYS)


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not() -> None:
    first, again, other = draw(7), draw(7), draw(8)
    assert [one.sendings for one in first] == [one.sendings for one in again]
    assert [one.sendings for one in first] != [one.sendings for one in other]


def test_one_message_in_a_hundred_is_bad_and_every_flaw_has_its_turn() -> None:
    flaws = [
        sending.message.flaw
        for schedule in drawn(patients=120)
        for sending in schedule.sendings
        if sending.message.flaw
    ]
    sent = sum(len(schedule.sendings) for schedule in drawn(patients=120))
    assert sent / 120 <= len(flaws) <= sent / 80
    assert set(flaws) == {"garbage", "no_message_type", "unknown_site", "no_control_id"}


def test_control_ids_are_one_of_a_kind_and_numbers_are_shared_between_hospitals() -> None:
    schedules = drawn()
    messages = {
        sending.message.name: sending.message
        for schedule in schedules
        for sending in schedule.sendings
    }
    names = [
        sending.message.name
        for schedule in schedules
        for sending in schedule.sendings
        if messages[sending.message.name] is not sending.message
    ]
    assert not names, "the same name is the same message"
    numbers = [{story.people[0].mrn for story in one.stories} for one in schedules]
    assert numbers[0] == numbers[1] == numbers[2]


def test_what_is_sent_again_is_sent_byte_for_byte() -> None:
    schedule = drawn()[0]
    story = next(one for one in schedule.stories if one.pathway.name == "sent_again")
    copies = [one.message.payload for one in story.sendings if one.message.trigger == "A03"]
    assert len(copies) == 5
    assert len(set(copies)) == 1


def test_reordering_sends_the_discharge_before_its_admission() -> None:
    schedule = drawn()[0]
    story = next(
        one for one in schedule.stories if one.pathway.name == "discharge_before_admission"
    )
    sent = [
        sending.message.trigger
        for sending in schedule.sendings
        if sending.message in {one.message for one in story.sendings}
    ]
    assert sent == ["A03", "A01"]


@pytest.mark.parametrize(
    ("ordered", "disordered"),
    [
        ("home", "discharge_before_admission"),
        ("discharge_cancelled", "cancellation_before_discharge"),
        ("disposition_corrected_to_facility", "update_before_discharge"),
    ],
)
def test_whatever_order_it_is_sent_in_the_same_must_come_of_it(
    ordered: str, disordered: str
) -> None:
    by_name = {one.pathway.name: one for one in drawn()[0].stories}
    first, second = (
        [as_written(visit) for visit in expect(by_name[name])] for name in (ordered, disordered)
    )
    assert first == second


def test_open_and_withdrawn_tasks_follow_from_the_state() -> None:
    by_name = {one.pathway.name: one for one in drawn()[0].stories}

    def last(name: str) -> object:
        one = expect(by_name[name])[0].transitions[-1]
        return one.open_tasks, one.withdrawn_tasks

    assert "home_visit" in expect(by_name["home"])[0].transitions[0].open_tasks
    blank = expect(by_name["disposition_blank"])[0].transitions[0]
    assert "confirm_disposition" in blank.open_tasks
    assert last("discharge_cancelled") == (frozenset(), None)
    interrupted = expect(by_name["readmitted"])[0].transitions[0]
    assert "home_visit" in (interrupted.withdrawn_tasks or ())
    assert expect(by_name["against_advice"])[0].transitions[0].flags == {"ama"}


def test_the_doctor_hears_once_of_what_stands_and_not_or_twice_of_what_is_cancelled() -> None:
    told: dict[tuple[str, str], set[frozenset[int]]] = {}
    for schedule in drawn(patients=60):
        for story in schedule.stories:
            for sending in story.sendings:
                key = (story.pathway.name, sending.message.trigger)
                told.setdefault(key, set()).add(sending.message.notices)
    any_number, once, taken_back = frozenset[int](), frozenset({1}), frozenset({0, 2})
    assert told["home", "A03"] == {once, any_number}, "some have no doctor who can be reached"
    assert taken_back in told["discharge_cancelled", "A03"]
    assert taken_back in told["admission_cancelled", "A01"]
    assert {once, taken_back} <= told["discharge_cancelled_then_home", "A03"]
    assert told["discharge_cancelled", "A13"] == {any_number}


def test_a_follow_up_ends_with_the_local_day_and_sooner_after_an_emergency() -> None:
    schedule = drawn()[0]
    by_name = {one.pathway.name: one for one in schedule.stories}
    for name, days in (("home", 29), ("emergency", 7)):
        wanted = expect(by_name[name])[0].transitions[0]
        zone = schedule.hospital.zone
        left, closes = wanted.discharged_at.astimezone(zone), wanted.closes_at.astimezone(zone)
        assert (closes.date() - left.date()).days == days
        assert (closes.hour, closes.minute, closes.second) == (23, 59, 59)


def test_after_a_merge_the_visit_is_expected_under_the_surviving_number() -> None:
    story = next(one for one in drawn()[0].stories if one.pathway.name == "merged_after_discharge")
    (visit,) = expect(story)
    assert visit.mrn == story.people[0].mrn
    assert visit.all_mrns == {person.mrn for person in story.people}


def test_the_corrected_time_is_the_one_that_is_expected() -> None:
    story = next(
        one for one in drawn()[0].stories if one.pathway.name == "discharge_time_corrected"
    )
    (visit,) = expect(story)
    first = next(one for one in story.statements if one.trigger == "A03")
    assert first.discharged_at is not None
    assert visit.discharged_at is not None
    assert visit.discharged_at < first.discharged_at - timedelta(hours=2)
    assert visit.transitions[0].discharged_at == visit.discharged_at


@pytest.mark.parametrize("hospital", HOSPITALS, ids=lambda hospital: hospital.code)
def test_the_site_file_knows_what_the_hospital_says(hospital: Hospital) -> None:
    site = {one.code: one for one in load_documents(SITES, Site)}[hospital.code]
    assert site.time_zone == hospital.time_zone
    named = f"{hospital.sending_application}|{hospital.sending_facility}"
    assert hospital.sending_facility == site.code or named in site.senders
    for meaning, word in hospital.dispositions.items():
        assert site.hl7.dispositions[word] == UNIFORM_CODES[meaning]
    addressed = {entry.identifier: entry.name for entry in site.directory}
    for doctor in hospital.primary_care:
        assert (doctor.identifier in addressed) == doctor.reachable
        if doctor.reachable:
            assert addressed[doctor.identifier] == f"{doctor.given} {doctor.family}"
    observed, codes = site.hl7.observation, hospital.classes["observation"]
    assert (
        codes.patient_class in observed.patient_class
        or codes.hospital_service in observed.hospital_service
        or codes.patient_type in observed.patient_type
    )


def test_the_three_hospitals_lie_in_three_zones() -> None:
    assert len({str(ZoneInfo(one.time_zone)) for one in HOSPITALS}) == 3
    assert {
        entry.email.rsplit(".", 1)[1]
        for one in load_documents(SITES, Site)
        for entry in one.directory
    } <= {"org", "test"}


def test_a_step_that_is_sent_before_it_happened_is_refused() -> None:
    with pytest.raises(ValidationError, match="before it is recorded"):
        Pathway.model_validate(
            {
                "name": "impossible",
                "says": "",
                "weight": 1,
                "steps": [{"at": 5, "trigger": "A01", "sent": 4}],
                "expects": [],
            }
        )
