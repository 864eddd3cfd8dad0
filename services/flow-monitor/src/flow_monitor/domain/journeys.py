"""A journey: every station of what one message set going, and how far each is from the wire."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from flow_monitor.domain.entries import Position, Sighting

WIRE_TYPE = "hl7.received"
_CAUSES_FIRST = (
    "hl7.received.v1",
    "encounters.v1",
    "appointments.v1",
    "results.v1",
    "documents.v1",
    "referrals.v1",
    "transitions.v1",
    "tasks.v1",
    "reminders.v1",
)


class IdKind(StrEnum):
    """What a journey can be found by."""

    CONTROL_ID = "control_id"
    MRN = "mrn"
    VISIT = "visit"
    EVENT_ID = "event_id"
    TRANSITION_ID = "transition_id"
    CORRELATION_ID = "correlation_id"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of the journey; it must fit all of the ids."""

    ids: Mapping[IdKind, str]
    site: str = ""


@dataclass(frozen=True, slots=True)
class Station:
    """One stop."""

    sighting: Sighting
    repeated: bool
    """Whether the same event was here before: a message sent again, a delivery repeated."""
    lag_seconds: float | None
    """Real seconds since its message was first stored off the wire; None for what has none."""


@dataclass(frozen=True, slots=True)
class Journey:
    """All stations, oldest first."""

    stations: Sequence[Station] = ()
    truncated: bool = False
    """Whether there are more than are shown."""
    correlation_ids: Sequence[str] = field(default=())
    transition_ids: Sequence[str] = field(default=())


def trace(sightings: Iterable[Sighting], *, truncated: bool = False) -> Journey:
    """The journey that the sightings make."""
    ordered = sorted(sightings, key=_place_in_order)
    wire = _first_on_the_wire(ordered)
    seen: set[tuple[str, str]] = set()
    stations: list[Station] = []
    for sighting in ordered:
        name = (sighting.position.topic, sighting.event_id)
        stations.append(Station(sighting, name in seen, _lag(sighting, wire)))
        if sighting.event_id:
            seen.add(name)
    return Journey(
        stations=stations,
        truncated=truncated,
        correlation_ids=_distinct(sighting.correlation_id for sighting in ordered),
        transition_ids=_distinct(sighting.facts.transition_id for sighting in ordered),
    )


def _place_in_order(sighting: Sighting) -> tuple[datetime, int, Position]:
    """By time; within one of Kafka's milliseconds what causes comes before what follows."""
    topic = sighting.position.topic
    rank = _CAUSES_FIRST.index(topic) if topic in _CAUSES_FIRST else len(_CAUSES_FIRST)
    return (sighting.position.stored_at, rank, sighting.position)


def _first_on_the_wire(ordered: Sequence[Sighting]) -> dict[str, Sighting]:
    first: dict[str, Sighting] = {}
    for sighting in ordered:
        if sighting.type == WIRE_TYPE:
            first.setdefault(sighting.correlation_id, sighting)
    return first


def _lag(sighting: Sighting, wire: Mapping[str, Sighting]) -> float | None:
    first = wire.get(sighting.correlation_id)
    if first is None:
        return None
    return (sighting.position.stored_at - first.position.stored_at).total_seconds()


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
