"""Says in one shape what an ADT message means, whichever trigger and version it came as.

Which trigger means what stands in `MEANINGS`; every other trigger means nothing here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adt_ingest.domain.facts import Facts
from adt_ingest.domain.identifiers import (
    Identifier,
    identifiers_in,
    patient_number,
    visit_number,
)
from adt_ingest.domain.person import person_facts
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import DELETED, Header, Message, Segment
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.times import MessageTimes, Stamp
from adt_ingest.domain.visit import state_time, visit_facts

ADMITTED: Final = "encounter.admitted"
REGISTERED: Final = "encounter.registered"
DISCHARGED: Final = "encounter.discharged"
UPDATED: Final = "encounter.updated"
MOVED: Final = "encounter.moved"
ADMISSION_CANCELLED: Final = "admission.cancelled"
DISCHARGE_CANCELLED: Final = "discharge.cancelled"
PATIENT_MERGED: Final = "patient.merged"

MEANINGS: Final[Mapping[str, str]] = {
    "A01": ADMITTED,
    "A04": REGISTERED,
    "A03": DISCHARGED,
    "A08": UPDATED,
    "A11": ADMISSION_CANCELLED,
    "A13": DISCHARGE_CANCELLED,
    "A40": PATIENT_MERGED,
    "A02": MOVED,  # transfer
    "A09": MOVED,  # patient departs, tracking
    "A10": MOVED,  # patient arrives, tracking
    "A12": MOVED,  # cancelled transfer
    "A17": MOVED,  # two patients swap beds
    "A32": MOVED,  # cancelled arrival, tracking
    "A33": MOVED,  # cancelled departure, tracking
}

DELETED_DISCHARGE: Final = "discharge_time_deleted"
_YEARS_AHEAD: Final = 2
_BEGINNINGS: Final = frozenset({ADMITTED, REGISTERED})


@dataclass(frozen=True, slots=True)
class Translation:
    """One event that a message tells of."""

    kind: str
    patient: Identifier
    visit: Identifier | None
    prior_patient: Identifier | None
    recorded_at: datetime
    occurred_at: datetime | None
    patient_facts: Facts
    visit_facts: Facts
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A message with what is known before any of its patients is looked at."""

    kind: str
    site: SiteProfile
    received_at: datetime
    sent: Stamp | None
    recorded: Stamp | None
    occurred: Stamp | None
    warnings: tuple[str, ...]

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
    message: Message, header: Header, site: SiteProfile, *, kind: str, received_at: datetime
) -> list[Translation]:
    """The events the message tells of: one, or one for each patient where it names several.

    Raises Refusal where it does not say whom or which visit it is about.
    """
    reading = _read(message, header, site, kind=kind, received_at=received_at)
    patients = len(message.every("PID"))
    if not patients:
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The patient is missing", "PID")
    if kind == PATIENT_MERGED:
        return [_merge(group, reading) for group in message.groups("PID")]
    swap = kind == MOVED and patients > 1
    return [_event(group, reading) for group in (message.groups("PID") if swap else [message])]


def _read(
    message: Message, header: Header, site: SiteProfile, *, kind: str, received_at: datetime
) -> _Reading:
    times = MessageTimes(site.zone, latest_year=received_at.year + _YEARS_AHEAD)
    evn = message.first("EVN")
    recorded, occurred = ("", "") if evn is None else (evn.value(2), evn.value(6))
    return _Reading(
        kind=kind,
        site=site,
        received_at=received_at,
        sent=times.stamp(_undeleted(header.first(7))),
        recorded=times.stamp(_undeleted(recorded)),
        occurred=times.stamp(_undeleted(occurred)),
        warnings=tuple(times.warnings),
    )


def _undeleted(text: str) -> str:
    return "" if text == DELETED else text


def _patient(
    segment: Segment, number: int, reading: _Reading
) -> tuple[list[Identifier], Identifier]:
    own = reading.site.authority
    identifiers = identifiers_in(segment, number, own_authority=own)
    chosen = patient_number(identifiers, own_authority=own)
    if chosen is None:
        place = f"{segment.name}-{number}"
        raise Refusal(Problem.REQUIRED_FIELD, "No identifier names the patient", place)
    return identifiers, chosen


def _event(message: Message, reading: _Reading) -> Translation:
    pv1 = message.first("PV1")
    if pv1 is None and reading.kind != UPDATED:
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The visit is missing", "PV1")
    visit = visit_number(pv1, message.first("PID"), own_authority=reading.site.authority)
    if visit is None and reading.kind != UPDATED:
        raise Refusal(Problem.REQUIRED_FIELD, "No number names the visit", "PV1-19")
    times = reading.times()
    facts: Facts = {}
    if pv1 is not None and visit is not None:
        facts = visit_facts(message, pv1, reading.site)
        _visit_times(facts, pv1, reading, times)
    return _tell(message, reading, times, visit=visit, about_visit=facts)


def _merge(group: Message, reading: _Reading) -> Translation:
    """One pair of survivor (PID) and the one that goes up in it (MRG), paired by position."""
    mrg = group.first("MRG")
    if mrg is None:
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The patient to be merged is missing", "MRG")
    _, prior = _patient(mrg, 1, reading)
    told = _tell(group, reading, reading.times(), prior=prior)
    if (prior.value, prior.authority) == (told.patient.value, told.patient.authority):
        raise Refusal(Problem.UNKNOWN_KEY, "A patient cannot be merged into itself", "MRG-1")
    return told


def _tell(
    message: Message,
    reading: _Reading,
    times: MessageTimes,
    *,
    visit: Identifier | None = None,
    about_visit: Facts | None = None,
    prior: Identifier | None = None,
) -> Translation:
    pid = message.first("PID")
    if pid is None:  # translate() has made sure of it
        raise Refusal(Problem.SEGMENT_SEQUENCE, "The patient is missing", "PID")
    identifiers, patient = _patient(pid, 3, reading)
    about_person = person_facts(message, pid, identifiers, times)
    recorded_at = times.first_of([reading.recorded, reading.sent]) or reading.received_at
    return Translation(
        kind=reading.kind,
        patient=patient,
        visit=visit,
        prior_patient=prior,
        recorded_at=recorded_at,
        occurred_at=times.first_of([reading.occurred]),
        patient_facts=about_person,
        visit_facts=about_visit or {},
        warnings=tuple(times.warnings),
    )


def _visit_times(facts: Facts, pv1: Segment, reading: _Reading, times: MessageTimes) -> None:
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
