"""The settings that every service shares; each reads its own fixed names from the environment."""

from datetime import UTC, datetime

from pydantic import AwareDatetime, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaSettings(BaseSettings):
    """Where Kafka is and how long to wait for it."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="KAFKA_")

    bootstrap_servers: str = "127.0.0.1:9092"
    publish_timeout_seconds: float = 10.0
    """How long a publication may take before it counts as failed."""


class ClockSettings(BaseSettings):
    """Real time by default; an accelerated clock that all services share for demos and tests."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="CARE_CLOCK_")

    rate: float = Field(default=1.0, gt=0)
    start: AwareDatetime | None = None
    """What the accelerated clock shows at `anchor`; without it the clock starts at `anchor`."""
    anchor: AwareDatetime = datetime(2020, 1, 1, tzinfo=UTC)
    """A real instant, the same for all services."""


class TelemetrySettings(BaseSettings):
    """Where traces go; without an endpoint they are made and dropped."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="CARE_TELEMETRY_")

    otlp_endpoint: str = ""
    """For example `http://otel-collector:4318`."""


class LogSettings(BaseSettings):
    """How much is logged."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="CARE_LOG_")

    level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
