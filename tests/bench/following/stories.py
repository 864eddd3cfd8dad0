"""Stories of visits as a hospital's feed tells them: many at once, in the order of their times.

Each message is one of the arriving benchmark's feed, chart and insurance and all, with its story's
trigger, numbers and times in it.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from typing import Final
from zoneinfo import ZoneInfo

from tests.bench.arriving.feed import Body, bodies, with_control_id

_ZONE: Final = ZoneInfo("America/New_York")
_CHARTS: Final = 300
_STAY: Final = timedelta(hours=70)
_TO_HOME: Final = ("01", "01", "01", "01", "01", "06", "06", "03", "62", "02", "07", "")
_WEEKS: Final = timedelta(days=20)
"""So long that admissions and discharges come side by side for the most part."""
_TELLING: Final = 0.4
"""So many updates say something new; the others repeat what is known."""
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Told:
    """One message of a story; `order` tells apart what is said at the same time."""

    at: datetime
    order: int
    trigger: str
    patient: str
    visit: str
    encounter_class: str = "I"
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    disposition: str = ""
    occurred_at: datetime | None = None
    prior: str = ""
    news: int = 0
    """What a move or an update says that the one before it did not: a bed, a diagnosis."""

    def __lt__(self, other: "Told") -> bool:
        return (self.at, self.order) < (other.at, other.order)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is where, and when it began."""

    number: int
    patient: str
    visit: str
    began_at: datetime


def told_of(visits: Sequence[Visit], *, seed: int = 5) -> list[Told]:
    """What is said of all visits, in the order of the times."""
    chance = random.Random(seed)
    return list(merge(*[sorted(_story(one, chance)) for one in visits]))


def discharges_of(visits: Sequence[Visit]) -> list[Told]:
    """Only the discharge of each visit."""
    return [_discharge(one, one.number, one.began_at + _STAY, "01") for one in visits]


def visits_until(now: datetime, count: int, *, known: int = 0, prefix: str = "") -> list[Visit]:
    """Visits of the last weeks: every other one of somebody among the `known` patients."""
    chance = random.Random(count)
    began_at, apart = now - _STAY - _WEEKS, _WEEKS / count
    return [
        Visit(
            number,
            patient_number(chance.randrange(known))
            if known and number % 2
            else f"{prefix}NEW{number:07}",
            f"{prefix}V{number:07}",
            began_at + number * apart,
        )
        for number in range(count)
    ]


def patient_number(known: int) -> str:
    """The number of a patient whose visit was stored before."""
    return f"MR{known:07}"


def messages(told: Sequence[Told]) -> Iterator[bytes]:
    """The messages as they go on the wire, unframed, each with a control id of its own."""
    charts = [_fields_of(body) for body in bodies(_CHARTS)]
    for number, one in enumerate(told):
        chart = charts[hash_of(one.patient) % _CHARTS]
        yield _message(chart, one, f"{one.visit}-{number}")


def hash_of(text: str) -> int:
    """The same number for the same text in every run."""
    return sum(place * ord(letter) for place, letter in enumerate(text, start=7))


def _story(visit: Visit, chance: random.Random) -> Iterator[Told]:
    """Admitted, updated, moved, discharged; now and then cancelled, corrected or merged."""
    began, order = visit.began_at, visit.number
    emergency = chance.random() < 0.25
    yield _about(visit, order, "A04" if emergency else "A01", began, "E" if emergency else "I")
    if chance.random() < 0.02:
        yield _about(visit, order, "A11", began + _HOUR)
        return
    if emergency:
        yield _about(visit, order, "A06", began + 3 * _HOUR)
    news = 0
    for at in sorted(chance.uniform(4, 68) for _ in range(chance.randrange(3, 8))):
        trigger = "A02" if chance.random() < 0.25 else "A08"
        news += trigger == "A02" or chance.random() < _TELLING
        yield replace(_about(visit, order, trigger, began + at * _HOUR), news=news)
    yield from _ending(visit, began + _STAY, chance)
    if chance.random() < 0.03:
        yield Told(began + _STAY + 9 * _HOUR, order, "A31", visit.patient, visit.visit)
    if chance.random() < 0.01:
        at, prior = began + _STAY + 10 * _HOUR, f"OLD{visit.patient}"
        yield Told(at, order, "A40", visit.patient, "", prior=prior)


def _ending(visit: Visit, ended_at: datetime, chance: random.Random) -> Iterator[Told]:
    order, disposition = visit.number, chance.choice(_TO_HOME)
    yield _discharge(visit, order, ended_at, disposition)
    luck = chance.random()
    if luck < 0.05:
        corrected = _discharge(visit, order, ended_at, "03")
        yield _said_again(corrected, "A08", ended_at + 2 * _HOUR)
    elif luck < 0.08:
        cancelled = _discharge(visit, order, ended_at, disposition)
        yield _said_again(cancelled, "A13", ended_at + _HOUR)
        yield _discharge(visit, order, ended_at + 5 * _HOUR, disposition)


def _about(
    visit: Visit, order: int, trigger: str, at: datetime, encounter_class: str = "I"
) -> Told:
    return Told(
        at,
        order,
        trigger,
        visit.patient,
        visit.visit,
        encounter_class=encounter_class,
        admitted_at=visit.began_at,
    )


def _discharge(visit: Visit, order: int, at: datetime, disposition: str) -> Told:
    return Told(
        at + timedelta(minutes=4),
        order,
        "A03",
        visit.patient,
        visit.visit,
        admitted_at=visit.began_at,
        discharged_at=at,
        disposition=disposition,
    )


def _said_again(told: Told, trigger: str, at: datetime) -> Told:
    return Told(
        at,
        told.order,
        trigger,
        told.patient,
        told.visit,
        admitted_at=told.admitted_at,
        discharged_at=told.discharged_at,
        disposition=told.disposition,
        occurred_at=told.discharged_at if trigger == "A13" else None,
    )


def _fields_of(body: Body) -> list[list[str]]:
    """A message of the feed, taken apart."""
    text = with_control_id(body, b"").decode()
    return [line.split("|") for line in text.rstrip("\r").split("\r")]


def _message(chart: list[list[str]], told: Told, control_id: str) -> bytes:
    lines = [_filled(segment, told, control_id) for segment in chart]
    if told.news:
        lines.append(f"DG1|9||Z{told.news:02}.1^Found on day {told.news}^I10||20260519|W")
    if told.prior:
        lines = [*lines[:3], f"MRG|{told.prior}^^^GHH^MR"]
    return "".join(f"{line}\r" for line in lines).encode()


def _filled(segment: list[str], told: Told, control_id: str) -> str:
    """A segment with what the story has to say in it."""
    fields = list(segment)
    match fields[0]:
        case "MSH":
            fields[6] = _stamp(told.at)
            fields[8] = f"ADT^{told.trigger}"
            fields[9] = control_id
        case "EVN":
            fields[1:] = [told.trigger, _stamp(told.at), "", "", "", _stamp(told.occurred_at)]
        case "PID":
            fields[3] = f"{told.patient}^^^GHH^MR"
        case "PV1":
            fields = _visit_fields(fields, told)
        case _:
            pass
    return "|".join(fields)


def _visit_fields(fields: list[str], told: Told) -> list[str]:
    """PV1, its numbers being its places."""
    fields += [""] * (46 - len(fields))
    fields[3] = f"4W^{400 + told.news}^A^GHH"
    fields[2], fields[19] = told.encounter_class, f"{told.visit}^^^GHH^VN"
    fields[36], fields[44] = told.disposition, _stamp(told.admitted_at)
    fields[45] = _stamp(told.discharged_at)
    return fields


def _stamp(at: datetime | None) -> str:
    return at.astimezone(_ZONE).strftime("%Y%m%d%H%M%S%z") if at else ""
