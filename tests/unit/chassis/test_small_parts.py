"""Clock, health, identity, dead-letter limits, logs: the small parts every service leans on."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from care_chassis.clock import ScaledClock, SystemClock, clock_from
from care_chassis.dead_letters import DeadLetterCount, DeadLetterLimits, TooManyDeadLetters
from care_chassis.errors import TransientError
from care_chassis.health import Health
from care_chassis.identity import Identity, NotIdentified, TokenVerifier, issue_token
from care_chassis.logs import configure_logs, get_logger
from care_chassis.settings import ClockSettings, LogSettings
from care_chassis.workers import patiently, repeatedly

SECRET = "a secret of sufficient length for HS256 signatures"
NORA = Identity(subject="nora", name="Nora", role="nurse")
NOW = SystemClock().now()


def test_the_clock_is_real_unless_told_otherwise() -> None:
    assert isinstance(clock_from(ClockSettings()), SystemClock)


def test_an_accelerated_clock_runs_at_its_rate_from_its_start() -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    clock = ScaledClock(rate=3600, start=start, anchor=NOW - timedelta(seconds=10))
    assert clock.now() - start >= timedelta(hours=10)
    assert clock.real_seconds(timedelta(hours=1)) == 1.0


def test_ready_means_every_part_is() -> None:
    health = Health()
    health.report("a", ready=True)
    health.report("b", ready=False, detail="not yet")
    assert not health.ready
    health.report("b", ready=True)
    assert health.ready


def test_a_token_says_who_it_was_issued_to() -> None:
    token = issue_token(SECRET, NORA, now=NOW, lifetime=timedelta(hours=1))
    assert TokenVerifier(SECRET).identify(token) == NORA


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        issue_token(SECRET, NORA, now=NOW - timedelta(hours=2), lifetime=timedelta(hours=1)),
        issue_token(SECRET + "x", NORA, now=NOW, lifetime=timedelta(hours=1)),
        issue_token(SECRET, Identity("x", "X", "surgeon"), now=NOW, lifetime=timedelta(hours=1)),
    ],
)
def test_a_bad_token_identifies_nobody(token: str) -> None:
    with pytest.raises(NotIdentified):
        TokenVerifier(SECRET).identify(token)


def test_a_run_of_dead_letters_stops_the_consumer() -> None:
    count = DeadLetterCount(DeadLetterLimits(most_in_a_row=3))
    for _ in range(3):
        count.bad()
    count.good(1)
    for _ in range(3):
        count.bad()
    with pytest.raises(TooManyDeadLetters):
        count.bad()


def test_a_share_of_dead_letters_stops_the_consumer() -> None:
    count = DeadLetterCount(DeadLetterLimits(most_of_recent=0.2, recent=10))
    count.good(6)
    count.bad()
    count.bad()
    count.good(1)
    with pytest.raises(TooManyDeadLetters):
        count.bad()


def test_fields_that_are_not_allowed_never_reach_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("trial", LogSettings())
    get_logger("trial").info("something_happened", count=3, family_name="Everyman")
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    line = capsys.readouterr().out.strip()
    assert "Everyman" not in line
    assert json.loads(line)["count"] == 3
    assert json.loads(line)["service"] == "trial"


async def test_patience_reports_unready_and_ends_ready() -> None:
    health, answers = Health(), [TransientError("Kafka"), TransientError("Kafka"), None]
    seen: list[bool] = []

    async def work() -> str:
        health.report("other", ready=True)
        seen.append(health.ready)
        if (answer := answers.pop(0)) is not None:
            raise answer
        return "done"

    assert await patiently("part", work, health, first_rest=0.001) == "done"
    assert seen == [True, False, False]
    assert health.ready


async def test_repeated_work_is_woken_before_its_rest_is_over() -> None:
    wake, done = asyncio.Event(), asyncio.Event()
    calls: list[int] = []

    async def work() -> float:
        calls.append(len(calls))
        if len(calls) == 1:
            asyncio.get_running_loop().call_soon(wake.set)
        else:
            done.set()
        return 3600.0

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        worker = group.create_task(repeatedly("part", work, Health(), wake)())
        await done.wait()
        worker.cancel()
    assert len(calls) == 2
