"""The notifier in memory, and builders for what it hears of."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.support.manual_clock import START, ManualClock

from care_chassis.consumption import Delivery
from care_chassis.errors import TransientError
from care_chassis.events import Event, OutgoingEvent
from care_contracts.encounters import (
    EncounterClass,
    EncounterEvent,
    EncounterEventType,
    MessageReference,
    PatientFacts,
    PatientReference,
    Practitioner,
    Restriction,
    VisitFacts,
    VisitReference,
)
from care_contracts.notifications import NotificationSnapshot
from notifier.deliver_notices import DeliverNotices, DeliveryRules, Post
from notifier.domain.delivery import Attempt, Outcome, RetryRule
from notifier.domain.news import News
from notifier.domain.notices import Notice, NoticeState, visit_of
from notifier.domain.people import People, Person
from notifier.domain.recipients import Entry
from notifier.domain.visits import Visit, by_person
from notifier.ports import (
    Background,
    Delivering,
    Institution,
    Letter,
    LetterError,
    Requesting,
)
from notifier.request_notices import RequestNotices
from notifier.routes import read_news
from notifier.templates import WrittenLetters

ADA = Practitioner(identifier="GP1", family_name="Quill", given_name="Ada", email="ada@example.org")
BEN = Practitioner(identifier="GP2", family_name="Thistle", given_name="Ben")
"""Known to the directory by number."""
CORA = Practitioner(identifier="GP3", family_name="Vale", given_name="Cora")
"""So is she."""
NOBODY_KNOWS = Practitioner(identifier="GP9", family_name="Stranger")
ROSA = Practitioner(identifier="D1", family_name="Ward", given_name="Rosa")
NEWS_FOR = timedelta(days=7)
PERSON: Mapping[str, Any] = {"family_name": "Doe", "given_name": "Ann"}


def key(name: str) -> str:
    """An opaque key that one can read."""
    return name.ljust(32, "0")


def told(
    kind: EncounterEventType | str,
    minute: float,
    *,
    event_id: str = "",
    patient: str = "ann",
    visit: str | None = "v1",
    prior: str | None = None,
    person: Mapping[str, Any] | None = None,
    stay: Mapping[str, Any] | None = None,
    occurred_at: datetime | None = None,
    received_after: timedelta = timedelta(seconds=1),
) -> Event:
    """An event of `encounters.v1`, recorded so many minutes after the start."""
    recorded_at = START + timedelta(minutes=minute)
    body = EncounterEvent(
        site="GHH",
        message=MessageReference(message_control_id="M1", trigger="A00"),
        patient=PatientReference(patient_key=key(patient), mrn=patient, authority="GHH"),
        visit=VisitReference(visit_key=key(visit), visit=visit) if visit else None,
        prior_patient=PatientReference(patient_key=key(prior), mrn=prior, authority="GHH")
        if prior
        else None,
        recorded_at=recorded_at,
        occurred_at=occurred_at,
        received_at=recorded_at + received_after,
        patient_facts=PatientFacts(**(PERSON if person is None else person)),
        visit_facts=VisitFacts(**(stay or {})),
    )
    return Event(
        event_id=event_id or f"{kind} {minute} {patient} {visit} {person} {stay}",
        type=str(kind),
        source="adt-ingest",
        subject="",
        time=recorded_at,
        key=key(patient),
        data=body.to_json(),
        correlation_id="the wire",
    )


def with_provider(provider: Practitioner | None = ADA) -> dict[str, Any]:
    return {**PERSON, "primary_care_provider": provider}


def objecting(*, withdrawn: bool = False) -> dict[str, Any]:
    """What is said of someone who does not want others to be told."""
    action = "D" if withdrawn else "A"
    own = Restriction(restriction="ALL", reasons=["PAT"], action=action)
    return {"restrictions": [own]}


INPATIENT: Mapping[str, Any] = {"encounter_class": EncounterClass.INPATIENT, "attending": ROSA}
EMERGENCY: Mapping[str, Any] = {"encounter_class": EncounterClass.EMERGENCY}
OBSERVATION: Mapping[str, Any] = {"encounter_class": EncounterClass.OBSERVATION}
CLINIC: Mapping[str, Any] = {"encounter_class": EncounterClass.OUTPATIENT}


def admitted(minute: float = 0, **told_as: Any) -> Event:
    defaults: dict[str, Any] = {"person": with_provider(), "stay": INPATIENT}
    return told(EncounterEventType.ADMITTED, minute, **(defaults | told_as))


def registered(minute: float = 0, **told_as: Any) -> Event:
    defaults: dict[str, Any] = {"person": with_provider(), "stay": EMERGENCY}
    return told(EncounterEventType.REGISTERED, minute, **(defaults | told_as))


def discharged(minute: float = 60, **told_as: Any) -> Event:
    defaults: dict[str, Any] = {"person": with_provider(), "stay": INPATIENT}
    return told(EncounterEventType.DISCHARGED, minute, **(defaults | told_as))


def updated(minute: float = 30, **told_as: Any) -> Event:
    return told(EncounterEventType.UPDATED, minute, **told_as)


def admission_cancelled(minute: float = 90, **told_as: Any) -> Event:
    return told(EncounterEventType.ADMISSION_CANCELLED, minute, **told_as)


def discharge_cancelled(minute: float = 90, **told_as: Any) -> Event:
    return told(EncounterEventType.DISCHARGE_CANCELLED, minute, **told_as)


def merged(prior: str, into: str, minute: float = 45, **told_as: Any) -> Event:
    who: dict[str, Any] = {"patient": into, "prior": prior, "visit": None}
    return told(EncounterEventType.PATIENT_MERGED, minute, **(who | told_as))


@dataclass
class _Shelf:
    """What is kept."""

    seen: set[str] = field(default_factory=set[str])
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    visits: dict[tuple[str, str], Visit] = field(default_factory=dict[tuple[str, str], Visit])
    notices: dict[UUID, Notice] = field(default_factory=dict[UUID, Notice])
    attempts: dict[tuple[UUID, int], Attempt | None] = field(
        default_factory=dict[tuple[UUID, int], Attempt | None]
    )
    announced: list[OutgoingEvent] = field(default_factory=list[OutgoingEvent])

    def copied(self) -> "_Shelf":
        return _Shelf(
            set(self.seen),
            dict(self.people),
            dict(self.visits),
            dict(self.notices),
            dict(self.attempts),
            list(self.announced),
        )


class FakeNotebook:
    """People, visits, notices and attempts in memory; a failed transaction leaves no trace."""

    def __init__(self) -> None:
        self._shelf = _Shelf()
        self._held: set[UUID] = set()
        self.away = 0
        """How many deliveries' transactions will find the database gone."""

    @asynccontextmanager
    async def requesting(self) -> AsyncGenerator["_FakeRequesting"]:
        before = self._shelf.copied()
        try:
            yield _FakeRequesting(self._shelf)
        except BaseException:
            self._shelf = before
            raise

    @asynccontextmanager
    async def delivering(self) -> AsyncGenerator["_FakeDelivering"]:
        if self.away:
            self.away -= 1
            raise TransientError("PostgreSQL")
        before = self._shelf.copied()
        work = _FakeDelivering(self._shelf, self._held)
        try:
            yield work
        except BaseException:
            self._shelf = before
            raise
        finally:
            self._held -= work.mine

    def notices(self) -> list[Notice]:
        return list(self._shelf.notices.values())

    def visits(self) -> list[Visit]:
        """Of every person, whatever numbers of theirs were named."""
        people = People(self._shelf.people.values())
        return by_person((one for _, one in sorted(self._shelf.visits.items())), people)

    def attempts(self) -> list[Attempt | None]:
        """In the order in which they began; None for one without a recorded end."""
        return list(self._shelf.attempts.values())

    def announced(self) -> list[OutgoingEvent]:
        return list(self._shelf.announced)


class _FakeNotices:
    """What both sides do with notices."""

    def __init__(self, shelf: _Shelf) -> None:
        self._shelf = shelf

    async def keep_notices(self, notices: Sequence[Notice]) -> None:
        self._shelf.notices.update({notice.notification_id: notice for notice in notices})

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        self._shelf.announced.extend(events)


class _FakeRequesting(_FakeNotices):
    """The requesting side of the fake."""

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:  # noqa: ARG002 - the fake forgets nothing
        fresh = set(event_ids) - self._shelf.seen
        self._shelf.seen |= fresh
        return fresh

    async def lock_people(self, patient_keys: Sequence[str]) -> People:
        people = self._shelf.people
        for patient_key in patient_keys:
            people.setdefault(patient_key, Person(patient_key))
        named = {people[patient_key] for patient_key in patient_keys}
        survivors = {people[one.survivor_key] for one in named if one.survivor_key}
        return People(named | survivors)

    async def keep_people(self, people: Sequence[Person]) -> None:
        kept = self._shelf.people
        kept.update({person.patient_key: person for person in people})
        moved = {one.patient_key: one.survivor_key for one in people if one.survivor_key}
        for person in list(kept.values()):
            if person.survivor_key in moved:
                onwards = moved[person.survivor_key]
                kept[person.patient_key] = replace(person, survivor_key=onwards)

    async def visits_with_open_notices(self, patient_keys: Sequence[str]) -> set[str]:
        group = set(patient_keys) | {
            person.patient_key
            for person in self._shelf.people.values()
            if person.survivor_key in patient_keys
        }
        return {
            notice.visit_key
            for notice in self._shelf.notices.values()
            if notice.patient_key in group
            and notice.attempts == 0
            and notice.state in (NoticeState.PENDING, NoticeState.UNDELIVERABLE)
        }

    async def lock_visits(
        self, visits: Sequence[Visit], visit_keys: Iterable[str] = ()
    ) -> list[Visit]:
        kept = self._shelf.visits
        for visit in visits:
            kept.setdefault((visit.visit_key, visit.said_of), visit)
        named = {visit.visit_key for visit in visits} | set(visit_keys)
        return [kept[number] for number in sorted(kept) if number[0] in named]

    async def keep_visits(self, visits: Sequence[Visit]) -> None:
        self._shelf.visits.update({(one.visit_key, one.said_of): one for one in visits})

    async def lock_notices(self, visit_keys: Sequence[str]) -> list[Notice]:
        return [item for item in self._shelf.notices.values() if item.visit_key in visit_keys]


class _FakeDelivering(_FakeNotices):
    """The delivering side of the fake."""

    def __init__(self, shelf: _Shelf, held: set[UUID]) -> None:
        super().__init__(shelf)
        self._held = held
        self.mine: set[UUID] = set()

    async def claim(self, now: datetime, most: int) -> list[Notice]:
        due = sorted(
            (
                notice
                for notice in self._shelf.notices.values()
                if notice.state is NoticeState.PENDING
                and notice.next_attempt_at <= now
                and notice.notification_id not in self._held
            ),
            key=lambda notice: notice.next_attempt_at,
        )[:most]
        self.mine |= {notice.notification_id for notice in due}
        self._held |= self.mine
        return due

    async def lock(self, notification_id: UUID) -> Notice:
        return self._shelf.notices[notification_id]

    async def backgrounds(self, notices: Sequence[Notice]) -> Mapping[UUID, Background]:
        people = People(self._shelf.people.values())
        visits = by_person(self._shelf.visits.values(), people)
        return {
            notice.notification_id: Background(visit, people.whole(visit.said_of))
            for notice in notices
            if (visit := visit_of(notice, visits))
        }

    async def open_attempts(self, notices: Sequence[Notice], at: datetime) -> None:  # noqa: ARG002 - the fake shows no times
        for notice in notices:
            self._shelf.attempts[notice.notification_id, notice.attempts] = None

    async def close_attempts(self, attempts: Sequence[tuple[UUID, Attempt]], at: datetime) -> None:  # noqa: ARG002 - the fake shows no times
        for notification_id, attempt in attempts:
            held = self._shelf.attempts.get((notification_id, attempt.number))
            if held is None or held.outcome is Outcome.UNKNOWN:
                self._shelf.attempts[notification_id, attempt.number] = attempt

    async def next_instant(self) -> datetime | None:
        pending = [
            notice.next_attempt_at
            for notice in self._shelf.notices.values()
            if notice.state is NoticeState.PENDING
        ]
        return min(pending, default=None)


class FakeMailer:
    """A mail server that takes everything, or answers as it is told to."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.refusals: list[LetterError] = []
        """The answers to the next letters; after them everything is taken."""
        self.meanwhile: Callable[[], Any] | None = None
        """What happens while the next letter is on its way."""

    async def send(self, letter: Letter, at: datetime) -> None:  # noqa: ARG002 - the fake shows no times
        self.letters.append(letter)
        if self.meanwhile is not None:
            happening, self.meanwhile = self.meanwhile, None
            await happening()
        if self.refusals:
            raise self.refusals.pop(0)


class FakeSites:
    """One hospital in New York."""

    def __init__(self) -> None:
        self.directory = {
            "GP2": Entry("Benno Thistle", "ben@example.org"),
            "GP3": Entry("Cora Vale", "cora@example.org"),
            "MAPLE": Entry(
                "Maple Grove", "intake@maple.example.org", frozenset({"MG"}), frozenset({"61"})
            ),
            "ELSEWHERE": Entry("Elsewhere Clinic", "desk@elsewhere.example.org"),
        }

    def institution(self, code: str) -> Institution:
        assert code == "GHH"
        return Institution(
            "Good Health Hospital", ZoneInfo("America/New_York"), dict(self.directory)
        )


class NoticeStore(Requesting, Delivering, Protocol):
    """All that the notifier keeps."""


class NoticeDesk:
    """The notifier put together, by default with fakes."""

    lost_after = timedelta(seconds=0.05)
    """On the wall; the clock stands still meanwhile."""

    def __init__(self, *, store: NoticeStore | None = None, rate: float = 1.0) -> None:
        self.clock = ManualClock(START + timedelta(hours=3), rate=rate)
        self.notebook = FakeNotebook()
        self.mailer = FakeMailer()
        self.sites = FakeSites()
        kept = store or self.notebook
        self.request = RequestNotices(
            requesting=kept, sites=self.sites, clock=self.clock, news_for=NEWS_FOR
        )
        self.deliver = DeliverNotices(
            delivering=kept,
            post=Post(WrittenLetters(), self.mailer, self.sites),
            clock=self.clock,
            rules=DeliveryRules(
                RetryRule(),
                lost_after_seconds=self.lost_after.total_seconds(),
                chance=lambda: 1.0,
            ),
        )

    async def hear(self, *events: Event) -> None:
        """Take in a batch."""
        await self.request.follow([delivered(event) for event in events])

    async def post(self) -> None:
        """Attempt all that is due."""
        while await self.deliver.deliver_due() == 0.0:
            pass

    def subjects(self) -> list[str]:
        return [letter.subject for letter in self.mailer.letters]

    def standing(self) -> dict[str, NoticeState]:
        """The state of every notice that is not withdrawn, where there is one of a kind."""
        return {
            notice.about.value: notice.state
            for notice in self.notebook.notices()
            if notice.state is not NoticeState.WITHDRAWN
        }

    def announced(self) -> list[tuple[str, NotificationSnapshot]]:
        return [
            (event.type, NotificationSnapshot.model_validate_json(event.data))
            for event in self.notebook.announced()
        ]


def delivered(event: Event) -> Delivery[News]:
    return Delivery(event, read_news(event, news_for=NEWS_FOR))
