"""Traces: one walks with a message from the wire to the last delivery, by its `traceparent`."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from care_chassis.settings import TelemetrySettings

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("homeward")
_EXPORTS: list[BatchSpanProcessor] = []
"""Where spans go; without any, what would be noted afterwards need not be."""


def configure_telemetry(service: str, settings: TelemetrySettings) -> None:
    """Make spans of this process carry the service's name, and send them where settings say."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
    if settings.otlp_endpoint:
        exporter = OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint}/v1/traces")
        _EXPORTS.append(BatchSpanProcessor(exporter))
        provider.add_span_processor(_EXPORTS[-1])
    trace.set_tracer_provider(provider)


@contextmanager
def span(name: str, *, parent: str = "", **attributes: str | float) -> Generator[None]:
    """A span around a piece of work; attributes are opaque ids and codes, never a person's data.

    `parent` is a W3C traceparent; without one the span starts a trace or joins the current one.
    """
    context = _PROPAGATOR.extract({"traceparent": parent}) if parent else None
    with _TRACER.start_as_current_span(name, context=context, attributes=attributes):
        yield


def record_span(name: str, *, parent: str, started_at: datetime, ended_at: datetime) -> None:
    """Note afterwards that an event was worked on as part of a batch, under its own trace."""
    if not _EXPORTS:
        return
    context = _PROPAGATOR.extract({"traceparent": parent})
    made = _TRACER.start_span(name, context=context, start_time=_nanoseconds(started_at))
    made.end(end_time=_nanoseconds(ended_at))


def current_traceparent() -> str:
    """The W3C traceparent of the current span, or an empty string outside of any."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent", "")


def _nanoseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1_000_000_000)
