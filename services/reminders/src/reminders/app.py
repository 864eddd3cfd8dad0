"""Puts reminders together: the only place that knows which concrete parts there are."""

import asyncio

from fastapi import FastAPI

from care_chassis.clock import clock_from
from care_chassis.consumption import Consumption
from care_chassis.database import Database
from care_chassis.health import Health
from care_chassis.kafka import Publisher, make_broker
from care_chassis.serving import Assembly
from care_chassis.workers import listening, repeatedly
from reminders.arm_timers import ArmTimers
from reminders.domain.timers import LeadRule
from reminders.fire_timers import FireTimers
from reminders.routes import follow_plans_and_tasks
from reminders.settings import Settings
from reminders.store import WAKE_CHANNEL, Store

_CATCH_UP_POLL_SECONDS = 0.2


def build(settings: Settings) -> Assembly:
    """The whole service, not yet started."""
    clock = clock_from(settings.clock)
    health = Health()
    database = Database(settings.database_url)
    publisher = Publisher(settings.kafka, "reminders")
    broker = make_broker(settings.kafka, "reminders")
    store = Store(database)
    rule = LeadRule(at_most=settings.lead_at_most, share=settings.lead_share)
    arm_timers = ArmTimers(arming=store, clock=clock, rule=rule)
    fire_timers = FireTimers(firing=store, clock=clock)
    consumption = Consumption(
        follow_plans_and_tasks(arm_timers), publisher=publisher, clock=clock, health=health
    )
    consumption.subscribe(broker)

    async def fire_when_caught_up() -> float:
        """Hold fire until the news of the time that we were away is in: it may disarm timers."""
        return await fire_timers.fire_due() if consumption.caught_up else _CATCH_UP_POLL_SECONDS

    woken = asyncio.Event()
    return Assembly(
        service="reminders",
        http=FastAPI(title="reminders", docs_url=None, redoc_url=None, openapi_url=None),
        host=settings.http_host,
        port=settings.http_port,
        clock=clock,
        health=health,
        publisher=publisher,
        broker=broker,
        database=database,
        consumptions=(consumption,),
        workers=(
            repeatedly("timers", fire_when_caught_up, health, woken),
            listening(database, WAKE_CHANNEL, woken, health),
        ),
    )
