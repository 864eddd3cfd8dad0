"""Everything that can be set from outside; `deploy/env/transition-orchestrator.env` lists it."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from care_chassis.settings import ClockSettings, KafkaSettings, LogSettings, TelemetrySettings


class Settings(BaseSettings):
    """The orchestrator's settings."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="TRANSITION_ORCHESTRATOR_")

    http_host: str = "127.0.0.1"
    http_port: int = 8081
    database_url: str = (
        "postgresql://transition_orchestrator:transition_orchestrator@127.0.0.1:5433/homeward"
    )
    protocols_dir: Path | None = None
    """More protocols, beside those that are shipped."""
    risk_models_dir: Path | None = None
    """More models that predict readmission, beside those that are shipped."""
    sites_dir: Path = Field(default=Path("deploy/sites"), validation_alias="CARE_SITES_DIR")
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    clock: ClockSettings = Field(default_factory=ClockSettings)
    logs: LogSettings = Field(default_factory=LogSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
