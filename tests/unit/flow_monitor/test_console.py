"""REST and pages of the monitor, through the application that serves them."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from tests.support.flow_monitor_fakes import RECEIVED, FakeJournal, entry

from care_chassis.clock import SystemClock
from care_chassis.errors import TransientError
from care_chassis.identity import Identity, issue_token
from flow_monitor.app import make_http
from flow_monitor.find_journeys import FindJourneys
from flow_monitor.settings import Settings

SECRET = "a secret for tests alone"


def bearer(role: str, **changes: Any) -> dict[str, str]:
    now = changes.get("now", SystemClock().now())
    secret = changes.get("secret", SECRET)
    token = issue_token(secret, Identity("t", "T", role), now=now, lifetime=timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}


JOURNAL = FakeJournal()


@pytest.fixture
def journal() -> FakeJournal:
    JOURNAL.clear()
    return JOURNAL


@pytest.fixture
async def client(journal: FakeJournal) -> AsyncGenerator[httpx.AsyncClient]:
    async with served(journal) as client:
        yield client


def served(journal: FakeJournal, *, development: bool = True) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(application(journal, development=development))
    return httpx.AsyncClient(transport=transport, base_url="http://monitor")


@cache
def application(journal: FakeJournal, *, development: bool) -> FastAPI:
    """The application on a journal; kept, for to build it takes longer than a test."""
    settings = Settings(token_secret=SecretStr(SECRET), development_sign_in=development)
    return make_http(FindJourneys(archive=journal), journal, settings)


@pytest.mark.parametrize("path", ["journey?mrn=M", "messages", "dead-letters", "feeds"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer nonsense"}, 401),
        ({"Authorization": "Basic abc"}, 401),
        (bearer("ops", secret="another secret altogether"), 401),
        (bearer("ops", now=datetime(2020, 1, 1, tzinfo=UTC)), 401),
        (bearer("nurse"), 403),
        (bearer("ops"), 200),
        (bearer("admin"), 200),
        (bearer("integration"), 200),
    ],
)
async def test_only_those_who_look_after_the_flow_may_look(
    client: httpx.AsyncClient, path: str, headers: dict[str, str], status: int
) -> None:
    answer = await client.get(f"/api/{path}", headers=headers)
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


async def test_a_journey_without_any_id_says_which_there_are(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/journey", headers=bearer("ops"))
    assert answer.status_code == 422
    for name in ("control_id", "mrn", "visit", "event_id", "transition_id", "correlation_id"):
        assert name in answer.json()["detail"]


async def test_a_journey_shows_numbers_only_to_who_may_see_them(
    client: httpx.AsyncClient, journal: FakeJournal
) -> None:
    await journal.append([entry(RECEIVED, mrn="MR1", visit="V1", patient_key="p1", outcome="x")])
    seen = await client.get("/api/journey?mrn=MR1", headers=bearer("integration"))
    assert seen.json()["stations"][0]["mrn"] == "MR1"
    masked = (await client.get("/api/journey?mrn=MR1", headers=bearer("ops"))).json()
    assert masked["found"]
    assert masked["stations"][0]["mrn"] is None
    assert masked["stations"][0]["visit"] is None
    assert masked["stations"][0]["lag_seconds"] == 0
    assert masked["stations"][0]["stored_at"] == "2026-06-01T12:00:00Z"


async def test_a_journey_that_is_not_there_is_an_answer_and_no_error(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/api/journey?control_id=none", headers=bearer("ops"))
    assert answer.status_code == 200
    assert answer.json()["found"] is False


async def test_messages_come_in_pages_with_what_followed_from_each(
    client: httpx.AsyncClient, journal: FakeJournal
) -> None:
    await journal.append(
        [
            entry(RECEIVED, offset=0, control_id="M0", correlation_id="c0", outcome="accepted"),
            entry(RECEIVED, offset=1, control_id="M1", after=1, outcome="accepted"),
            entry(RECEIVED, offset=2, control_id="M2", after=2, outcome="quarantined"),
            entry("encounters.v1", type="encounter.admitted", correlation_id="c0", after=3),
        ]
    )
    query = {"verdict": "accepted", "limit": "1"}
    first = (await client.get("/api/messages", params=query, headers=bearer("ops"))).json()
    assert [item["control_id"] for item in first["items"]] == ["M1"]
    query["after"] = first["next"]
    second = (await client.get("/api/messages", params=query, headers=bearer("ops"))).json()
    assert [item["effects"] for item in second["items"]] == [{"encounter.admitted": 1}]


@pytest.mark.parametrize(
    "query",
    ["after=nonsense", "limit=0", "limit=9999", "since=yesterday", "since=2026-01-01T00:00"],
)
async def test_a_slip_in_a_query_is_answered_without_repeating_it(
    client: httpx.AsyncClient, query: str
) -> None:
    answer = await client.get(f"/api/messages?{query}", headers=bearer("ops"))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "yesterday" not in answer.text
    assert "nonsense" not in answer.text


async def test_dead_letters_and_feeds_are_listed(
    client: httpx.AsyncClient, journal: FakeJournal
) -> None:
    await journal.append(
        [
            entry("worklist.dead.v1", outcome="dead", reason="broken"),
            entry("transitions.v1", transition_id="t", version=1, outcome="active", site="GHH"),
        ]
    )
    letters = (await client.get("/api/dead-letters", headers=bearer("ops"))).json()
    assert [item["reason"] for item in letters["items"]] == ["broken"]
    feeds = (await client.get("/api/feeds", headers=bearer("ops"))).json()
    assert feeds["open_transitions"] == {"GHH": 1}
    assert {"transitions.v1", "worklist.dead.v1"} == {item["topic"] for item in feeds["items"]}


async def test_a_database_that_is_away_is_said_to_be_away() -> None:
    class _Away(FakeJournal):
        async def counts(self) -> Any:
            raise TransientError("PostgreSQL")

    async with served(_Away()) as client:
        answer = await client.get("/api/feeds", headers=bearer("ops"))
    assert answer.status_code == 503


async def signed_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sign-in", data={"role": "ops"})
    assert answer.headers["location"] == "/"


async def test_the_page_asks_who_is_there_before_it_shows_anything(
    client: httpx.AsyncClient,
) -> None:
    for answer in (await client.get("/"), await client.post("/", data={"text": "M1"})):
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "Otto Operator" in (await client.get("/sign-in")).text


async def test_any_id_in_the_search_box_shows_the_journey(
    client: httpx.AsyncClient, journal: FakeJournal
) -> None:
    await signed_in(client)
    await journal.append(
        [
            entry(RECEIVED, control_id="M<1>", trigger="A03", site="GHH", outcome="quarantined"),
            entry("encounters.v1", after=0.25, type="encounter.discharged"),
        ]
    )
    assert "Nothing in the journal" in (await client.post("/", data={"text": "M9"})).text
    page = (await client.post("/", data={"text": " M<1> "})).text
    assert "Found as control id: 2 stations" in page
    assert "M&lt;1&gt;" in page
    assert "M<1>" not in page
    assert "encounter.discharged" in page
    assert "+0.250 s" in page


async def test_the_page_counts_what_has_passed(
    client: httpx.AsyncClient, journal: FakeJournal
) -> None:
    await signed_in(client)
    assert "Nothing yet" in (await client.get("/")).text
    await journal.append([entry(RECEIVED, site="GHH", outcome="accepted")])
    answer = await client.get("/")
    assert "hl7.received.v1" in answer.text
    assert "script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert (await client.get("/static/console.css")).headers["content-type"].startswith("text/css")


async def test_a_token_signs_in_and_signing_out_ends_it(client: httpx.AsyncClient) -> None:
    token = bearer("admin")["Authorization"].removeprefix("Bearer ")
    answer = await client.post("/sign-in", data={"token": token})
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert (await client.get("/")).status_code == 200
    await client.post("/sign-out")
    assert (await client.get("/")).status_code == 303


async def test_who_may_not_look_is_told_so_at_the_door(client: httpx.AsyncClient) -> None:
    nurse = bearer("nurse")["Authorization"].removeprefix("Bearer ")
    for data, word in (({"token": nurse}, "role"), ({"token": "x"}, "token"), ({}, "token")):
        answer = await client.post("/sign-in", data=data)
        assert answer.headers["location"] == f"/sign-in?refused={word}"
        assert 'role="alert"' in (await client.get(answer.headers["location"])).text


async def test_without_the_development_setting_nobody_gets_in_without_a_token() -> None:
    async with served(FakeJournal(), development=False) as client:
        assert "Otto" not in (await client.get("/sign-in")).text
        answer = await client.post("/sign-in", data={"role": "ops"})
        assert answer.headers["location"] == "/sign-in?refused=token"
