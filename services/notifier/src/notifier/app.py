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
from notifier.deliver_notices import DeliverNotices, DeliveryRules
from notifier.domain.delivery import RetryRule
from notifier.gateway import Access, HttpGateway, NoGateway
from notifier.heed_replies import HeedReplies
from notifier.mailer import Server, SmtpMailer
from notifier.posting import Post
from notifier.reply_door import reply_door
from notifier.request_notices import RequestNotices
from notifier.request_texts import RequestTexts
from notifier.routes import reaction
from notifier.settings import Settings, SmtpSecurity
from notifier.sites import SitesFolder
from notifier.store import WAKE_CHANNEL, Store
from notifier.templates import WrittenLetters
from notifier.text_ports import Gateway


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
    request_texts = RequestTexts(texting=store, sites=sites, clock=clock)
    deliver_notices = DeliverNotices(
        delivering=store,
        post=Post(WrittenLetters(), _mailer(settings), _gateway(settings), sites),
        clock=clock,
        rules=_rules(settings),
    )
    consumption = Consumption(
        reaction(request_notices, request_texts, news_for=settings.news_for),
        publisher=publisher,
        clock=clock,
        health=health,
    )
    consumption.subscribe(broker)
    http = FastAPI(title="notifier", docs_url=None, redoc_url=None, openapi_url=None)
    heed_replies = HeedReplies(texting=store, clock=clock)
    http.include_router(reply_door(heed_replies, settings.text_replies_token.get_secret_value()))
    woken = asyncio.Event()
    return Assembly(
        service="notifier",
        http=http,
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


def _gateway(settings: Settings) -> Gateway:
    if not settings.text_gateway_url:
        return NoGateway()
    token = settings.text_gateway_token.get_secret_value()
    return HttpGateway(
        Access(settings.text_gateway_url, token, settings.text_gateway_timeout_seconds)
    )


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
