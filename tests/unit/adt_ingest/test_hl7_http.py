"""HL7 over HTTP: the same answers as over MLLP."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from fastapi import FastAPI
from tests.support.adt_ingest_fakes import SECRET, FakeEvents, code_of, receiver
from tests.support.hl7_builders import discharge, framed

from adt_ingest.connection_limits import Limits
from adt_ingest.domain.doors import Door, Origin, Reply
from adt_ingest.domain.framing import Flaw, Frame, FrameLimits
from adt_ingest.domain.operators import proof_of
from adt_ingest.hl7_http import add_hl7
from adt_ingest.receive import Receive

LIMITS = Limits(frame=FrameLimits(2000), frame_seconds=0.05)


@pytest.fixture
def events() -> FakeEvents:
    return FakeEvents()


async def post(
    events: FakeEvents,
    body: bytes | AsyncIterator[bytes],
    *,
    receive: Receive | None = None,
    **headers: str,
) -> httpx.Response:
    http = FastAPI()
    add_hl7(http, receive or receiver(events), limits=LIMITS, secret=SECRET)
    transport = httpx.ASGITransport(http, client=("192.0.2.7", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.post("/hl7", content=body, headers=named)


class Told(Receive):
    """Keeps what the door hands in, and wants these blocks to go back."""

    def __init__(self, *blocks: bytes) -> None:
        self._blocks = blocks
        self.frames: list[Frame] = []
        self.origins: list[Origin] = []

    async def receive(self, frames: Sequence[Frame], origin: Origin) -> list[Reply]:
        self.frames += frames
        self.origins.append(origin)
        return [Reply(self._blocks) for _ in frames]


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


@pytest.mark.parametrize(
    "kind",
    [
        "application/hl7-v2",
        "Application/HL7-v2; charset=ISO-8859-1",
        "x-application/hl7-v2+er7; charset=utf-8",
        "text/plain",
    ],
)
async def test_every_content_type_of_hl7_is_taken_and_its_charset_counts_for_nothing(
    events: FakeEvents, kind: str
) -> None:
    message = discharge()
    response = await post(events, message, content_type=kind)
    assert code_of(response.content) == "AA"
    assert events.held[0].data == message


async def test_another_content_type_is_refused_unread(events: FakeEvents) -> None:
    response = await post(events, discharge(), content_type="application/json")
    assert response.status_code == 415
    assert "application/hl7-v2" in response.text
    assert events.held == []


async def test_a_message_that_wants_no_answer_gets_none(events: FakeEvents) -> None:
    response = await post(events, discharge(), receive=Told())
    assert response.status_code == 204
    assert response.content == b""


async def test_several_answers_stand_behind_one_another(events: FakeEvents) -> None:
    response = await post(events, discharge(), receive=Told(b"MSH|1\r", b"MSH|2\r"))
    assert response.content == b"MSH|1\rMSH|2\r"


async def test_an_operators_repair_names_what_it_repairs(events: FakeEvents) -> None:
    told = Told(b"")
    proof = proof_of(SECRET, discharge(), "0123456789abcdef")
    await post(
        events,
        discharge(),
        receive=told,
        homeward_repairs="0123456789abcdef",
        homeward_operator=proof,
    )
    assert told.origins == [Origin(Door.FILE, "192.0.2.7", repairs="0123456789abcdef")]


@pytest.mark.parametrize(
    ("repairs", "proof"),
    [
        ("0123", None),
        ("0123", "wrong"),
        ("0123", proof_of(SECRET, discharge(), "4567")),
        ("0123", proof_of("another secret", discharge(), "0123")),
        (None, proof_of(SECRET, discharge(mrn="another"), "")),
    ],
)
async def test_whoever_is_no_operator_repairs_nothing_and_claims_nothing(
    events: FakeEvents, repairs: str | None, proof: str | None
) -> None:
    headers = {"homeward_repairs": repairs, "homeward_operator": proof}
    said = {name: value for name, value in headers.items() if value is not None}
    response = await post(events, discharge(), receive=None, **said)
    assert response.status_code == 403
    assert events.held == []


@pytest.mark.parametrize("name", ["", "x", "0123|", "A" * 32])
async def test_what_is_no_event_is_repaired_by_nothing(events: FakeEvents, name: str) -> None:
    response = await post(events, discharge(), homeward_repairs=name)
    assert response.status_code == 400
    assert events.held == []


async def test_a_body_that_does_not_come_to_its_end_is_answered_all_the_same(
    events: FakeEvents,
) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield discharge()[:100]
        await asyncio.Event().wait()

    told = Told(b"MSH|\r")
    assert (await post(events, slowly(), receive=told)).content == b"MSH|\r"
    assert told.frames == [Frame(discharge()[:100], Flaw.TOO_SLOW)]


async def test_an_operators_bytes_are_taken_as_they_are(events: FakeEvents) -> None:
    told, data = Told(b""), discharge() + b"\x1c\x1c\r"
    proof = proof_of(SECRET, data, "0123")
    await post(events, data, receive=told, homeward_repairs="0123", homeward_operator=proof)
    assert [frame.data for frame in told.frames] == [data]


class Held(Receive):
    """Waits for a broker that does not come back."""

    def __init__(self) -> None:
        pass

    async def receive(self, frames: Sequence[Frame], origin: Origin) -> list[Reply]:
        await asyncio.Event().wait()
        raise AssertionError(frames, origin)


async def test_a_message_that_waits_for_kafka_too_long_is_to_be_sent_again(
    events: FakeEvents,
) -> None:
    response = await post(events, discharge(), receive=Held())
    assert (response.status_code, response.text) == (
        503,
        "The message could not be stored: send it again later\n",
    )
