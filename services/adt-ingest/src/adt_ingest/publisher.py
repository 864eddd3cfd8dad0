"""Publishes to Kafka, and says no at once while Kafka is known to be away."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from care_chassis.errors import TransientError
from care_chassis.events import OutgoingEvent
from care_chassis.health import Health
from care_chassis.logs import get_logger

_log = get_logger("adt_ingest.publisher")
_PART: Final = "kafka"
_CONNECT_WITHIN_SECONDS: Final = 1.0
_KAFKAS_PORT: Final = 9092
_AT_ONCE: Final = 1_000
"""Events that have to be held within one publish timeout: a frame may tell of 20,000."""


class Inner(Protocol):
    """The publisher that does the work; publishing nothing tries whether Kafka is there."""

    async def publish(self, events: Sequence[OutgoingEvent]) -> None: ...


class PromptPublisher:
    """Keeps senders from waiting for a broker that is known to be away.

    After a failure nothing is tried for its own sake any more: `watch` tries on all messages'
    behalf, and opens the way again when the broker answers. It also sees a broker go while no
    message comes. `reachable` says whether anyone listens where the broker should be.
    """

    def __init__(
        self,
        inner: Inner,
        health: Health,
        *,
        reachable: Callable[[], Awaitable[bool]],
        look_every_seconds: float = 0.5,
    ) -> None:
        self._inner = inner
        self._health = health
        self._reachable = reachable
        self._look_every_seconds = look_every_seconds
        self._away = True
        self._stopped = False
        self._return: asyncio.Future[None] | None = None
        """Done when the broker is found again; cancelled when nobody looks for it any more."""
        health.report(_PART, ready=False, detail="not yet connected")

    async def publish(self, events: Sequence[OutgoingEvent]) -> None:
        """Return when the broker holds all `events`. Raises TransientError.

        Many go in parts, each with a timeout of its own: what takes long because it is much must
        not make a broker that works count as away.
        """
        for start in range(0, len(events) or 1, _AT_ONCE):
            await self._publish_part(events[start : start + _AT_ONCE])

    async def _publish_part(self, events: Sequence[OutgoingEvent]) -> None:
        if self._away:
            raise TransientError("Kafka")
        try:
            await self._inner.publish(events)
        except TransientError as error:
            self._lose(error)
            raise

    async def until_back(self) -> None:
        """Return when the broker is there. CancelledError where nobody looks for it any more."""
        if self._stopped:
            raise asyncio.CancelledError
        if self._away:
            if self._return is None:
                self._return = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._return)

    async def watch(self) -> None:
        """A worker: look for the broker, all the time."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(self._look_every_seconds)
        finally:
            self._stopped = True
            if self._return is not None:
                self._return.cancel()

    async def _look(self) -> None:
        if not await self._reachable():
            self._lose(TransientError("Kafka"))
        elif self._away:
            try:
                await self._inner.publish(())
            except TransientError as error:
                self._lose(error)
            else:
                self._away = False
                if self._return is not None:
                    self._return.set_result(None)
                    self._return = None
                self._health.report(_PART, ready=True)
                _log.info("kafka_found")

    def _lose(self, error: TransientError) -> None:
        if not self._away:
            _log.warning("kafka_lost", detail=str(error))
        self._away = True
        self._health.report(_PART, ready=False, detail=str(error))


def anyone_listening(bootstrap_servers: str) -> Callable[[], Awaitable[bool]]:
    """Asks whether a connection can be made to any of the bootstrap servers."""
    addresses = [_address(server.strip()) for server in bootstrap_servers.split(",")]

    async def ask() -> bool:
        for host, port in addresses:
            try:
                async with asyncio.timeout(_CONNECT_WITHIN_SECONDS):
                    _, writer = await asyncio.open_connection(host, port)
            except (OSError, TimeoutError):
                continue
            writer.close()
            return True
        return False

    return ask


def _address(server: str) -> tuple[str, int]:
    host, colon, port = server.rpartition(":")
    return (host.strip("[]"), int(port)) if colon else (server, _KAFKAS_PORT)
