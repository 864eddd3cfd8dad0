"""The settings of the worklist, read from the environment once at the start."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from care_chassis.settings import ClockSettings, KafkaSettings, LogSettings, TelemetrySettings


class Settings(BaseSettings):
    """Each is an environment variable `WORKLIST_<NAME>`, but for the two that services share."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="WORKLIST_", populate_by_name=True, validate_default=True
    )

    http_host: str = "127.0.0.1"
    http_port: int = 8080
    database_url: str = "postgresql://worklist:worklist@127.0.0.1:5433/homeward"
    development_sign_in: bool = False
    """Whether `/sign-in` offers the development identities; never where there are patients."""
    secure_cookies: bool = False
    """Whether the session cookie is for HTTPS only: true wherever the pages are served by it."""
    token_secret: SecretStr = Field(
        default=SecretStr(""), validation_alias="CARE_TOKEN_SECRET", min_length=16
    )
    """What bearer tokens and sessions are signed with. There is no default that would do."""
    break_glass_hours: float = Field(default=4, gt=0, le=24)
    """How long somebody who is not assigned to a patient sees them once they said why."""
    sites_dir: Path = Field(default=Path("deploy/sites"), validation_alias="CARE_SITES_DIR")
    clock: ClockSettings = Field(default_factory=ClockSettings)
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    logs: LogSettings = Field(default_factory=LogSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
