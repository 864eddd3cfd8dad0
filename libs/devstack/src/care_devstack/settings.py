"""Where a stack lives and how it is reached: the only place that reads the caller's environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[4]
MAVEN_REPOSITORY = "https://repo1.maven.org/maven2"
NPM_REGISTRY = "https://registry.npmjs.org"

PORT_SETTINGS: Mapping[str, tuple[str, int]] = {
    "postgres": ("CARE_POSTGRES_PORT", 5433),
    "kafka": ("CARE_KAFKA_PORT", 9092),
    "kafka controller": ("CARE_KAFKA_CONTROLLER_PORT", 9093),
    "mail catcher (SMTP)": ("CARE_MAIL_SMTP_PORT", 1025),
    "mail catcher (pages)": ("CARE_MAIL_HTTP_PORT", 8025),
    "adt-ingest (MLLP)": ("ADT_INGEST_MLLP_PORT", 2575),
    "adt-ingest (MLLP over TLS)": ("ADT_INGEST_MLLPS_PORT", 2576),
    "adt-ingest (HTTP)": ("ADT_INGEST_HTTP_PORT", 8075),
    "worklist": ("WORKLIST_HTTP_PORT", 8080),
    "transition-orchestrator": ("TRANSITION_ORCHESTRATOR_HTTP_PORT", 8081),
    "reminders": ("REMINDERS_HTTP_PORT", 8082),
    "notifier": ("NOTIFIER_HTTP_PORT", 8083),
    "flow-monitor": ("FLOW_MONITOR_HTTP_PORT", 8090),
}
"""Who listens, which setting moves it, and where it listens when nothing is said."""


def environment() -> dict[str, str]:
    """A copy of the caller's environment."""
    return dict(os.environ)


def default_ports(given: Mapping[str, str]) -> dict[str, int]:
    """The port of every listener, as the settings given say or by default."""
    return {
        listener: int(given.get(setting, default))
        for listener, (setting, default) in PORT_SETTINGS.items()
    }


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    """Everything that tells one stack from another on the same machine."""

    run_dir: Path = CHECKOUT / ".run"
    cache_dir: Path = CHECKOUT / ".cache"
    deploy_dir: Path = CHECKOUT / "deploy"
    sites_dir: Path = CHECKOUT / "deploy" / "sites"
    ports: Mapping[str, int] = field(default_factory=lambda: default_ports({}))
    database_url: str = ""
    """The administrator's address of an existing PostgreSQL; empty to run one."""
    kafka_bootstrap_servers: str = ""
    """An existing Kafka; empty to run one."""
    maven_repository: str = MAVEN_REPOSITORY
    npm_registry: str = NPM_REGISTRY
    caller: Mapping[str, str] = field(default_factory=environment)
    """What the caller's environment holds; it wins over the settings catalogue."""

    @property
    def log_dir(self) -> Path:
        return self.run_dir / "logs"


def settings_from(given: Mapping[str, str]) -> StackSettings:
    """The settings of the stack that an environment describes."""
    return StackSettings(
        run_dir=_folder(given, "CARE_RUN_DIR", CHECKOUT / ".run"),
        cache_dir=_folder(given, "CARE_CACHE_DIR", CHECKOUT / ".cache"),
        sites_dir=_folder(given, "CARE_SITES_DIR", CHECKOUT / "deploy" / "sites"),
        ports=default_ports(given),
        database_url=given.get("DATABASE_URL", ""),
        kafka_bootstrap_servers=given.get("KAFKA_BOOTSTRAP_SERVERS", ""),
        maven_repository=given.get("CARE_MAVEN_REPOSITORY", MAVEN_REPOSITORY).rstrip("/"),
        npm_registry=given.get("CARE_NPM_REGISTRY", NPM_REGISTRY).rstrip("/"),
        caller=dict(given),
    )


def _folder(given: Mapping[str, str], name: str, default: Path) -> Path:
    """A folder setting; a relative one is meant from the checkout, wherever the caller stands."""
    return (CHECKOUT / given[name]).resolve() if given.get(name) else default
