"""A visit as a set of moments, and what of it a provider is to be told (42 CFR 482.24(d)).

State is a function of the set, not of the order in which messages came: the moments are sorted by
when the hospital recorded them, a cancellation ends what stood before it, and what comes after it
begins anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from notifier.domain.facts import StayFacts, merge, said


class About(StrEnum):
    """What a notice is about; the names are those of the events."""

    REGISTRATION = "encounter.registered"
    ADMISSION = "encounter.admitted"
    DISCHARGE = "encounter.discharged"
    ADMISSION_CANCELLED = "admission.cancelled"
    DISCHARGE_CANCELLED = "discharge.cancelled"


class Turn(StrEnum):
    """What happened at a moment of a visit."""

    REGISTERED = "registered"
    ADMITTED = "admitted"
    MENTIONED = "mentioned"
    """Nothing but that the visit was said to be of some kind."""
    DISCHARGED = "discharged"
    ADMISSION_CANCELLED = "admission_cancelled"
    DISCHARGE_CANCELLED = "discharge_cancelled"

    @property
    def cancels(self) -> bool:
        return self in (Turn.ADMISSION_CANCELLED, Turn.DISCHARGE_CANCELLED)


class Care(StrEnum):
    """What kind of visit it was said to be, as far as it matters here."""

    EMERGENCY = "emergency"
    OBSERVATION = "observation"
    INPATIENT = "inpatient"
    OTHER = "other"
    """A clinic visit and the like: nobody is told."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a moment stands in a visit's history.

    Hospitals record by the minute: of two moments in the same one, a cancellation is the later.
    """

    recorded_at: datetime
    cancels: bool
    event_id: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened in a visit."""

    turn: Turn
    place: Place
    occurred_at: datetime
    care: Care | None = None
    is_news: bool = True
    """Whether it was still news when it came in; what comes a week late is told to nobody."""
    correlation_id: str = ""
    traceparent: str = ""


NOTHING_SAID = StayFacts()


@dataclass(frozen=True, slots=True)
class Visit:
    """All that matters of one visit."""

    visit_key: str
    site: str
    facts: StayFacts = NOTHING_SAID
    moments: tuple[Moment, ...] = ()

    @property
    def patient_key(self) -> str:
        return said(self.facts.patient_key) or ""


@dataclass(frozen=True, slots=True)
class Run:
    """One thing that happened and stands, or stood until it was cancelled."""

    about: About
    moments: tuple[Moment, ...]
    begins_after: Place | None
    cancelled_at: Place | None
    is_told: bool = True
    """Whether it is a thing that providers are told of."""

    @property
    def first(self) -> Moment:
        return self.moments[0]

    @property
    def is_news(self) -> bool:
        return any(moment.is_news for moment in self.moments)

    def covers(self, place: Place) -> bool:
        """Whether something at that place of the history belongs to this run."""
        after = self.begins_after is None or place > self.begins_after
        return after and (self.cancelled_at is None or place < self.cancelled_at)


def follow(visit: Visit, facts: StayFacts, moments: Iterable[Moment]) -> Visit:
    """The visit after a message about it."""
    return replace(
        visit,
        facts=merge(visit.facts, facts),
        moments=_distinct(sorted((*visit.moments, *moments), key=lambda moment: moment.place)),
    )


def _distinct(moments: list[Moment]) -> tuple[Moment, ...]:
    """Bounds a history: repetitions go; of mere mentions the first and the last of a kind stay."""
    kept: dict[object, Moment] = {}
    for moment in moments:
        if moment.turn is Turn.MENTIONED:
            kept.setdefault((moment.care, moment.is_news, "first"), moment)
            kept[(moment.care, moment.is_news, "last")] = moment
        else:
            place = moment.place.recorded_at
            kept.setdefault((moment.turn, moment.care, moment.is_news, place), moment)
    return tuple(sorted(set(kept.values()), key=lambda moment: moment.place))


def runs_of(visit: Visit) -> list[Run]:
    """Everything in a visit's history that providers are told of, or would be."""
    return [*_arrivals(visit), *_discharges(visit)]


def _arrivals(visit: Visit) -> list[Run]:
    runs: list[Run] = []
    for moments, begins_after, ended_at in _stretches(visit, {Turn.ADMISSION_CANCELLED}):
        if not any(moment.turn in (Turn.REGISTERED, Turn.ADMITTED) for moment in moments):
            continue
        outpatient = tuple(item for item in moments if _arrival(item) is About.REGISTRATION)
        inpatient = tuple(item for item in moments if _arrival(item) is About.ADMISSION)
        if outpatient:
            came_first = not inpatient or outpatient[0].place < inpatient[0].place
            runs.append(Run(About.REGISTRATION, outpatient, begins_after, ended_at, came_first))
        if inpatient:
            runs.append(Run(About.ADMISSION, inpatient, begins_after, ended_at))
    return runs


def _arrival(moment: Moment) -> About | None:
    """Which arrival a moment shows.

    An emergency visit that becomes an observation stay is one arrival, because both are outpatient
    care; one that becomes an inpatient stay is a second one. An A01 that names no kind admits. (An
    inpatient stay that is made an observation stay afterwards was told already.)
    """
    match moment.turn, moment.care:
        case (
            (Turn.REGISTERED | Turn.ADMITTED | Turn.MENTIONED),
            (Care.EMERGENCY | Care.OBSERVATION),
        ):
            return About.REGISTRATION
        case ((Turn.REGISTERED | Turn.ADMITTED | Turn.MENTIONED), Care.INPATIENT):
            return About.ADMISSION
        case Turn.ADMITTED, None:
            return About.ADMISSION
        case _:
            return None


_NOT_GONE = frozenset({"09", "30"})
"""UB-04 FL17: admitted here as an inpatient, and still a patient. Nobody left."""
DIED = frozenset({"20", "40", "41", "42"})
"""UB-04 FL17: expired."""


def _discharges(visit: Visit) -> list[Run]:
    kinds = {moment.care for moment in visit.moments if moment.care is not None}
    is_told = kinds != {Care.OTHER} and said(visit.facts.disposition) not in _NOT_GONE
    runs: list[Run] = []
    for moments, begins_after, ended_at in _stretches(
        visit, {Turn.DISCHARGE_CANCELLED, Turn.ADMISSION_CANCELLED}
    ):
        gone = tuple(moment for moment in moments if moment.turn is Turn.DISCHARGED)
        if gone:
            runs.append(Run(About.DISCHARGE, gone, begins_after, ended_at, is_told))
    return runs


_Stretch = tuple[list[Moment], Place | None, Place | None]


def _stretches(visit: Visit, cancels: set[Turn]) -> list[_Stretch]:
    """The history cut at certain cancellations: moments, what they come after, what ends them."""
    stretches: list[_Stretch] = []
    begins_after: Place | None = None
    moments: list[Moment] = []
    for moment in visit.moments:
        if moment.turn in cancels:
            stretches.append((moments, begins_after, moment.place))
            begins_after, moments = moment.place, []
        else:
            moments.append(moment)
    return [*stretches, (moments, begins_after, None)]
