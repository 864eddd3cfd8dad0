"""The whole run of one hospital, drawn from a seed: the same seed and start give the same bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from zlib import crc32

from hospital_sim.bad_messages import spoil
from hospital_sim.hospitals import Hospital
from hospital_sim.pathways import Pathway
from hospital_sim.people import Person, invent_person
from hospital_sim.sendings import Sending
from hospital_sim.stories import Cast, Story, Timeline, tell

_BAD_ONE_IN = 100
_SHARE_OF_RUN = 0.95
"""The longest pathway ends this early, so that there is room to begin at different times."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run is drawn from."""

    seed: int
    starts_at: datetime
    days: float
    patients: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(days=self.days)

    @property
    def tag(self) -> str:
        """Marks the run's numbers: a second run on the same servers has patients of its own."""
        return f"{crc32(f'{self.seed} {self.starts_at.isoformat()} {self.days}'.encode()):08X}"[:6]

    def chance(self, *purpose: object) -> Random:
        """Chance that depends on the seed and on what it is for, and on nothing else."""
        return Random(f"{self.seed} {purpose}")  # noqa: S311 - a simulation, not a secret


@dataclass(frozen=True, slots=True)
class Schedule:
    """What one hospital sends, in order, and the stories behind it."""

    hospital: Hospital
    stories: Sequence[Story]
    sendings: Sequence[Sending]


def plan(run: Run, hospitals: Sequence[Hospital], pathways: Sequence[Pathway]) -> list[Schedule]:
    """The schedules of all hospitals."""
    return [
        _plan_hospital(run, hospital, place, _deal(run, hospital, pathways, place * run.patients))
        for place, hospital in enumerate(hospitals)
    ]


def _deal(run: Run, hospital: Hospital, pathways: Sequence[Pathway], first: int) -> list[Pathway]:
    """Every pathway once as far as patients last, each hospital going on where the last ended."""
    rng = run.chance(hospital.code, "deal")
    dealt = [pathways[(first + place) % len(pathways)] for place in range(len(pathways))]
    dealt = dealt[: run.patients]
    weights = [pathway.weight for pathway in pathways]
    return dealt + rng.choices(pathways, weights, k=run.patients - len(dealt))


def _plan_hospital(run: Run, hospital: Hospital, place: int, dealt: Sequence[Pathway]) -> Schedule:
    control_ids = _control_ids(run, hospital)
    stories = [
        _plan_story(run, hospital, pathway, number, control_ids)
        for number, pathway in enumerate(dealt, start=1)
    ]
    good = [sending for story in stories for sending in story.sendings]
    span = (run.starts_at, max(sending.at for sending in good))
    names = [
        f"{hospital.code}{run.tag}X{number:03d}"
        for number in range(max(1, len(good) // _BAD_ONE_IN))
    ]
    rng = run.chance(hospital.code, "bad")
    bad = spoil(rng, hospital, names=names, begin=place, run=span)
    return Schedule(hospital, stories, sorted([*good, *bad], key=lambda sending: sending.at))


def _control_ids(run: Run, hospital: Hospital) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"{hospital.code}{run.tag}{number:05d}"


def _plan_story(
    run: Run, hospital: Hospital, pathway: Pathway, number: int, control_ids: Iterator[str]
) -> Story:
    rng = run.chance(hospital.code, number)
    hours = run.days * 24
    pace = min(1.0, hours * _SHARE_OF_RUN / max(pathway.hours, 1)) * rng.uniform(0.85, 1)
    latest = hours - pathway.hours * pace
    begins_at = run.starts_at + timedelta(hours=rng.random() ** 1.5 * latest)
    cast = Cast(
        people=_people(rng, hospital, f"MR{run.tag}{number:03d}", run.starts_at),
        visits=[f"V{run.tag}{number:03d}{letter}" for letter in "AB"],
        control_ids=control_ids,
    )
    return tell(rng, hospital, pathway, cast, Timeline(hospital, begins_at, pace))


def _people(rng: Random, hospital: Hospital, mrn: str, at: datetime) -> list[Person]:
    """The patient, and the same patient under a second number."""
    person = invent_person(rng, hospital, mrn, at.date())
    return [person, replace(person, mrn=f"{mrn}T")]
