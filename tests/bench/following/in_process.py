"""The orchestrator's use case on a real database, without Kafka: to fill it, and to time it."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from care_chassis.clock import SystemClock
from care_chassis.consumption import Delivery
from care_chassis.database import Database
from care_chassis.events import Event, OutgoingEvent
from care_chassis.health import Health
from transition_orchestrator.domain.programme import Programmes
from transition_orchestrator.follow_encounters import FollowEncounters, News
from transition_orchestrator.model_files import load_models
from transition_orchestrator.protocol_files import load_protocols
from transition_orchestrator.routes import read_news
from transition_orchestrator.sites import SiteFolder
from transition_orchestrator.store import PostgresLedgers


@asynccontextmanager
async def following(database_url: str, sites_dir: Path) -> AsyncGenerator[FollowEncounters]:
    programmes = Programmes(load_protocols())
    async with Database(database_url) as database:
        yield FollowEncounters(
            ledgers=PostgresLedgers(database),
            sites=SiteFolder(sites_dir, programmes, load_models(), Health()),
            programmes=programmes,
            clock=SystemClock(),
        )


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
