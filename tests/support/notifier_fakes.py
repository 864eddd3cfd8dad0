"""The notifier in memory, and builders for what it hears of."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.support.manual_clock import START, ManualClock
from tests.support.worklist_builders import patient, transition

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
from care_contracts.transitions import TransitionEventType, TransitionSnapshot
from notifier.deliver_notices import DeliverNotices, DeliveryRules
from notifier.domain.delivery import Attempt, Outcome, RetryRule
from notifier.domain.news import News
from notifier.domain.notices import Notice, NoticeState, visit_of
from notifier.domain.people import People, Person
from notifier.domain.recipients import Entry
from notifier.domain.texts import FollowUp
from notifier.domain.visits import About, Visit, by_person
from notifier.follow_ups import read_follow_up
from notifier.heed_replies import HeedReplies
from notifier.ports import (
    Background,
    Delivering,
    Institution,
    Letter,
    LetterError,
    PatientTexts,
    Requesting,
    TextLog,
)
from notifier.posting import Post
from notifier.request_notices import RequestNotices
from notifier.request_texts import RequestTexts
from notifier.routes import read_news
from notifier.templates import WrittenLetters
from notifier.text_ports import Text, Texting

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
    follow_ups: dict[UUID, FollowUp] = field(default_factory=dict[UUID, FollowUp])
    stopped: set[str] = field(default_factory=set[str])
    begun_at: dict[tuple[UUID, int], datetime] = field(
        default_factory=dict[tuple[UUID, int], datetime]
    )

    def copied(self) -> "_Shelf":
        return _Shelf(
            set(self.seen),
            dict(self.people),
            dict(self.visits),
            dict(self.notices),
            dict(self.attempts),
            list(self.announced),
            dict(self.follow_ups),
            set(self.stopped),
            dict(self.begun_at),
        )


class FakeNotebook:
    """People, visits, notices and attempts in memory; a failed transaction leaves no trace."""

    def __init__(self) -> None:
        self._shelf = _Shelf()
        self._held: set[UUID] = set()
        self.away = 0
        """How many transactions of deliveries and answers will find the database gone."""

    @asynccontextmanager
    async def requesting(self) -> AsyncGenerator["_FakeRequesting"]:
        before = self._shelf.copied()
        try:
            yield _FakeRequesting(self._shelf)
        except BaseException:
            self._shelf = before
            raise

    @asynccontextmanager
    async def texting(self) -> AsyncGenerator["_FakeTexting"]:
        if self.away:
            self.away -= 1
            raise TransientError("PostgreSQL")
        before = self._shelf.copied()
        try:
            yield _FakeTexting(self._shelf)
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

    def stopped(self) -> set[str]:
        """The numbers that were opted out."""
        return set(self._shelf.stopped)


class _FakeNotices:
    """What both sides do with notices."""

    def __init__(self, shelf: _Shelf) -> None:
        self._shelf = shelf

    async def keep_notices(self, notices: Sequence[Notice]) -> None:
        self._shelf.notices.update({notice.notification_id: notice for notice in notices})

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        self._shelf.announced.extend(events)

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:  # noqa: ARG002 - the fake forgets nothing
        fresh = set(event_ids) - self._shelf.seen
        self._shelf.seen |= fresh
        return fresh


class _FakeTexting(_FakeNotices):
    """The side of texts of the fake."""

    async def keep_follow_ups(self, follow_ups: Sequence[FollowUp]) -> set[UUID]:
        kept = self._shelf.follow_ups
        newer = {
            one.transition_id: one
            for one in follow_ups
            if one.transition_id not in kept or kept[one.transition_id].version < one.version
        }
        kept.update(newer)
        return set(newer)

    async def lock_texts(self, notification_ids: Sequence[UUID]) -> list[Notice]:
        return [item for key, item in self._shelf.notices.items() if key in notification_ids]

    async def stop(self, number: str, at: datetime) -> bool:  # noqa: ARG002 - the fake shows no times
        is_new = number not in self._shelf.stopped
        self._shelf.stopped.add(number)
        return is_new

    async def texts_to(self, number: str) -> list[Notice]:
        found = [
            item
            for item in self._shelf.notices.values()
            if item.about is About.FOLLOW_UP and _number_of(item) == number
        ]
        return sorted(found, key=lambda item: item.requested_at, reverse=True)


def _number_of(text: Notice) -> str | None:
    return text.recipient.address if text.recipient else None


class _FakeRequesting(_FakeNotices):
    """The requesting side of the fake."""

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

    async def visits_in_question(self, patient_keys: Sequence[str]) -> set[str]:
        people = self._shelf.people.values()
        whole = {
            one.survivor_key or one.patient_key for one in people if one.patient_key in patient_keys
        }
        group = whole | {one.patient_key for one in people if one.survivor_key in whole}
        named = Counter(visit_key for visit_key, _ in self._shelf.visits)
        again = {key for key, said_of in self._shelf.visits if said_of in group and named[key] > 1}
        return again | {
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

    async def texting_of(self, texts: Sequence[Notice], since: datetime) -> Mapping[UUID, TextLog]:
        return {text.notification_id: self._texting_of(text, since) for text in texts}

    def _texting_of(self, text: Notice, since: datetime) -> TextLog:
        follow_up = self._shelf.follow_ups.get(UUID(text.addressee.key))
        number, group = _number_of(text), self._group_of(text.patient_key)
        sent_at = sorted(
            self._shelf.begun_at[key]
            for key, attempt in self._shelf.attempts.items()
            if (attempt is None or attempt.outcome in (Outcome.SENT, Outcome.UNKNOWN))
            and (other := self._shelf.notices[key[0]]).about is About.FOLLOW_UP
            and (_number_of(other) == number or other.patient_key in group)
        )
        return TextLog(
            follow_up_stands=follow_up is not None and follow_up.is_wanted,
            opted_out=number in self._shelf.stopped,
            sent_at=tuple(at for at in sent_at if at >= since),
        )

    def _group_of(self, patient_key: str) -> set[str]:
        """The keys of one person."""
        people = self._shelf.people
        own = people.get(patient_key, Person(patient_key))
        whole = own.survivor_key or own.patient_key
        return {patient_key, whole} | {
            one.patient_key for one in people.values() if one.survivor_key == whole
        }

    async def open_attempts(self, notices: Sequence[Notice], at: datetime) -> None:
        for notice in notices:
            self._shelf.attempts[notice.notification_id, notice.attempts] = None
            self._shelf.begun_at[notice.notification_id, notice.attempts] = at

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


class FakeGateway:
    """A gateway that takes every text, or answers as it is told to."""

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.refusals: list[LetterError] = []
        """The answers to the next texts; after them everything is taken."""
        self.meanwhile: Callable[[], Any] | None = None
        """What happens while the next text is on its way."""

    async def send(self, text: Text) -> None:
        self.texts.append(text)
        if self.meanwhile is not None:
            happening, self.meanwhile = self.meanwhile, None
            await happening()
        if self.refusals:
            raise self.refusals.pop(0)


TEXTS = PatientTexts(
    sender="GHH Care Team",
    number="555-0100",
    follow_up="GHH Care Team: please call 555-0100 about your follow-up. Reply STOP to opt out.",
    stopped="GHH Care Team: you will get no more texts. You can call us at 555-0100.",
)


class FakeSites:
    """One hospital in New York, which texts its patients."""

    def __init__(self) -> None:
        self.texts: PatientTexts | None = TEXTS
        self.directory = {
            "GP2": Entry("Benno Thistle", "ben@example.org"),
            "GP3": Entry("Cora Vale", "cora@example.org"),
            "MAPLE": Entry(
                "Maple Grove", "intake@maple.example.org", frozenset({"MG"}), frozenset({"61"})
            ),
            "ELSEWHERE": Entry("Elsewhere Clinic", "desk@elsewhere.example.org"),
        }

    def with_words(self, words: str) -> PatientTexts:
        """Its texts, but for the words about a follow-up."""
        return replace(TEXTS, follow_up=words)

    def institution(self, code: str) -> Institution:
        assert code == "GHH"
        return Institution(
            "Good Health Hospital", ZoneInfo("America/New_York"), dict(self.directory), self.texts
        )


class NoticeStore(Requesting, Texting, Delivering, Protocol):
    """All that the notifier keeps."""


class NoticeDesk:
    """The notifier put together, by default with fakes."""

    lost_after = timedelta(seconds=0.05)
    """On the wall; the clock stands still meanwhile."""

    def __init__(
        self,
        *,
        store: NoticeStore | None = None,
        gateway: FakeGateway | None = None,
        rate: float = 1.0,
    ) -> None:
        self.clock = ManualClock(START + timedelta(hours=3), rate=rate)
        self.notebook = FakeNotebook()
        self.mailer = FakeMailer()
        self.gateway = gateway or FakeGateway()
        self.sites = FakeSites()
        kept = store or self.notebook
        self.request = RequestNotices(
            requesting=kept, sites=self.sites, clock=self.clock, news_for=NEWS_FOR
        )
        self.request_texts = RequestTexts(texting=kept, sites=self.sites, clock=self.clock)
        self.replies = HeedReplies(texting=kept, clock=self.clock)
        self.deliver = DeliverNotices(
            delivering=kept,
            post=Post(WrittenLetters(), self.mailer, self.gateway, self.sites),
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

    async def plan(self, *snapshots: TransitionSnapshot) -> None:
        """Take in a batch of how transitions stand, their visits having been heard of."""
        await self.hear(*(visit_told(snapshot) for snapshot in snapshots))
        await self.plan_ahead(*snapshots)

    async def plan_ahead(self, *snapshots: TransitionSnapshot) -> None:
        """The same, where what tells of the visits lags behind."""
        events = [transition_told(snapshot) for snapshot in snapshots]
        await self.request_texts.follow([Delivery(one, read_follow_up(one)) for one in events])

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


def home(name: str, *, mrn: str = "MR1001", **more: Any) -> TransitionSnapshot:
    """A follow-up at home after a discharge at the start; of the patient: key and telephones."""
    whose: dict[str, Any] = {"patient_key": key(f"key-of-{mrn}")}
    whose |= {field: more.pop(field) for field in ("patient_key", "phones") if field in more}
    facts: dict[str, Any] = {
        "patient": patient(mrn, **whose),
        "discharged_at": START,
        "visit_key": key(f"visit-key-of-{name}"),
    }
    return transition(name, **(facts | more))


def visit_told(snapshot: TransitionSnapshot) -> Event:
    """An event of `encounters.v1` by which the visit is known, and no more than that."""
    return told(
        EncounterEventType.UPDATED,
        0,
        patient=snapshot.patient.patient_key,
        visit=snapshot.visit_key,
    )


def transition_told(snapshot: TransitionSnapshot) -> Event:
    """An event of `transitions.v1`."""
    return Event(
        event_id=f"{snapshot.transition_id} {snapshot.version}",
        type=TransitionEventType.REPLANNED,
        source="transition-orchestrator",
        subject=str(snapshot.transition_id),
        time=snapshot.changed_at,
        key=snapshot.patient.patient_key,
        data=snapshot.to_json(),
        correlation_id="the wire",
    )
