"""Work that goes on in the background: repeated, woken early, patient while a server is away."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import asyncpg
from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential

from care_chassis.database import Database
from care_chassis.errors import TransientError
from care_chassis.health import Health
from care_chassis.logs import get_logger

T = TypeVar("T")
Worker = Callable[[], Coroutine[Any, Any, None]]
_log = get_logger("care_chassis.workers")


def repeatedly(
    part: str,
    work: Callable[[], Awaitable[float]],
    health: Health,
    wake: asyncio.Event | None = None,
) -> Worker:
    """A worker that does `work` again and again, for ever.

    `work` returns how many real seconds to rest, unless `wake` is set before. While it raises
    TransientError the part counts as unready and `work` is tried again, backing off with jitter.
    """
    alarm = wake or asyncio.Event()

    async def worker() -> None:
        while True:
            alarm.clear()
            rest = await patiently(part, work, health)
            try:
                async with asyncio.timeout(rest):
                    await alarm.wait()
            except TimeoutError:
                continue

    return worker


async def patiently(
    part: str, work: Callable[[], Awaitable[T]], health: Health, *, first_rest: float = 0.1
) -> T:
    """Do `work`, however long its servers stay away; meanwhile `part` counts as unready.

    It rests at most `first_rest` seconds before the second attempt, and longer before each further.
    """
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(TransientError),
        wait=wait_random_exponential(multiplier=first_rest, max=5),
    ):
        with attempt:
            try:
                done = await work()
            except TransientError as error:
                health.report(part, ready=False, detail=str(error))
                _log.warning("waiting_for_server", part=part, detail=str(error))
                raise
            health.report(part, ready=True)
            return done
    raise AssertionError("tenacity retries without end")


def listening(database: Database, channel: str, wake: asyncio.Event, health: Health) -> Worker:
    """A worker that sets `wake` whenever something is notified on the PostgreSQL `channel`."""
    part = f"listen_{channel}"

    async def listen() -> float:
        connection = await database.listen_connection()
        lost = asyncio.Event()

        def _notice(*_arguments: object) -> None:
            wake.set()

        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            await connection.add_listener(channel, _notice)
            health.report(part, ready=True)
            wake.set()  # something may have been notified while nobody listened
            await lost.wait()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise TransientError("PostgreSQL") from error
        finally:
            connection.terminate()
        raise TransientError("PostgreSQL")

    return repeatedly(part, listen, health)
