"""What patients answer: by whatever words, and it comes in by a door that asks for a token."""

from collections.abc import AsyncGenerator

import httpx
import pytest
from fastapi import FastAPI
from tests.support.notifier_fakes import NoticeDesk

from notifier.domain.replies import asks_to_stop, number_in
from notifier.reply_door import reply_door

TOKEN = {"Authorization": "Bearer secret"}
STOP = {"from": "+1 212 555 0142", "text": "STOP"}


@pytest.mark.parametrize(
    "words",
    [
        *("stop", "STOP", " Stop. ", "quit", "end", "revoke", "opt out", "OPT-OUT", "optout"),
        *("cancel", "Unsubscribe", "please stop texting me", "STOPALL", "I want to opt out!"),
        *("opt  out", "opt\nout", "Opt\N{EM DASH}out", "opting out", "I opted out", "opt me out"),
        *("unsubscribed", "unsubscribing", "I am revoking my consent", "quitting", "Cancelled"),
        *("Do not text me", "dont text me anymore"),
        "Don\N{RIGHT SINGLE QUOTATION MARK}t contact me",
        *("never text me again", "no more texts", "No more phone messages", "leave me alone"),
        *("remove me from your list", "take me off"),
    ],
)
def test_any_reasonable_word_revokes(words: str) -> None:
    assert asks_to_stop(words)


@pytest.mark.parametrize(
    "words",
    [
        *("", "ok", "Thanks, I will call", "this weekend", "my friend"),
        *("can you take me to my appointment", "they removed the bandage", "I have no more pills"),
        *("I do not feel well", "what options do I have", "I went out"),
    ],
)
def test_an_answer_of_another_kind_does_not(words: str) -> None:
    assert not asks_to_stop(words)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("(212) 555-0142", "+12125550142"),
        ("1-212-555-0142", "+12125550142"),
        ("+1 212 555 0142", "+12125550142"),
        ("+44 20 7946 0958", "+442079460958"),
        ("555-0142", None),
        ("2-212-555-0142", None),
        ("+12", None),
        ("(212)555-0142CHOME", "+12125550142"),
        ("+1(212)555-0142X12", None),
        ("+44 20 7946 0958 ext. 12", None),
        ("+1 212 555 0142 12", None),
        ("", None),
    ],
)
def test_a_number_is_one_however_it_is_written(text: str, number: str | None) -> None:
    assert number_in(text) == number


@pytest.fixture
async def desk_and_door() -> AsyncGenerator[tuple[NoticeDesk, httpx.AsyncClient]]:
    desk, http = NoticeDesk(), FastAPI()
    http.include_router(reply_door(desk.replies, "secret"))
    transport = httpx.ASGITransport(http)
    async with httpx.AsyncClient(transport=transport, base_url="http://notifier") as client:
        yield desk, client


async def test_the_door_says_what_was_made_of_an_answer(
    desk_and_door: tuple[NoticeDesk, httpx.AsyncClient],
) -> None:
    _, door = desk_and_door
    answer = await door.post("/texts/replies", json=STOP, headers=TOKEN)
    assert (answer.status_code, answer.json()) == (200, {"stopped": True})
    thanks = {**STOP, "text": "thanks", "received_at": "2026-06-10T17:00:00Z"}
    answer = await door.post("/texts/replies", json=thanks, headers=TOKEN)
    assert answer.json() == {"stopped": False}


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (STOP, {}, 401),
        (STOP, {"Authorization": "Bearer guess"}, 401),
        ({**STOP, "from": "nobody"}, TOKEN, 422),
        ({"text": "STOP"}, TOKEN, 422),
        ({**STOP, "text": "x" * 2001}, TOKEN, 422),
    ],
)
async def test_what_is_not_an_answer_of_the_gateway_s_is_not_taken(
    desk_and_door: tuple[NoticeDesk, httpx.AsyncClient],
    body: dict[str, str],
    headers: dict[str, str],
    code: int,
) -> None:
    desk, door = desk_and_door
    answer = await door.post("/texts/replies", json=body, headers=headers)
    assert answer.status_code == code
    assert desk.notebook.stopped() == set()


async def test_without_the_database_the_gateway_is_to_bring_it_again(
    desk_and_door: tuple[NoticeDesk, httpx.AsyncClient],
) -> None:
    desk, door = desk_and_door
    desk.notebook.away = 1
    answer = await door.post("/texts/replies", json=STOP, headers=TOKEN)
    assert answer.status_code == 503


async def test_without_a_token_there_is_no_door() -> None:
    http = FastAPI()
    http.include_router(reply_door(NoticeDesk().replies, ""))
    transport = httpx.ASGITransport(http)
    async with httpx.AsyncClient(transport=transport, base_url="http://notifier") as door:
        answer = await door.post("/texts/replies", json=STOP, headers={"Authorization": "Bearer "})
    assert answer.status_code == 404
