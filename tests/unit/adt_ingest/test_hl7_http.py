"""HL7 over HTTP: the same answers as over MLLP."""

import httpx
import pytest
from fastapi import FastAPI
from tests.support.adt_ingest_fakes import FakeEvents, code_of, receiver
from tests.support.hl7_builders import discharge, framed

from adt_ingest.hl7_http import add_hl7


@pytest.fixture
def events() -> FakeEvents:
    return FakeEvents()


async def post(events: FakeEvents, body: bytes) -> httpx.Response:
    http = FastAPI()
    add_hl7(http, receiver(events), limit=2000)
    transport = httpx.ASGITransport(http, client=("192.0.2.7", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
        return await client.post("/hl7", content=body)


async def test_a_message_is_answered_in_the_body(events: FakeEvents) -> None:
    response = await post(events, discharge())
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/hl7-v2"
    assert code_of(response.content) == "AA"
    assert events.held[0].data == discharge()
    assert events.held[0].extensions["peer"] == "192.0.2.7"


async def test_the_same_message_is_the_same_event_by_either_way(events: FakeEvents) -> None:
    await post(events, discharge())
    await post(events, framed(discharge()))
    assert events.held[0].event_id == events.held[2].event_id


async def test_garbage_is_answered_in_the_body(events: FakeEvents) -> None:
    assert code_of((await post(events, b"garbage")).content) == "AR"
    assert code_of((await post(events, b"")).content) == "AR"


async def test_a_body_beyond_the_limit_is_refused_and_its_beginning_kept(
    events: FakeEvents,
) -> None:
    response = await post(events, discharge() + b"ZZZ|" + b"x" * 3000)
    assert code_of(response.content) == "AR"
    assert len(events.held[0].data) == 2000


async def test_while_kafka_is_away_the_answer_is_ae(events: FakeEvents) -> None:
    events.away = True
    assert code_of((await post(events, discharge())).content) == "AE"
