"""The orchestrator's use case on a real database, without Kafka: to fill it, and to time it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from care_chassis.clock import SystemClock
from care_chassis.database import Database
from care_chassis.health import Health
from transition_orchestrator.domain.programme import Programmes
from transition_orchestrator.follow_encounters import FollowEncounters
from transition_orchestrator.model_files import load_models
from transition_orchestrator.protocol_files import load_protocols
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
