"""The settings of adt-ingest, read from the environment once at the start."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from care_chassis.settings import ClockSettings, KafkaSettings, LogSettings, TelemetrySettings


class Settings(BaseSettings):
    """Each is an environment variable `ADT_INGEST_<NAME>`, or bears the alias it gives."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="ADT_INGEST_", populate_by_name=True)

    mllp_host: str = "127.0.0.1"
    mllp_port: int = 2575
    mllps_port: int = 2576
    """MLLP over TLS on the same host; the door opens where the three files below are named."""
    tls_certificate: str = ""
    """Our certificate, with those between it and its authority (PEM)."""
    tls_key: str = ""
    tls_client_ca: str = ""
    """The authorities whose certificates clients must have (PEM)."""
    reuse_port: bool = False
    """Whether several processes share the MLLP ports; each needs an HTTP port of its own."""
    http_host: str = "127.0.0.1"
    http_port: int = 8075
    max_frame_bytes: int = Field(default=1_000_000, ge=1_000, le=1_000_000)
    """Longer frames are refused. Kafka takes records of up to 1 MiB, headers included."""
    max_segments: int = Field(default=10_000, ge=10)
    """Frames of more segments are refused."""
    max_connections: int = Field(default=800, ge=1)
    """More connections are refused in words. Each takes a file descriptor."""
    max_connections_per_peer: int = Field(default=400, ge=1)
    idle_seconds: float = Field(default=1800.0, gt=0)
    """A connection on which no message comes for so long is closed."""
    frame_seconds: float = Field(default=60.0, gt=0)
    """A message that has begun must end within so long."""
    unread_seconds: float = Field(default=30.0, gt=0)
    """A sender that does not read its answers for so long is parted from."""
    publish_timeout_seconds: float = Field(default=5.0, gt=0)
    """How long a sender waits for the broker before it is told AE."""
    drain_seconds: float = Field(default=10.0, ge=0)
    """How long stopping waits for the answers to what was read."""
    return_give_up_seconds: float = Field(default=3600.0, gt=0)
    """How long an application acknowledgement is tried to be delivered to a return address."""
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

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        named = [self.tls_certificate, self.tls_key, self.tls_client_ca]
        if any(named) and not all(named):
            message = "TLS needs certificate, key and client CA: name all three files, or none"
            raise ValueError(message)
        return self
