"""Puts the orchestrator together: the only place that knows which concrete parts there are."""

from fastapi import FastAPI

from care_chassis.clock import clock_from
from care_chassis.consumption import Consumption
from care_chassis.database import Database
from care_chassis.health import Health
from care_chassis.kafka import Publisher, make_broker
from care_chassis.serving import Assembly
from care_chassis.workers import repeatedly
from transition_orchestrator.close_periods import ClosePeriods
from transition_orchestrator.domain.programme import Programmes
from transition_orchestrator.follow_encounters import FollowEncounters
from transition_orchestrator.model_files import load_models
from transition_orchestrator.protocol_files import load_protocols
from transition_orchestrator.routes import follow_encounters_and_tasks
from transition_orchestrator.settings import Settings
from transition_orchestrator.sites import SiteFolder
from transition_orchestrator.store import PostgresLedgers


def build(settings: Settings) -> Assembly:
    """The whole service, not yet started."""
    clock, health = clock_from(settings.clock), Health()
    database = Database(settings.database_url)
    publisher = Publisher(settings.kafka, "transition-orchestrator")
    broker = make_broker(settings.kafka, "transition-orchestrator")
    programmes = Programmes(load_protocols(settings.protocols_dir))
    models = load_models(settings.risk_models_dir)
    sites = SiteFolder(settings.sites_dir, programmes, models, health)
    follow = FollowEncounters(
        ledgers=PostgresLedgers(database), sites=sites, programmes=programmes, clock=clock
    )
    consumption = Consumption(
        follow_encounters_and_tasks(follow), publisher=publisher, clock=clock, health=health
    )
    consumption.subscribe(broker)
    return Assembly(
        service="transition-orchestrator",
        http=FastAPI(
            title="transition-orchestrator", docs_url=None, redoc_url=None, openapi_url=None
        ),
        host=settings.http_host,
        port=settings.http_port,
        clock=clock,
        health=health,
        publisher=publisher,
        broker=broker,
        database=database,
        consumptions=(consumption,),
        workers=(
            repeatedly("sites", sites.look, health),
            repeatedly("periods", ClosePeriods(follow).close_some, health),
        ),
    )
