"""Fakes and builders for the orchestrator: a ledger in memory, sites of five zones, messages."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from math import exp
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from tests.support.manual_clock import ManualClock

from care_chassis.consumption import Delivery
from care_chassis.events import Event, OutgoingEvent
from care_chassis.inbox import KEPT_FOR
from transition_orchestrator.domain.attribution import AttributionRules
from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.cluster import Cluster
from transition_orchestrator.domain.lace import Tier
from transition_orchestrator.domain.merging import Json, Stamp
from transition_orchestrator.domain.messages import (
    Message,
    MessageKind,
    PatientKey,
    PatientName,
    VisitKey,
    VisitName,
)
from transition_orchestrator.domain.programme import Followed, Programme, Programmes
from transition_orchestrator.domain.risk import RiskRules
from transition_orchestrator.domain.scoring import (
    Calibration,
    Contribution,
    Prediction,
    RiskBand,
    StayFacts,
)
from transition_orchestrator.follow_encounters import FollowEncounters, News
from transition_orchestrator.model_files import load_models
from transition_orchestrator.ports import Ledger, SiteRules
from transition_orchestrator.protocol_files import load_protocols
from transition_orchestrator.routes import read_news

PROGRAMMES = Programmes(load_protocols())
MODELS = load_models()
DEFAULT = PROGRAMMES.of((Followed("default@2"),))
NEW_YORK = "America/New_York"


class MemoryLedgers:
    """Keeps clusters in memory; a block that fails leaves no trace."""

    def __init__(self) -> None:
        self.clusters: dict[str, Cluster] = {}
        self.seen: set[str] = set()
        self.said: list[OutgoingEvent] = []

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Ledger]:
        work = _MemoryLedger(self)
        yield work
        work.commit()

    @property
    def transitions(self) -> list[Any]:
        found = [one for cluster in self.clusters.values() for one in cluster.transitions.values()]
        return sorted(found, key=lambda one: (one.view.visit, one.transition_id))


class _MemoryLedger:
    def __init__(self, base: MemoryLedgers) -> None:
        self._base = base
        self._clusters = dict(base.clusters)
        self._seen: set[str] = set()
        self._said: list[OutgoingEvent] = []

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        assert seen_at.tzinfo is not None
        assert KEPT_FOR
        fresh = set(event_ids) - self._base.seen
        self._seen |= fresh
        return fresh

    async def gather(
        self, patients: Iterable[PatientKey], transitions: Iterable[UUID] = ()
    ) -> Sequence[Cluster]:
        wanted: tuple[set[Any], ...] = (set(patients), set(transitions))
        return [
            cluster
            for _, cluster in sorted(self._clusters.items())
            if any(
                names & set(part)
                for names, part in zip(
                    wanted,
                    (cluster.records, cluster.transitions),
                    strict=True,
                )
            )
        ]

    async def keep(self, before: Sequence[Cluster], after: Sequence[Cluster]) -> None:
        for cluster in before:
            self._clusters.pop(cluster.key, None)
        for cluster in after:
            self._clusters[cluster.key] = cluster

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        self._said.extend(events)

    async def to_close(self, now: datetime, most: int, sites: Iterable[str]) -> Sequence[UUID]:
        wanted = set(sites)
        found = [
            (one.view.closes_at, one.transition_id)
            for cluster in self._clusters.values()
            for one in cluster.transitions.values()
            if one.view.state.is_open and one.view.closes_at < now and one.view.site in wanted
        ]
        return [transition_id for _, transition_id in sorted(found)][:most]

    def commit(self) -> None:
        self._base.clusters = self._clusters
        self._base.seen |= self._seen
        self._base.said.extend(self._said)


class FakeScorer:
    """Predicts from the emergency visits alone: a scorer need not be a model from a file."""

    def predict(self, facts: StayFacts) -> Prediction:
        added = Contribution(
            "ed_visits", "emergency visits", facts.ed_visits, 0.5 * facts.ed_visits
        )
        probability = 1 / (1 + exp(2 - 0.5 * facts.ed_visits))
        return Prediction(
            model="fake@1",
            title="Fake",
            trained_on="nothing",
            probability=probability,
            lowest=probability,
            highest=probability,
            tier=Tier.HIGH if facts.ed_visits else Tier.LOW,
            missing=(),
            base=-2.0,
            contributions=(added,),
            calibration=Calibration(stays=1, brier=0.25, intercept=0.0, slope=1.0),
            band=RiskBand(0.0, 1.0, 1, 0.5, 1.0),
        )


class FakeSites:
    """Sites named by their zone, all with the same rules."""

    def __init__(
        self,
        risk: RiskRules | None = None,
        opens_with: Programme = DEFAULT,
        attribution: AttributionRules | None = None,
    ) -> None:
        self._risk = risk or RiskRules()
        self._opens_with = opens_with
        self._attribution = attribution or AttributionRules()

    def rules_of(self, site: str) -> SiteRules | None:
        if "/" not in site:
            return None
        days = LocalDays(ZoneInfo(site), BusinessCalendar())
        return SiteRules(days, self._opens_with, self._risk, self._attribution)

    def codes(self) -> Iterable[str]:
        return available_timezones()


def following(
    ledgers: Any, now: str = "2026-06-01T00:00:00Z", sites: FakeSites | None = None
) -> FollowEncounters:
    """The use case on a ledger, at an instant."""
    return FollowEncounters(
        ledgers=ledgers,
        sites=sites or FakeSites(),
        programmes=PROGRAMMES,
        clock=ManualClock(datetime.fromisoformat(now)),
    )


def delivered(news: News, event_id: str) -> Delivery[News]:
    """News as the consumption hands it over."""
    event = Event(
        event_id=event_id,
        type="test",
        source="/test",
        subject="",
        time=datetime.fromisoformat("2026-06-01T00:00:00Z"),
        key="k",
        data=b"",
        correlation_id=f"c-{event_id}",
    )
    return Delivery(event, news)


def message_deliveries(messages: Iterable[Message]) -> list[Delivery[News]]:
    return [delivered(message, message.stamp.event_id) for message in messages]


def deliveries(events: Iterable[OutgoingEvent]) -> list[Delivery[News]]:
    """Events as the consumption hands them over."""
    received = [
        Event(
            event_id=one.event_id,
            type=one.type,
            source=one.source,
            subject=one.subject,
            time=one.time,
            key=one.key,
            data=one.data,
            correlation_id=one.correlation_id,
            traceparent=one.traceparent,
        )
        for one in events
    ]
    return [Delivery(event, read_news(event)) for event in received]


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def said(
    kind: MessageKind,
    recorded_at: str,
    *,
    event_id: str = "",
    visit: str | None = "V1",
    mrn: str = "MR1001",
    prior: str | None = None,
    prior_visit: str | None = None,
    prior_account: str = "",
    occurred_at: str | None = None,
    site: str = NEW_YORK,
    person: Mapping[str, Json] | None = None,
    **visit_facts: Json,
) -> Message:
    """A message; times are ISO 8601 with an offset."""
    return Message(
        stamp=Stamp(datetime.fromisoformat(recorded_at), event_id or f"{kind}{visit}{recorded_at}"),
        kind=kind,
        site=site,
        patient=named(mrn),
        visit=visit_named(visit) if visit else None,
        prior=named(prior) if prior else None,
        prior_visit=visit_named(prior_visit) if prior_visit else None,
        prior_account=prior_account,
        occurred_at=instant(occurred_at),
        patient_facts=person or {},
        visit_facts=visit_facts,
    )


def named(mrn: str) -> PatientName:
    return PatientName(PatientKey(f"key-{mrn}"), mrn, "GHH")


def visit_named(visit: str) -> VisitName:
    return VisitName(VisitKey(f"key-{visit}"), visit)
