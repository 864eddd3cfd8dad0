"""Puts the worklist together: the only place that knows which concrete parts there are."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from care_chassis.clock import Clock, SystemClock, clock_from
from care_chassis.consumption import Consumption
from care_chassis.database import Database
from care_chassis.documents import WatchedFolder
from care_chassis.health import Health
from care_chassis.identity import TokenVerifier
from care_chassis.kafka import Publisher, make_broker
from care_chassis.serving import Assembly
from care_chassis.workers import listening, repeatedly
from care_contracts.sites import Site
from worklist.api import build_api
from worklist.live import Changes, live_router
from worklist.measure_home_visits import MeasureHomeVisits
from worklist.pages import pages_router
from worklist.pages.frame import Frame
from worklist.pages.sessions import Sessions
from worklist.plan_tasks import PlanTasks
from worklist.ports import Audit, Reads, WorkStore
from worklist.read_audit import ReadAudit
from worklist.routes import reaction
from worklist.security import SecurityHeaders
from worklist.see_patients import SeePatients
from worklist.settings import Settings
from worklist.sites import Sites
from worklist.store import (
    PostgresAudit,
    PostgresMeasures,
    PostgresPlanning,
    PostgresTasks,
    PostgresTies,
    PostgresTransitions,
    PostgresVisits,
    PostgresWork,
)
from worklist.work_tasks import WorkTasks

_STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, kw_only=True)
class Web:
    """What the pages and the REST API stand on."""

    reads: Reads
    work: WorkStore
    audit: Audit
    sites: Sites
    changes: Changes
    clock: Clock
    wall: Clock
    """Real time, for tokens and sessions."""


def build(settings: Settings) -> Assembly:
    """The whole service, not yet started."""
    clock, health = clock_from(settings.clock), Health()
    database = Database(settings.database_url)
    publisher = Publisher(settings.kafka, "worklist")
    broker = make_broker(settings.kafka, "worklist")
    plan_tasks = PlanTasks(PostgresPlanning(database), clock)
    consumption = Consumption(reaction(plan_tasks), publisher=publisher, clock=clock, health=health)
    consumption.subscribe(broker)
    sites, changes = Sites(WatchedFolder(settings.sites_dir, Site)), Changes()
    web = Web(
        reads=Reads(
            PostgresTasks(database),
            PostgresTransitions(database),
            PostgresVisits(database),
            PostgresMeasures(database),
            PostgresTies(database),
        ),
        work=PostgresWork(database),
        audit=PostgresAudit(database),
        sites=sites,
        changes=changes,
        clock=clock,
        wall=SystemClock(),
    )
    return Assembly(
        service="worklist",
        http=build_http(settings, web),
        host=settings.http_host,
        port=settings.http_port,
        clock=clock,
        health=health,
        publisher=publisher,
        broker=broker,
        database=database,
        consumptions=(consumption,),
        workers=(
            listening(database, "worklist_changed", changes.woken, health),
            repeatedly("live_pages", changes.pass_on, health, changes.woken),
            repeatedly("sites", sites.look, health),
        ),
        closers=(changes.close,),
    )


def build_http(settings: Settings, web: Web) -> FastAPI:
    """Pages at `/`, REST at `/api`, and what pages load at `/static`."""
    secret = settings.token_secret.get_secret_value()
    patients = SeePatients(
        reads=web.reads,
        audit=web.audit,
        clock=web.clock,
        access=web.sites.access,
        open_for=timedelta(hours=settings.break_glass_hours),
    )
    measure = MeasureHomeVisits(patients, web.sites, web.clock)
    work = WorkTasks(web.work, web.clock)
    audit = ReadAudit(web.audit, web.clock)
    sessions = Sessions(secret=secret, wall=web.wall, secure=settings.secure_cookies)
    frame = Frame(sessions=sessions, patients=patients, sites=web.sites, clock=web.clock)
    http = FastAPI(title="worklist", docs_url=None, redoc_url=None, openapi_url=None)
    http.add_middleware(SecurityHeaders, secure=settings.secure_cookies)
    frame.answer_errors(http)
    http.include_router(
        pages_router(
            frame=frame,
            patients=patients,
            measure=measure,
            audit=audit,
            work=work,
            development_sign_in=settings.development_sign_in,
        )
    )
    http.include_router(live_router(web.changes, frame.seer))
    api = build_api(
        patients=patients,
        measure=measure,
        audit=audit,
        work=work,
        sites=web.sites,
        verifier=TokenVerifier(secret),
    )
    http.mount("/api", api)
    http.mount("/static", StaticFiles(directory=_STATIC))
    return http
