"""The settings of adt-ingest, read from the environment once at the start."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from care_chassis.settings import ClockSettings, KafkaSettings, LogSettings, TelemetrySettings


class Settings(BaseSettings):
    """Each is an environment variable `ADT_INGEST_<NAME>`, or bears the alias it gives."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="ADT_INGEST_", populate_by_name=True)

    mllp_host: str = "127.0.0.1"
    mllp_port: int = 2575
    http_host: str = "127.0.0.1"
    http_port: int = 8075
    max_frame_bytes: int = Field(default=1_000_000, ge=1_000, le=1_000_000)
    """Longer frames are refused. Kafka takes records of up to 1 MiB, headers included."""
    publish_timeout_seconds: float = Field(default=5.0, gt=0)
    """How long a sender waits for the broker before it is told AE."""
    drain_seconds: float = Field(default=10.0, ge=0)
    """How long stopping waits for the answers to what was read."""
    sites_dir: Path = Field(default=Path("deploy/sites"), validation_alias="CARE_SITES_DIR")
    run_dir: Path = Field(default=Path(".run"), validation_alias="CARE_RUN_DIR")
    """Where commands keep what they remember, and the log of who looked at what."""
    patient_key_secret: str = Field(
        default="development-only", validation_alias="CARE_PATIENT_KEY_SECRET", min_length=1
    )
    """Keys the opaque names of patients and visits: the same in every service, for ever."""
    clock: ClockSettings = Field(default_factory=ClockSettings)
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    logs: LogSettings = Field(default_factory=LogSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
