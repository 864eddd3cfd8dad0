"""What the feeds beside ADT share: whom a message is about, when, and the small values it holds.

`readings` cuts a message into what it says of each of its patients; `Words` reads fields, none
longer than its bound; what comes of both is a `Statement`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import islice
from typing import Final, TypeVar

from adt_ingest.domain.facts import Facts, component, leading, undeleted
from adt_ingest.domain.identifiers import (
    Identifier,
    identifiers_in,
    patient_number,
    visit_number,
)
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import Header, Message, Segment
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.times import MessageTimes, Stamp

SHORTENED: Final = "text_shortened"
LIST_SHORTENED: Final = "list_shortened"

_LONGEST: Final = 250
_MOST: Final = 50
_YEARS_AHEAD: Final = 10
"""A referral may hold for years; later still is a placeholder."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Statement:
    """One event that a message tells of; `body` is the part of its contract that is its own."""

    kind: str
    patient: Identifier
    visit: Identifier | None
    recorded_at: datetime
    occurred_at: datetime | None
    body: Facts
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A message and one of its patients."""

    trigger: str
    message: Message
    """All of it."""
    part: Message
    """What is about this patient: from the PID on, where there are several."""
    patient: Identifier
    visit: Identifier | None
    site: SiteProfile
    received_at: datetime
    stamps: tuple[Stamp | None, Stamp | None, Stamp | None]
    """EVN-2, MSH-7 and EVN-6."""
    warnings: tuple[str, ...]

    def words(self) -> "Words":
        """A reader of fields that gathers what is doubtful about one statement."""
        zone, sent = self.site.zone, self.stamps[1]
        foreign = sent if sent is not None and not _is_local(sent, zone) else None
        latest = self.received_at.year + _YEARS_AHEAD
        return Words(MessageTimes(zone, foreign, list(self.warnings), latest))

    def statement(self, kind: str, body: Facts, words: "Words") -> Statement:
        """The event of this kind, with all that was doubtful while its body was read."""
        recorded, sent, occurred = self.stamps
        times = replace(words.times, sent=sent)
        return Statement(
            kind=kind,
            patient=self.patient,
            visit=self.visit,
            recorded_at=times.first_of([recorded, sent]) or self.received_at,
            occurred_at=times.first_of([occurred]),
            body=body,
            warnings=tuple(times.warnings),
        )

    def required(self, name: str, what: str) -> Segment:
        """The first segment of this name. Raises Refusal where there is none."""
        segment = self.message.first(name)
        if segment is None:
            raise Refusal(Problem.SEGMENT_SEQUENCE, f"The {what} is missing", name)
        return segment


def readings(
    message: Message, header: Header, site: SiteProfile, *, trigger: str, received_at: datetime
) -> list[Reading]:
    """What the message says of each patient. Raises Refusal where a PID names none."""
    pids = message.every("PID")
    times = MessageTimes(site.zone, latest_year=received_at.year + _YEARS_AHEAD)
    evn = message.first("EVN")
    texts = (evn.value(2) if evn else "", header.first(7), evn.value(6) if evn else "")
    recorded, sent, occurred = (times.stamp(undeleted(text)) for text in texts)
    return [
        Reading(
            trigger=trigger,
            message=message,
            part=part,
            patient=_patient(pid, site),
            visit=visit_number(part.first("PV1"), pid, own_authority=site.authority),
            site=site,
            received_at=received_at,
            stamps=(recorded, sent, occurred),
            warnings=(*message.warnings, *times.warnings),
        )
        for pid, part in zip(
            pids, message.groups("PID") if len(pids) > 1 else [message], strict=False
        )
    ]


def _is_local(sent: Stamp, zone: tzinfo) -> bool:
    """Whether the offset of MSH-7 is the site's own at that moment.

    Then a time without one is what a clock on the site's wall shows, also beyond a change to or
    from summer time: an appointment in winter that is booked in summer.
    """
    return (
        sent.offset is not None
        and sent.wall.replace(tzinfo=sent.offset).astimezone(zone).replace(tzinfo=None) == sent.wall
    )


def _patient(pid: Segment, site: SiteProfile) -> Identifier:
    identifiers = identifiers_in(pid, 3, own_authority=site.authority)
    chosen = patient_number(identifiers, own_authority=site.authority)
    if chosen is None:
        raise Refusal(Problem.REQUIRED_FIELD, "No identifier names the patient", "PID-3")
    return chosen


def put(body: Facts, name: str, value: object) -> None:
    """Add what is there; for fields in which a delete indicator says no more than nothing."""
    if value not in ("", None, []):
        body[name] = value


@dataclass(frozen=True, slots=True)
class Words:
    """Reads fields as the small values that statements are made of, and notes what was cut."""

    times: MessageTimes

    def text(self, text: str, most: int = _LONGEST) -> str:
        """`text`, trimmed and cut; nothing for a delete indicator."""
        text = undeleted(text.strip())
        if len(text) > most:
            self.times.warn(SHORTENED)
        return text[:most]

    def several(self, values: Iterable[_T | None], most: int = _MOST) -> list[_T]:
        """Those that are anything, and not too many of them."""
        found = list(islice((value for value in values if value is not None), most + 1))
        if len(found) > most:
            self.times.warn(LIST_SHORTENED)
        return found[:most]

    def coded(self, parts: list[str], first: int = 1) -> Facts | None:
        """The code in a CE or CWE whose triplet of code, words and system begins at `first`.

        Where the first triplet has no code, the alternate one is taken.
        """
        code, text, system = (self.text(component(parts, first + n)) for n in range(3))
        if first == 1 and not code and component(parts, 4):
            return self.coded(parts, 4)
        found = {"code": code, "system": system, "text": text}
        return {name: value for name, value in found.items() if value} or None

    def number(self, parts: list[str]) -> Facts | None:
        """The number in an EI and who assigned it, by its namespace or else its universal id."""
        value, namespace, universal = (self.text(component(parts, n)) for n in (1, 2, 3))
        if not value:
            return None
        authority = namespace or universal
        return {"value": value, "authority": authority} if authority else {"value": value}

    def practitioner(self, parts: list[str]) -> Facts | None:
        """The clinician in an XCN."""
        identifier, family, given = map(self.text, leading(parts))
        if not (identifier or family or given):
            return None
        return {"identifier": identifier, "family_name": family, "given_name": given}

    def instant(self, text: str) -> datetime | None:
        """The instant that a field names."""
        stamp = self.times.stamp(undeleted(text))
        return None if stamp is None else self.times.instant(stamp)

    def newest(self, texts: Iterable[str]) -> datetime | None:
        """The last of the instants that repetitions name."""
        return max(filter(None, map(self.instant, texts)), default=None)
