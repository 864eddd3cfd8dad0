"""A whole service around `tests.support.counting`: how every service starts, serves and ends."""

import sys

from fastapi import FastAPI
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from tests.support.counting import CLOCK, Counting, read_number

from care_chassis.consumption import Consumption, Reaction
from care_chassis.database import Database
from care_chassis.health import Health
from care_chassis.kafka import Publisher, make_broker
from care_chassis.serving import Assembly, main
from care_chassis.settings import KafkaSettings, LogSettings, TelemetrySettings


class Settings(BaseSettings):
    """What the tiny service is told."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="TINY_")

    http_port: int = 0
    database_url: str = ""
    topic: str = ""
    group: str = ""
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    logs: LogSettings = Field(default_factory=LogSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)


def build(settings: Settings) -> Assembly:
    """Put the tiny service together."""
    health, database = Health(), Database(settings.database_url)
    publisher = Publisher(settings.kafka, "tiny")
    broker = make_broker(settings.kafka, "tiny")
    counting = Counting(database=database)
    reaction = Reaction(
        group=settings.group, topics=(settings.topic,), read=read_number, handle=counting.handle
    )
    consumption = Consumption(reaction, publisher=publisher, clock=CLOCK, health=health)
    consumption.subscribe(broker)
    return Assembly(
        service="tiny",
        http=FastAPI(),
        host="127.0.0.1",
        port=settings.http_port,
        clock=CLOCK,
        health=health,
        publisher=publisher,
        broker=broker,
        database=database,
        consumptions=[consumption],
    )


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    main("tiny", Settings, build)
