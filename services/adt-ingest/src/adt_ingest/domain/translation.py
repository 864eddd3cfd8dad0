"""Says in one shape what an ADT message means, whichever trigger and version it came as.

Which trigger means what stands in `triggers`; every other trigger means nothing here.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from adt_ingest.domain.facts import Facts
from adt_ingest.domain.identifiers import (
    Identifier,
    identifiers_in,
    patient_number,
    visit_number,
)
from adt_ingest.domain.merges import numbers_before, subjects_of
from adt_ingest.domain.movements import Movement, movement_in
from adt_ingest.domain.person import person_facts
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import DELETED, Header, Message, Segment
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.site_fields import SiteFields, site_fields_in
from adt_ingest.domain.subjects import NO_REFERENCES, References, Subject
from adt_ingest.domain.times import MessageTimes, Stamp
from adt_ingest.domain.triggers import (
    ADMITTED,
    CLASS_CHANGED,
    DISCHARGE_CANCELLED,
    DISCHARGE_PLANNED,
    DISCHARGED,
    MEANINGS,
    MOVED,
    PLANNED,
    REGISTERED,
    About,
    Meaning,
)
from adt_ingest.domain.visit import state_expectations, state_time, visit_facts

DELETED_DISCHARGE: Final = "discharge_time_deleted"
_YEARS_AHEAD: Final = 2
_MOST_EVENTS: Final = 500
"""A frame of a megabyte could name a hundred thousand pairs; no hospital merges so many at once."""
_BEGINNINGS: Final = frozenset({ADMITTED, REGISTERED})
_PLANS: Final[Mapping[str, str]] = {
    PLANNED: "expected_admission_at",
    DISCHARGE_PLANNED: "expected_discharge_at",
}


class Translation(NamedTuple):
    """One event that a message tells of."""

    kind: str
    patient: Identifier
    visit: Identifier | None
    references: References
    recorded_at: datetime
    occurred_at: datetime | None
    patient_facts: Facts
    visit_facts: Facts
    movement: Movement | None
    site_fields: SiteFields
    warnings: tuple[str, ...]


class _Reading(NamedTuple):
    """A message with what is known before any of its patients is looked at."""

    meaning: Meaning
    site: SiteProfile
    received_at: datetime
    sent: Stamp | None
    recorded: Stamp | None
    planned: Stamp | None
    occurred: Stamp | None
    warnings: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.meaning.kind

    def times(self) -> MessageTimes:
        latest = self.received_at.year + _YEARS_AHEAD
        return MessageTimes(self.site.zone, self.sent, list(self.warnings), latest)


def trigger_of(header: Header, message: Message | None = None) -> str:
    """MSH-9.2, else EVN-1, where v2.1 had it."""
    trigger = header.component(9, 2)
    if not trigger and message is not None:
        evn = message.first("EVN")
        trigger = evn.value(1).strip() if evn is not None else ""
    return trigger


def translate(
    message: Message, header: Header, site: SiteProfile, *, trigger: str, received_at: datetime
) -> list[Translation]:
    """The events the message tells of: one, or one for each patient or pair that it names.

    Raises Refusal where it does not say whom or which visit it is about. `trigger` has a meaning.
    """
    reading = _read(message, header, site, meaning=MEANINGS[trigger], received_at=received_at)
    if message.first("PID") is None:
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The patient is missing", "PID")
    told = list(islice(_TOLD_BY[reading.meaning.about](message, reading), _MOST_EVENTS + 1))
    if len(told) > _MOST_EVENTS:
        raise Refusal(Problem.TOO_LONG, f"The message tells of more than {_MOST_EVENTS} events")
    return told


def _read(
    message: Message, header: Header, site: SiteProfile, *, meaning: Meaning, received_at: datetime
) -> _Reading:
    times = MessageTimes(site.zone, latest_year=received_at.year + _YEARS_AHEAD)
    evn = message.first("EVN")
    recorded, planned, occurred = (
        ("", "", "") if evn is None else (evn.value(2), evn.value(3), evn.value(6))
    )
    return _Reading(
        meaning=meaning,
        site=site,
        received_at=received_at,
        sent=times.stamp(header.first(7)),
        recorded=times.stamp(recorded),
        planned=times.stamp(planned) if meaning.kind in _PLANS else None,
        occurred=times.stamp(occurred),
        warnings=(*message.warnings, *times.warnings),
    )


def _of_visits(message: Message, reading: _Reading) -> Iterator[Translation]:
    """One event about a visit; where two patients swap their beds, one about each."""
    swap = reading.kind == MOVED and len(message.every("PID")) > 1
    for part in message.groups("PID") if swap else (message,):
        yield _of_visit(part, reading, required=True)


def _perhaps_of_a_visit(message: Message, reading: _Reading) -> Iterator[Translation]:
    yield _of_visit(message, reading, required=False)


def _of_visit(message: Message, reading: _Reading, *, required: bool) -> Translation:
    pv1, site = message.first("PV1"), reading.site
    if pv1 is None and required:
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The visit is missing", "PV1")
    visit = visit_number(pv1, message.first("PID"), own_authority=site.authority)
    if visit is None and required:
        raise Refusal(Problem.REQUIRED_FIELD, "No number names the visit", "PV1-19")
    times, identifiers, facts = reading.times(), _identifiers(message, reading), Facts()
    if pv1 is not None and visit is not None:
        facts = visit_facts(message, pv1, site)
        _visit_times(facts, message, pv1, reading, times)
    changed = reading.kind == CLASS_CHANGED
    references = numbers_before(message, visit, site) if changed else NO_REFERENCES
    patient = _patient(identifiers, reading)
    subject = Subject(reading.kind, patient, visit, references, facts)
    return _told(message, reading, times, subject, identifiers)


def _of_person(message: Message, reading: _Reading) -> Iterator[Translation]:
    identifiers = _identifiers(message, reading)
    subject = Subject(reading.kind, _patient(identifiers, reading), None, NO_REFERENCES, {})
    yield _told(message, reading, reading.times(), subject, identifiers)


def _of_two_persons(message: Message, reading: _Reading) -> Iterator[Translation]:
    first, *others = message.groups("PID")
    if not others:
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The other person is missing", "PID")
    linked = _patient(_identifiers(others[0], reading), reading)
    identifiers = _identifiers(first, reading)
    references = References(linked_patient=linked)
    subject = Subject(reading.kind, _patient(identifiers, reading), None, references, {})
    yield _told(first, reading, reading.times(), subject, identifiers)


def _of_numbers(message: Message, reading: _Reading) -> Iterator[Translation]:
    """One event for each pair of what there was and what there is.

    What is said of a person goes with the first of the person's pairs alone: their list may be
    long.
    """
    for group in message.groups("PID"):
        identifiers: list[Identifier] | None = _identifiers(group, reading)
        for subject in subjects_of(group, reading.meaning, reading.site):
            yield _told(group, reading, reading.times(), subject, identifiers)
            identifiers = None


_TOLD_BY: Final[Mapping[About, Callable[[Message, _Reading], Iterator[Translation]]]] = {
    About.VISIT: _of_visits,
    About.PERHAPS_A_VISIT: _perhaps_of_a_visit,
    About.PERSON: _of_person,
    About.TWO_PERSONS: _of_two_persons,
    About.PATIENT_NUMBERS: _of_numbers,
    About.ACCOUNT_NUMBERS: _of_numbers,
    About.VISIT_NUMBERS: _of_numbers,
    About.OTHER_NUMBERS: _of_numbers,
}


def _identifiers(message: Message, reading: _Reading) -> list[Identifier]:
    pid = message.first("PID")
    if pid is None:
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The patient is missing", "PID")
    return identifiers_in(pid, 3, own_authority=reading.site.authority)


def _patient(identifiers: list[Identifier], reading: _Reading) -> Identifier:
    chosen = patient_number(identifiers, own_authority=reading.site.authority)
    if chosen is None:
        raise Refusal(Problem.REQUIRED_FIELD, "No identifier names the patient", "PID-3")
    return chosen


def _told(
    message: Message,
    reading: _Reading,
    times: MessageTimes,
    subject: Subject,
    identifiers: list[Identifier] | None,
) -> Translation:
    """The event about `subject`; with `identifiers`, which are all the person's, the person too."""
    movement = movement_in(message, times)
    about_person = {} if identifiers is None else person_facts(message, identifiers, times)
    recorded_at = times.first_of((reading.recorded, reading.sent)) or reading.received_at
    return Translation(
        kind=subject.kind,
        patient=subject.patient,
        visit=subject.visit,
        references=subject.references,
        recorded_at=recorded_at,
        occurred_at=times.first_of((reading.occurred,)),
        patient_facts=about_person,
        visit_facts=subject.visit_facts,
        movement=movement,
        site_fields=site_fields_in(message, reading.site.site_fields),
        warnings=tuple(times.warnings),
    )


def _visit_times(
    facts: Facts, message: Message, pv1: Segment, reading: _Reading, times: MessageTimes
) -> None:
    """Admission and discharge; where the trigger is one of them, its own time stands in."""
    event = (reading.occurred, reading.recorded)
    beginning = event if reading.kind in _BEGINNINGS else ()
    end = (*event, reading.sent) if reading.kind == DISCHARGED else ()
    state_time(facts, "admitted_at", pv1.value(44), beginning, times)
    state_time(facts, "discharged_at", pv1.value(45), end, times)
    if reading.kind == DISCHARGED:
        facts.setdefault("discharged_at", reading.received_at)
    if pv1.value(45) == DELETED and reading.kind != DISCHARGE_CANCELLED:
        times.warn(DELETED_DISCHARGE)
    plan = _PLANS.get(reading.kind, "")
    if plan or message.first("PV2") is not None:
        state_expectations(facts, message, {plan: reading.planned}, times)
