"""What loading and mending ask of a door, tried on the fake and on the client of a real one."""

from collections.abc import AsyncGenerator
from typing import Protocol

import httpx
import pytest
from fastapi import FastAPI
from tests.support.adt_ingest_fakes import SECRET, FakeEvents, receiver
from tests.support.hl7_builders import discharge
from tests.support.quarantine_fakes import FakeDoor

from adt_ingest.connection_limits import Limits
from adt_ingest.domain.framing import FrameLimits
from adt_ingest.domain.replies import Answered
from adt_ingest.hl7_client import Hl7Client, NotAnOperatorError
from adt_ingest.hl7_http import add_hl7
from adt_ingest.ports import Hl7Door
from care_chassis.errors import TransientError
from care_devstack.ports import free_ports

REFUSED = Answered(("AE",), "No number names the visit", "PV1-19", "101")


class Subject(Protocol):
    """A door, and what came through it."""

    door: Hl7Door

    def came(self) -> list[tuple[bytes, str]]:
        """The messages, each with what it repairs."""
        ...


class Fake:
    """The fake, which answers as it is told."""

    def __init__(self) -> None:
        self._fake = FakeDoor(Answered(("AA",)), REFUSED)
        self.door: Hl7Door = self._fake

    def came(self) -> list[tuple[bytes, str]]:
        return self._fake.taken


class Real:
    """The client, before the real way in."""

    def __init__(self, door: Hl7Door, events: FakeEvents) -> None:
        self.door = door
        self._events = events

    def came(self) -> list[tuple[bytes, str]]:
        held = self._events.on("hl7.received.v1")
        return [(event.data, event.extensions["repairs"]) for event in held]


def way_in(events: FakeEvents) -> httpx.AsyncBaseTransport:
    http = FastAPI()
    add_hl7(http, receiver(events), limits=Limits(FrameLimits(2000)), secret=SECRET)
    return httpx.ASGITransport(http)


@pytest.fixture(params=["fake", "client"])
async def subject(request: pytest.FixtureRequest) -> AsyncGenerator[Subject]:
    if request.param == "fake":
        yield Fake()
        return
    events = FakeEvents()
    async with Hl7Client("http://ingest", secret=SECRET, transport=way_in(events)) as door:
        yield Real(door, events)


@pytest.fixture(params=["fake", "client"])
async def away(request: pytest.FixtureRequest) -> AsyncGenerator[Hl7Door]:
    """A door where nobody is."""
    if request.param == "fake":
        yield FakeDoor(away=9)
        return
    (port,) = free_ports(1)
    async with Hl7Client(f"http://127.0.0.1:{port}", secret=SECRET) as door:
        yield door


async def test_messages_are_answered_one_by_one_with_what_is_wrong(subject: Subject) -> None:
    assert await subject.door.send(discharge()) == Answered(("AA",))
    assert await subject.door.send(discharge(visit=None)) == REFUSED
    assert subject.came() == [(discharge(), ""), (discharge(visit=None), "")]


async def test_a_repair_names_what_it_repairs(subject: Subject) -> None:
    answered = await subject.door.send(discharge(), repairs="0123")
    assert answered.taken
    assert subject.came() == [(discharge(), "0123")]


async def test_a_door_where_nobody_is_is_a_transient_error(away: Hl7Door) -> None:
    for _ in range(2):
        with pytest.raises(TransientError):
            await away.send(discharge())


async def test_with_another_secret_nobody_is_an_operator() -> None:
    events = FakeEvents()
    async with Hl7Client("http://ingest", secret="other", transport=way_in(events)) as door:
        with pytest.raises(NotAnOperatorError, match="CARE_PATIENT_KEY_SECRET"):
            await door.send(discharge())
    assert events.held == []
