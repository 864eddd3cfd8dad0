"""Puts flow-monitor together: the only place that knows which concrete parts there are."""

from fastapi import FastAPI

from care_chassis.clock import SystemClock, clock_from
from care_chassis.consumption import Consumption
from care_chassis.database import Database
from care_chassis.health import Health
from care_chassis.kafka import Publisher, make_broker
from care_chassis.serving import Assembly
from care_chassis.workers import repeatedly
from flow_monitor.api import api_router
from flow_monitor.find_journeys import FindJourneys
from flow_monitor.keep_journal import KeepJournal
from flow_monitor.keep_months import KeepMonths
from flow_monitor.pages import page_router
from flow_monitor.ports import Lists
from flow_monitor.problems import answer_errors
from flow_monitor.routes import follow_everything
from flow_monitor.settings import Settings
from flow_monitor.sign_in import Doorkeeper
from flow_monitor.store import Store


def build(settings: Settings) -> Assembly:
    """The whole service, not yet started."""
    clock = clock_from(settings.clock)
    health = Health()
    database = Database(settings.database_url)
    publisher = Publisher(settings.kafka, "flow-monitor")
    broker = make_broker(settings.kafka, "flow-monitor")
    store = Store(database)
    reaction = follow_everything(KeepJournal(journal=store))
    consumption = Consumption(reaction, publisher=publisher, clock=clock, health=health)
    consumption.subscribe(broker)
    months = KeepMonths(months=store, clock=SystemClock(), kept=settings.months_kept)
    return Assembly(
        service="flow_monitor",
        http=make_http(FindJourneys(archive=store), store, settings),
        host=settings.http_host,
        port=settings.http_port,
        clock=clock,
        health=health,
        publisher=publisher,
        broker=broker,
        database=database,
        consumptions=(consumption,),
        workers=(repeatedly("months", months.keep, health),),
    )


def make_http(finding: FindJourneys, lists: Lists, settings: Settings) -> FastAPI:
    """Pages and REST."""
    doorkeeper = Doorkeeper(
        settings.token_secret.get_secret_value(),
        wall=SystemClock(),
        development=settings.development_sign_in,
    )
    http = FastAPI(
        title="Homeward flow-monitor",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    http.include_router(api_router(finding, lists, doorkeeper))
    http.include_router(
        page_router(finding, lists, doorkeeper, secure_cookies=settings.secure_cookies)
    )
    answer_errors(http)
    return http
