"""The text gateway as the notifier sees it: what it takes, what it refuses, what it puts off."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from tests.support.notifier_fakes import FakeGateway
from tests.support.text_catcher import TextCatcher

from notifier.gateway import Access, HttpGateway, NoGateway
from notifier.ports import (
    LetterDeferredError,
    LetterError,
    LetterLostError,
    LetterRefusedError,
)
from notifier.text_ports import Gateway, Text

TEXT = Text(
    notification_id=UUID("780b3f6e-d003-535d-87e4-ac3c3de9d0f5"),
    number="+12125550142",
    words="GHH Care Team: please call 555-0100 about your follow-up. Reply STOP to opt out.",
)
ABOUT_US_OR_FOR_NOW = (401, 403, 408, 429, 500, 503)
ABOUT_THE_TEXT = (400, 404, 422)


def gateway_at(catcher: TextCatcher, *, patience: float = 5.0) -> HttpGateway:
    return HttpGateway(Access(catcher.url, "secret", patience))


@pytest.fixture(params=["memory", "http"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@asynccontextmanager
async def answering(kind: str, *, code: int) -> AsyncGenerator[Gateway]:
    """A gateway that takes the next text, or answers with a code."""
    if kind == "memory":
        gateway = FakeGateway()
        error = LetterRefusedError if code in ABOUT_THE_TEXT else LetterDeferredError
        gateway.refusals = [] if code == 202 else [error(f"http_{code}")]
        yield gateway
    else:
        async with TextCatcher(code=code) as catcher:
            yield gateway_at(catcher)


async def test_a_text_is_taken_over(kind: str) -> None:
    async with answering(kind, code=202) as gateway:
        await gateway.send(TEXT)


@pytest.mark.parametrize("code", ABOUT_THE_TEXT)
async def test_a_number_that_cannot_be_texted_is_a_refusal(kind: str, code: int) -> None:
    async with answering(kind, code=code) as gateway:
        with pytest.raises(LetterRefusedError, match=f"http_{code}"):
            await gateway.send(TEXT)


@pytest.mark.parametrize("code", ABOUT_US_OR_FOR_NOW)
async def test_what_a_person_can_mend_puts_the_text_off(kind: str, code: int) -> None:
    async with answering(kind, code=code) as gateway:
        with pytest.raises(LetterDeferredError, match=f"http_{code}"):
            await gateway.send(TEXT)


async def test_a_gateway_that_is_away_puts_the_text_off() -> None:
    async with TextCatcher() as catcher:
        gateway = gateway_at(catcher)
    with pytest.raises(LetterDeferredError, match="unreachable"):
        await gateway.send(TEXT)


async def test_a_text_is_lost_sight_of_where_the_gateway_falls_silent() -> None:
    async with TextCatcher(holding=asyncio.Event()) as catcher:
        with pytest.raises(LetterLostError, match="no_answer"):
            await gateway_at(catcher, patience=0.2).send(TEXT)


async def test_where_there_is_no_gateway_texts_wait_for_one() -> None:
    with pytest.raises(LetterDeferredError, match="no_gateway"):
        await NoGateway().send(TEXT)


async def test_a_text_carries_its_id_and_nothing_but_number_and_words() -> None:
    async with TextCatcher() as catcher:
        await gateway_at(catcher).send(TEXT)
    (headers,) = catcher.headers
    assert catcher.texts == [
        {"id": str(TEXT.notification_id), "to": TEXT.number, "text": TEXT.words}
    ]
    assert headers["idempotency-key"] == str(TEXT.notification_id)
    assert headers["authorization"] == "Bearer secret"


async def test_an_error_tells_neither_number_nor_words(kind: str) -> None:
    async with answering(kind, code=422) as gateway:
        with pytest.raises(LetterError) as raised:
            await gateway.send(TEXT)
    assert TEXT.number not in repr(raised.value)
    assert "call" not in repr(raised.value)
