"""The settings of the notifier, read from the environment once at the start."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from care_chassis.settings import ClockSettings, KafkaSettings, LogSettings, TelemetrySettings


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Settings(BaseSettings):
    """Each is an environment variable `NOTIFIER_<NAME>`; the sites' folder is shared by all."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="NOTIFIER_")

    http_host: str = "127.0.0.1"
    http_port: int = 8083
    database_url: str = "postgresql://notifier:notifier@127.0.0.1:5433/homeward"
    sites_dir: Path = Field(default=Path("deploy/sites"), validation_alias="CARE_SITES_DIR")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_security: SmtpSecurity = SmtpSecurity.NONE
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_timeout_seconds: float = Field(default=15.0, gt=0)
    """How long one attempt may take."""
    sender: str = "transitions@homeward.example"
    """The address that notices come from; its domain is that of their Message-ID."""
    text_gateway_url: str = ""
    """Where texts to patients are handed over; empty where there is no gateway."""
    text_gateway_token: SecretStr = SecretStr("")
    text_gateway_timeout_seconds: float = Field(default=15.0, gt=0)
    text_replies_token: SecretStr = SecretStr("")
    """What the gateway shows when it brings a patient's answer; without it none is taken."""
    lost_after_seconds: float = Field(default=30.0, gt=0)
    """Real seconds after which an attempt without a recorded outcome is made again."""
    retry_first: timedelta = timedelta(minutes=1)
    retry_longest: timedelta = timedelta(hours=1)
    give_up_after: timedelta = timedelta(hours=24)
    """How long after its first attempt a notice is given up."""
    news_for: timedelta = timedelta(days=7)
    """How long something stays worth telling to a provider who has not been told."""
    clock: ClockSettings = Field(default_factory=ClockSettings)
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    logs: LogSettings = Field(default_factory=LogSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
