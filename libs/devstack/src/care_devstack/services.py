"""The six services by name, and what the stack must know of each to run it."""

from collections.abc import Mapping

SERVICES = (
    "adt-ingest",
    "transition-orchestrator",
    "worklist",
    "reminders",
    "notifier",
    "flow-monitor",
)
SERVICES_WITH_DATABASE = SERVICES[1:]
"""All but adt-ingest, whose durable store is Kafka."""

PROBES: Mapping[str, str] = {
    "adt-ingest": "adt-ingest (HTTP)",
    **{service: service for service in SERVICES_WITH_DATABASE},
}
"""The listener at which each service tells whether it is ready."""


def snake(service: str) -> str:
    """A service's name as Python, PostgreSQL and setting names spell it."""
    return service.replace("-", "_")


def database_setting(service: str) -> str:
    """The setting that tells a service where its database is."""
    return f"{snake(service).upper()}_DATABASE_URL"
