"""Logs are events with fields from an allow-list, as JSON lines; nothing of a person gets in."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from care_chassis.settings import LogSettings

ALLOWED_FIELDS = frozenset(
    {
        "answer", "attempt", "batch", "channel", "code", "component", "consumer",
        "correlation_id", "count", "detail", "error_type", "event_id", "file", "frame",
        "from_state", "group", "host", "kind", "limit", "line", "logger", "migration",
        "notification_id", "offset", "operator", "part", "partition", "peer", "place", "port",
        "query", "reason", "reminder_id", "rule", "seconds", "service", "signal", "site", "size",
        "sqlstate", "state", "task_id", "to_state", "topic", "transition_id", "trigger",
        "type", "url", "verdict", "version",
    }
)  # fmt: skip
"""Field names that may be logged. Add one only if no value of it can tell of a person."""

_STRUCTURE = frozenset({"event", "level", "timestamp"})


def get_logger(name: str) -> Any:  # noqa: ANN401 - structlog's own loggers are lazily typed
    """A logger: `log.info("batch_committed", count=3)`, past snake, fields from the allow-list."""
    return structlog.get_logger(component=name)


def _only_allowed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    dropped = [name for name in event if name not in ALLOWED_FIELDS and name not in _STRUCTURE]
    for name in dropped:
        event[name] = "[not allow-listed]"
    return event


class _ForeignRecords(logging.Handler):
    """Libraries' own logs: their level, their name and their template, never their arguments.

    The arguments of a driver's warning may hold a row; the template is text from its source.
    """

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        fields: dict[str, Any] = {"logger": record.name}
        if error:
            fields["error_type"] = error
        if record.args or not isinstance(record.msg, str) or error:
            fields["detail"] = str(record.msg)[:200] if record.args else record.funcName
        else:
            fields["detail"] = record.name
        structlog.get_logger(record.name).log(record.levelno, "library_said", **fields)


def configure_logs(service: str, settings: LogSettings, out: TextIO | None = None) -> None:
    """Send JSON lines, every one marked with the service's name, to `out` or standard output."""
    level = logging.getLevelNamesMapping()[settings.level]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=out or sys.stdout),
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.root.handlers = [_ForeignRecords(level=logging.WARNING)]
    logging.root.setLevel(logging.WARNING)
