"""Puts the notifier together: the only place that knows which concrete parts there are."""

import asyncio
import random

from fastapi import FastAPI

from care_chassis.clock import clock_from
from care_chassis.consumption import Consumption
from care_chassis.database import Database
from care_chassis.documents import WatchedFolder
from care_chassis.health import Health
from care_chassis.kafka import Publisher, make_broker
from care_chassis.serving import Assembly
from care_chassis.workers import listening, repeatedly
from care_contracts.sites import Site
from notifier.deliver_notices import DeliverNotices, DeliveryRules, Post
from notifier.domain.delivery import RetryRule
from notifier.mailer import Server, SmtpMailer
from notifier.request_notices import RequestNotices
from notifier.routes import follow_encounters
from notifier.settings import Settings, SmtpSecurity
from notifier.sites import SitesFolder
from notifier.store import WAKE_CHANNEL, Store
from notifier.templates import WrittenLetters


def build(settings: Settings) -> Assembly:
    """The whole service, not yet started."""
    clock = clock_from(settings.clock)
    health = Health()
    database = Database(settings.database_url)
    publisher = Publisher(settings.kafka, "notifier")
    broker = make_broker(settings.kafka, "notifier")
    store = Store(database)
    sites = SitesFolder(WatchedFolder(settings.sites_dir, Site))
    request_notices = RequestNotices(
        requesting=store, sites=sites, clock=clock, news_for=settings.news_for
    )
    deliver_notices = DeliverNotices(
        delivering=store,
        post=Post(WrittenLetters(), _mailer(settings), sites),
        clock=clock,
        rules=_rules(settings),
    )
    consumption = Consumption(
        follow_encounters(request_notices, news_for=settings.news_for),
        publisher=publisher,
        clock=clock,
        health=health,
    )
    consumption.subscribe(broker)
    woken = asyncio.Event()
    return Assembly(
        service="notifier",
        http=FastAPI(title="notifier", docs_url=None, redoc_url=None, openapi_url=None),
        host=settings.http_host,
        port=settings.http_port,
        clock=clock,
        health=health,
        publisher=publisher,
        broker=broker,
        database=database,
        consumptions=(consumption,),
        workers=(
            repeatedly("deliveries", deliver_notices.deliver_due, health, woken),
            repeatedly("sites", sites.look, health),
            listening(database, WAKE_CHANNEL, woken, health),
        ),
    )


def _mailer(settings: Settings) -> SmtpMailer:
    server = Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        timeout_seconds=settings.smtp_timeout_seconds,
        use_tls=settings.smtp_security is SmtpSecurity.TLS,
        start_tls=settings.smtp_security is SmtpSecurity.STARTTLS,
        username=settings.smtp_username or None,
        password=settings.smtp_password.get_secret_value() or None,
    )
    return SmtpMailer(server, sender=settings.sender)


def _rules(settings: Settings) -> DeliveryRules:
    return DeliveryRules(
        retry=RetryRule(
            first=settings.retry_first,
            longest=settings.retry_longest,
            give_up_after=settings.give_up_after,
        ),
        lost_after_seconds=settings.lost_after_seconds,
        chance=random.random,
    )
