"""An entry: one record of one topic, and what it says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where the record is stored: the one thing that two records never share."""

    stored_at: datetime
    """When Kafka says it was stored: real time, also where the services run on a faster clock."""
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a record says of itself, by which people look for it; empty where it says nothing."""

    site: str = ""
    control_id: str = ""
    trigger: str = ""
    outcome: str = ""
    """What became of it: a verdict, a state, `dead` or `unreadable`."""
    reason: str = ""
    place: str = ""
    answer: str = ""
    """The acknowledgement code that a frame was answered with."""
    detail: str = ""
    """What it was about, in a word or two: a kind, a task's code, a channel."""
    patient_key: str = ""
    mrn: str = ""
    visit_key: str = ""
    visit: str = ""
    transition_id: str = ""
    version: int = 0
    task_id: str = ""
    prior_patient_key: str = ""
    """Who was merged away into `patient_key`."""
    prior_mrn: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal."""

    position: Position
    type: str
    event_id: str
    correlation_id: str
    occurred_at: datetime
    """When it happened by the event's own account, on the care clock."""
    facts: Facts
    key: str
    """What Kafka orders the record by; opaque."""
    headers: Mapping[str, str]
    digest: str
    """SHA-256 of the payload: finds a frame that has no readable id."""
    payload: bytes


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry as it is read back: without the payload, which holds a person's data."""

    position: Position
    type: str
    event_id: str
    correlation_id: str
    occurred_at: datetime
    facts: Facts
    digest: str
