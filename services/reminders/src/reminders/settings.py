"""The settings of reminders, read from the environment once at the start."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from care_chassis.settings import ClockSettings, KafkaSettings, LogSettings, TelemetrySettings


class Settings(BaseSettings):
    """Each is an environment variable `REMINDERS_<NAME>`."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="REMINDERS_")

    http_host: str = "127.0.0.1"
    http_port: int = 8082
    database_url: str = "postgresql://reminders:reminders@127.0.0.1:5433/homeward"
    lead_at_most: timedelta = timedelta(hours=4)
    """How long before it is due a task is due soon: ISO 8601, for example `PT4H`."""
    lead_share: float = Field(default=0.25, ge=0, le=1)
    """The part of a task's window that is its lead, where that is shorter than `lead_at_most`."""
    clock: ClockSettings = Field(default_factory=ClockSettings)
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    logs: LogSettings = Field(default_factory=LogSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
