"""The settings of flow-monitor, read from the environment once at the start."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from care_chassis.settings import ClockSettings, KafkaSettings, LogSettings, TelemetrySettings


class Settings(BaseSettings):
    """Each is an environment variable `FLOW_MONITOR_<NAME>`, unless it names its own."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="FLOW_MONITOR_", populate_by_name=True, validate_default=True
    )

    http_host: str = "127.0.0.1"
    http_port: int = 8090
    database_url: str = "postgresql://flow_monitor:flow_monitor@127.0.0.1:5433/homeward"
    months_kept: int = Field(default=13, ge=1)
    """Older months of the journal are dropped whole."""
    development_sign_in: bool = False
    """Whether `/sign-in` offers the development identities; never where there are patients."""
    secure_cookies: bool = False
    """Whether the sign-in cookie is sent over TLS only; on everywhere but in development."""
    token_secret: SecretStr = Field(
        default=SecretStr(""), validation_alias="CARE_TOKEN_SECRET", min_length=16
    )
    """Verifies the tokens of those who ask. There is no default that would do."""
    clock: ClockSettings = Field(default_factory=ClockSettings)
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    logs: LogSettings = Field(default_factory=LogSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
