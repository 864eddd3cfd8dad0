"""A visit as a set of moments, whatever the order in which messages told of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from notifier.domain.facts import StayFacts, merge, said
from notifier.domain.people import People


class About(StrEnum):
    """What a notice is about; the names are those of the events."""

    REGISTRATION = "encounter.registered"
    ADMISSION = "encounter.admitted"
    DISCHARGE = "encounter.discharged"
    ADMISSION_CANCELLED = "admission.cancelled"
    DISCHARGE_CANCELLED = "discharge.cancelled"
    FOLLOW_UP = "transition.opened"
    """A text asks the patient to call about it."""
    TEXTS_STOPPED = "texts.stopped"
    """A text confirms that there will be no more."""


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


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened in a visit."""

    turn: Turn
    recorded_at: datetime
    event_id: str
    occurred_at: datetime
    care: Care | None = None
    names: datetime | None = None
    """In a cancellation: when that took place which it cancels, where the message says so."""
    is_news: bool = True
    """Whether it was still news when it came in; what comes a week late is told to nobody."""
    correlation_id: str = ""
    traceparent: str = ""


NOTHING_SAID = StayFacts()


@dataclass(frozen=True, slots=True)
class Visit:
    """All that matters of one visit, as it was spoken of under one number of the patient."""

    visit_key: str
    said_of: str
    """The patient's key then; the number alone names no visit, two patients may have one."""
    site: str
    facts: StayFacts = NOTHING_SAID
    moments: tuple[Moment, ...] = ()

    @property
    def patient_key(self) -> str:
        """Whose it is: who was named, or whom it was moved to since."""
        return said(self.facts.patient_key) or self.said_of


def follow(visit: Visit, facts: StayFacts, moments: Iterable[Moment]) -> Visit:
    """The visit after a message about it."""
    return replace(
        visit,
        facts=merge(visit.facts, facts),
        moments=_distinct(sorted((*visit.moments, *moments), key=_by_record)),
    )


def by_person(visits: Iterable[Visit], people: People) -> list[Visit]:
    """The visits of each person; what was said under several of their numbers is one."""
    found: dict[tuple[str, str], Visit] = {}
    for visit in visits:
        person = people.whole(visit.patient_key).patient_key
        known = found.get((visit.visit_key, person))
        one = follow(known, visit.facts, visit.moments) if known else visit
        found[visit.visit_key, person] = replace(one, said_of=person)
    return list(found.values())


def _by_record(moment: Moment) -> tuple[datetime, str]:
    return moment.recorded_at, moment.event_id


def _distinct(moments: list[Moment]) -> tuple[Moment, ...]:
    """Bounds a history: repetitions go; of mere mentions the first and the last of a kind stay."""
    kept: dict[object, Moment] = {}
    for moment in moments:
        said_of = (moment.turn, moment.care, moment.is_news)
        if moment.turn is Turn.MENTIONED:
            kept.setdefault((said_of, "first"), moment)
            kept[said_of, "last"] = moment
        else:
            times = (moment.recorded_at, moment.occurred_at, moment.names)
            kept.setdefault((said_of, times), moment)
    return tuple(sorted(set(kept.values()), key=_by_record))
