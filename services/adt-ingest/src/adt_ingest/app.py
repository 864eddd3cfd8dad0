"""Puts adt-ingest together: the only place that knows which concrete parts there are."""

from datetime import datetime
from pathlib import Path

from fastapi import FastAPI

from adt_ingest.connection_limits import Limits
from adt_ingest.domain.framing import FrameLimits
from adt_ingest.hl7_http import add_hl7
from adt_ingest.mllp_server import Address, MllpServer
from adt_ingest.ports import Tracing
from adt_ingest.publisher import PromptPublisher, anyone_listening
from adt_ingest.receive import Receive
from adt_ingest.records import Records
from adt_ingest.return_addresses import ReturnAddresses, ReturnLimits
from adt_ingest.settings import Settings
from adt_ingest.sites import SiteFolder
from adt_ingest.tls_files import TlsFiles
from care_chassis.clock import clock_from
from care_chassis.documents import DocumentError
from care_chassis.health import Health
from care_chassis.kafka import Publisher
from care_chassis.serving import Assembly
from care_chassis.telemetry import record_span
from care_chassis.workers import repeatedly


def build(settings: Settings) -> Assembly:
    """The whole service, not yet started."""
    clock = clock_from(settings.clock)
    health = Health()
    timeout = {"publish_timeout_seconds": settings.publish_timeout_seconds}
    publisher = Publisher(settings.kafka.model_copy(update=timeout), "adt-ingest")
    reachable = anyone_listening(settings.kafka.bootstrap_servers)
    events = PromptPublisher(publisher, health, reachable=reachable)
    sites = _sites(settings, health)
    returns = ReturnAddresses(
        ReturnLimits(
            give_up_seconds=settings.return_give_up_seconds, drain_seconds=settings.drain_seconds
        )
    )
    receive = Receive(
        events=events,
        sites=sites,
        records=Records(secret=settings.patient_key_secret),
        clock=clock,
        trace=_tracing(settings),
        returns=returns,
    )
    http = FastAPI(title="adt-ingest", docs_url=None, redoc_url=None, openapi_url=None)
    limits = _limits(settings)
    add_hl7(http, receive, limits=limits, secret=settings.patient_key_secret)
    mllp = MllpServer(
        receive=receive.receive, addresses=_addresses(settings), limits=limits, clock=clock
    )
    return Assembly(
        service="adt_ingest",
        http=http,
        host=settings.http_host,
        port=settings.http_port,
        clock=clock,
        health=health,
        publisher=publisher,
        workers=(
            events.watch,
            returns.serve,
            mllp.serve,
            repeatedly("mllp", mllp.look, health),
            repeatedly("sites", sites.look, health),
        ),
        closers=(returns.close,),
    )


def _limits(settings: Settings) -> Limits:
    return Limits(
        frame=FrameLimits(settings.max_frame_bytes, settings.max_segments),
        connections=settings.max_connections,
        connections_per_peer=settings.max_connections_per_peer,
        idle_seconds=settings.idle_seconds,
        frame_seconds=settings.frame_seconds,
        unread_seconds=settings.unread_seconds,
        drain_seconds=settings.drain_seconds,
    )


def _addresses(settings: Settings) -> list[Address]:
    """The plain door, and the one with TLS where there are certificates for it."""
    host, shared = settings.mllp_host, settings.reuse_port
    addresses = [Address(host, settings.mllp_port, shared=shared)]
    if settings.tls_certificate:
        files = TlsFiles(
            Path(settings.tls_certificate), Path(settings.tls_key), Path(settings.tls_client_ca)
        )
        addresses.append(Address(host, settings.mllps_port, tls=files, shared=shared))
    return addresses


def _sites(settings: Settings, health: Health) -> SiteFolder:
    try:
        return SiteFolder(settings.sites_dir, health)
    except DocumentError as error:
        raise SystemExit(str(error)) from error


def _tracing(settings: Settings) -> Tracing:
    return record_span if settings.telemetry.otlp_endpoint else _no_trace


def _no_trace(name: str, *, parent: str, started_at: datetime, ended_at: datetime) -> None:
    """Nobody collects traces: making them would only cost time."""
