"""Stand-ins for what adt-ingest needs of the world, and one hospital for its tests."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.support.manual_clock import ManualClock

from adt_ingest.domain.doors import Door, Origin
from adt_ingest.domain.profile import ObservationCodes, ReturnAddress, SiteProfile
from adt_ingest.receive import Receive
from adt_ingest.records import Records
from care_chassis.errors import TransientError
from care_chassis.events import OutgoingEvent
from care_contracts.encounters import EncounterEvent

RECEIVED_AT = datetime(2026, 5, 22, 21, 10, tzinfo=UTC)
SECRET = "a secret of the tests"
ORIGIN = Origin(Door.MLLP, "192.0.2.7")

GOOD_HEALTH = SiteProfile(
    code="GHH",
    zone=ZoneInfo("America/New_York"),
    codec="utf-8",
    authority="GHH",
    observation=ObservationCodes(
        patient_class=frozenset({"OBS"}),
        patient_type=frozenset({"OBS"}),
        hospital_service=frozenset({"OBS"}),
        location=frozenset({"OBS"}),
    ),
    dispositions={"HOME": "01"},
)


def good_health(**changes: object) -> SiteProfile:
    """Good Health Hospital with something changed."""
    return replace(GOOD_HEALTH, **changes)  # type: ignore[arg-type]


class FakeEvents:
    """Keeps what is published, like a broker; `away` makes it fail like one."""

    def __init__(self) -> None:
        self.held: list[OutgoingEvent] = []
        self.away = False
        self.returned = asyncio.Event()
        self.attempts = 0

    async def publish(self, events: Sequence[OutgoingEvent]) -> None:
        self.attempts += 1
        if self.away:
            raise TransientError("Kafka")
        self.held.extend(events)

    async def until_back(self) -> None:
        """A test that holds frames says itself when the broker is back."""
        if self.away:
            await self.returned.wait()

    def on(self, topic: str) -> list[OutgoingEvent]:
        return [event for event in self.held if event.topic == topic]

    def bodies(self) -> list[EncounterEvent]:
        """The encounter events, read back as their readers read them."""
        return [
            EncounterEvent.model_validate_json(event.data) for event in self.on("encounters.v1")
        ]


class FakeReturns:
    """Keeps what is to be delivered to return addresses."""

    def __init__(self) -> None:
        self.delivered: list[tuple[ReturnAddress, bytes]] = []

    def deliver(self, address: ReturnAddress, block: bytes) -> None:
        self.delivered.append((address, block))


class FakeSites:
    """The sites that a test names."""

    def __init__(self, sites: Iterable[SiteProfile] = (GOOD_HEALTH,)) -> None:
        self.sites = {site.code: site for site in sites}

    def find(self, application: str, facility: str) -> SiteProfile | None:
        del application
        return self.sites.get(facility)


def no_trace(name: str, *, parent: str, started_at: datetime, ended_at: datetime) -> None:
    """Traces are of no interest here."""


def receiver(
    events: FakeEvents, sites: FakeSites | None = None, returns: FakeReturns | None = None
) -> Receive:
    """The use case with its fakes."""
    return Receive(
        events=events,
        sites=sites or FakeSites(),
        records=Records(secret=SECRET),
        clock=ManualClock(RECEIVED_AT),
        trace=no_trace,
        returns=returns or FakeReturns(),
    )


def segments_of(message: bytes) -> dict[str, list[str]]:
    """An acknowledgement's segments by name, each cut into its fields (MSH counting one lower)."""
    lines = message.decode("latin-1").split("\r")
    assert lines.pop() == "", "the last segment does not end"
    return {line[:3]: line.split(lines[0][3]) for line in lines}


def code_of(answer: bytes) -> str:
    """MSA-1 of an acknowledgement."""
    return segments_of(answer)["MSA"][1]
