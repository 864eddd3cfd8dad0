"""Says what a SIU message means: an appointment of a patient was booked, changed or missed."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from adt_ingest.domain.facts import Facts, component, state
from adt_ingest.domain.reader import DELETED, Message, Segment
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.statements import Reading, Statement, Words, put

BOOKED: Final = "appointment.booked"
RESCHEDULED: Final = "appointment.rescheduled"
MODIFIED: Final = "appointment.modified"
CANCELLED: Final = "appointment.cancelled"
DELETED_ENTRY: Final = "appointment.deleted"
NO_SHOW: Final = "appointment.no_show"

KINDS: Final[Mapping[str, str]] = {
    "S12": BOOKED,
    "S13": RESCHEDULED,
    "S14": MODIFIED,
    "S15": CANCELLED,
    "S16": CANCELLED,  # discontinued: the rest of a series
    "S17": DELETED_ENTRY,
    "S18": MODIFIED,  # a resource added
    "S19": MODIFIED,  # a resource modified
    "S20": MODIFIED,  # a resource cancelled
    "S21": MODIFIED,  # a resource discontinued
    "S22": MODIFIED,  # a resource deleted
    "S26": NO_SHOW,
}

_BY_TRIGGER: Final = {CANCELLED: "cancelled", DELETED_ENTRY: "entered_in_error", NO_SHOW: "no_show"}
"""Here the trigger itself says how the appointment stands, whatever SCH-25 repeats."""

_UNLESS_SAID: Final = {BOOKED: "booked", RESCHEDULED: "booked"}

_STATUSES: Final = {
    "PENDING": "pending",
    "WAITLIST": "waitlisted",
    "WAITLISTED": "waitlisted",
    "BOOKED": "booked",
    "OVERBOOK": "booked",
    "SCHEDULED": "booked",
    "CONFIRMED": "booked",
    "ARRIVED": "arrived",
    "CHECKEDIN": "arrived",
    "STARTED": "arrived",
    "COMPLETE": "fulfilled",
    "COMPLETED": "fulfilled",
    "CANCELLED": "cancelled",
    "CANCELED": "cancelled",
    "DC": "cancelled",
    "DISCONTINUED": "cancelled",
    "DELETED": "entered_in_error",
    "NOSHOW": "no_show",
}
"""Table 0278, and spellings of it that senders have."""

_REMOVING: Final = frozenset({"S20", "S21", "S22"})
_RESOURCES: Final = {
    "AIS": ("service", 0, 4, 10),
    "AIP": ("person", 4, 6, 12),
    "AIL": ("place", 4, 6, 12),
    "AIG": ("equipment", 4, 8, 14),
}
"""Kind, and the fields of role (0: none), start and status."""

_SECONDS: Final = {"S": 1, "SEC": 1, "M": 60, "MIN": 60, "H": 3600, "HR": 3600, "D": 86400}
_WHOLE_NUMBER: Final = re.compile(r"\d{1,7}", re.ASCII)
_LONGEST: Final = timedelta(days=366)


def tell(reading: Reading) -> Iterator[Statement]:
    """The appointment. Raises Refusal where no number names it."""
    sch, words = reading.required("SCH", "appointment"), reading.words()
    body: Facts = {}
    put(body, "placer_number", words.number(sch.components(1)))
    put(body, "filler_number", words.number(sch.components(2)))
    if not body:
        raise Refusal(Problem.REQUIRED_FIELD, "No number names the appointment", "SCH-2")
    put(body, "occurrence", words.text(sch.value(3)))
    put(body, "placer_order", words.number(sch.components(26)))
    put(body, "filler_order", words.number(sch.components(27)))
    body["facts"] = _facts(reading, sch, words)
    yield reading.statement(KINDS[reading.trigger], body, words)


def _facts(reading: Reading, sch: Segment, words: Words) -> Facts:
    facts: Facts = {}
    _status(facts, reading, sch, words)
    _times(facts, reading.message, sch, words)
    for name, number in (("change_reason", 6), ("reason", 7), ("kind", 8)):
        state(facts, name, sch.raw(number), words.coded(sch.components(number)))
    people = (words.practitioner(sch.components(number)) for number in (20, 16, 12))
    state(facts, "entered_by", sch.raw(20), next(filter(None, people), None))
    found = words.several(_resources(reading, words))
    if found:
        facts["resources"] = found
    return facts


def _status(facts: Facts, reading: Reading, sch: Segment, words: Words) -> None:
    kind = KINDS[reading.trigger]
    sent = sch.components(25)
    as_sent = words.text(component(sent, 1) or component(sent, 2))
    state(facts, "status_as_sent", sch.raw(25), as_sent)
    told = _BY_TRIGGER.get(kind) or _status_of(sent) or _UNLESS_SAID.get(kind)
    if told:
        facts["status"] = told


def _status_of(parts: list[str]) -> str | None:
    """How an appointment or a resource stands, by its code or else by its words."""
    spelled = ("".join(filter(str.isalpha, component(parts, n))).upper() for n in (1, 2))
    return next(filter(None, map(_STATUSES.get, spelled)), None)


def _times(facts: Facts, message: Message, sch: Segment, words: Words) -> None:
    """Start and end: SCH-11, else TQ1, else the first resource's start and the duration."""
    timing = sch.components(11)
    tq1, ais = message.first("TQ1"), message.first("AIS")
    starts = (component(timing, 4), _value(tq1, 7), *_starts(message))
    starts_at = _first_instant(starts, words)
    ends_at = _first_instant((component(timing, 5), _value(tq1, 8)), words)
    if ends_at is None and starts_at is not None:
        ends_at = _end(starts_at, [(sch, 9), (ais, 7)])
    state(facts, "starts_at", sch.raw(11) if starts_at is None else "", starts_at)
    state(facts, "ends_at", sch.raw(11) if ends_at is None else "", ends_at)


def _starts(message: Message) -> Iterator[str]:
    for name, (_, _, start, _) in _RESOURCES.items():
        yield from (segment.value(start) for segment in message.every(name))


def _value(segment: Segment | None, number: int) -> str:
    return "" if segment is None else segment.value(number)


def _first_instant(texts: tuple[str, ...], words: Words) -> datetime | None:
    text = next((text for text in texts if text not in ("", DELETED)), "")
    return words.instant(text)


def _end(starts_at: datetime, durations: list[tuple[Segment | None, int]]) -> datetime | None:
    """The end by the first duration there is; its unit stands in the field behind it."""
    for segment, number in durations:
        amount, unit = _value(segment, number).strip(), _value(segment, number + 1)
        if _WHOLE_NUMBER.fullmatch(amount):
            lasting = timedelta(seconds=int(amount) * _SECONDS.get(_unit(unit), 0))
            return starts_at + lasting if timedelta(0) < lasting <= _LONGEST else None
    return None


def _unit(text: str) -> str:
    """The unit of a duration, such as MIN for `minutes`; minutes where none is named."""
    name = text.strip().upper() or "MIN"
    return next((unit for unit in ("MIN", "SEC", "HR") if name.startswith(unit)), name)


def _resources(reading: Reading, words: Words) -> Iterator[Facts]:
    for segment in reading.message.segments:
        if segment.name in _RESOURCES:
            found = _resource(segment, words)
            if segment.value(2) == "D" or reading.trigger in _REMOVING:
                found["removed"] = True
            yield found


def _resource(segment: Segment, words: Words) -> Facts:
    kind, role, start, status = _RESOURCES[segment.name]
    found: Facts = {"kind": kind}
    parts = segment.components(3)
    if kind == "person":
        put(found, "practitioner", words.practitioner(parts))
    elif kind == "place":
        put(found, "place", words.text("-".join(filter(None, map(_trimmed, parts[:4])))))
    else:
        put(found, "code", words.coded(parts))
    put(found, "role", words.coded(segment.components(role)) if role else None)
    put(found, "starts_at", words.instant(segment.value(start)))
    put(found, "status", _status_of(segment.components(status)))
    return found


def _trimmed(text: str) -> str:
    return "" if text == DELETED else text.strip()
