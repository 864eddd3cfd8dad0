"""Carries application acknowledgements to the senders that listen for them at an own address.

Each address has one connection and its acknowledgements go over it in order. What cannot be
delivered is tried again, ever more slowly, until it is too old; what waits, waits in memory. After
a crash a sender that misses one sends its message again, which gives the same acknowledgement.
"""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from adt_ingest import meters
from adt_ingest.domain.profile import ReturnAddress
from adt_ingest.domain.reader import read_header
from adt_ingest.domain.refusals import Refusal
from care_chassis.errors import PermanentError, TransientError
from care_chassis.logs import get_logger

_log = get_logger("adt_ingest.return_addresses")
_START_BLOCK: Final = b"\x0b"
_END_BLOCK: Final = b"\x1c\r"
_CHUNK: Final = 65_536
_TAKEN: Final = ("CA", "AA")
_REFUSED: Final = ("CR", "AR")


@dataclass(frozen=True, slots=True)
class ReturnLimits:
    """How much of what waits, and how long."""

    waiting: int = 10_000
    """For each address; what comes beyond is dropped and counted."""
    attempt_seconds: float = 10.0
    give_up_seconds: float = 3600.0
    """How long after it was written an acknowledgement is still worth delivering."""
    longest_pause_seconds: float = 30.0
    drain_seconds: float = 10.0
    """How long stopping waits for what has not been delivered."""


class ReturnAddresses:
    """Keeps a lane to every address that something was to be delivered to."""

    def __init__(self, limits: ReturnLimits) -> None:
        self._limits = limits
        self._lanes: dict[ReturnAddress, _Lane] = {}
        self._new: asyncio.Queue[_Lane] = asyncio.Queue()

    def deliver(self, address: ReturnAddress, block: bytes) -> None:
        """Take charge of `block`: blocks arrive in order, later, and as far as that is possible."""
        lane = self._lanes.get(address)
        if lane is None:
            lane = self._lanes[address] = _Lane(address, self._limits)
            self._new.put_nowait(lane)
        lane.put(block)

    async def serve(self) -> None:
        """A worker: deliver until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                lane = await self._new.get()
                group.create_task(lane.run())

    async def close(self) -> None:
        """Deliver what still waits, once the doors are shut; for how long, the limits say."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.drain_seconds), asyncio.TaskGroup() as group:
                for lane in self._lanes.values():
                    group.create_task(lane.empty())
        for lane in self._lanes.values():
            lane.hang_up()


class _Lane:
    """The acknowledgements on their way to one address."""

    def __init__(self, address: ReturnAddress, limits: ReturnLimits) -> None:
        self._address = address
        self._limits = limits
        self._waiting: deque[tuple[float, bytes]] = deque()
        """With the instant, on the loop's clock, at which each is given up."""
        self._some = asyncio.Event()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def put(self, block: bytes) -> None:
        if len(self._waiting) >= self._limits.waiting:
            self._count("dropped")
            return
        until = asyncio.get_running_loop().time() + self._limits.give_up_seconds
        self._waiting.append((until, block))
        meters.RETURNS_WAITING.inc()
        self._some.set()

    async def run(self) -> None:
        """Deliver one after the other, for ever."""
        while True:
            await self._some.wait()
            await self.empty()
            self._some.clear()

    async def empty(self) -> None:
        """Deliver all that waits."""
        while self._waiting:
            until, block = self._waiting[0]
            outcome = await self._deliver(block, until)
            self._waiting.popleft()
            meters.RETURNS_WAITING.dec()
            self._count(outcome)

    def hang_up(self) -> None:
        if self._waiting:
            self._log("returns_abandoned", len(self._waiting))
        self._drop_line()

    async def _deliver(self, block: bytes, until: float) -> str:
        patience = max(0.0, until - asyncio.get_running_loop().time())
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(TransientError),
                wait=wait_random_exponential(
                    multiplier=0.2, max=self._limits.longest_pause_seconds
                ),
                stop=stop_after_delay(patience),
                reraise=True,
            ):
                with attempt:
                    await self._send(block)
        except TransientError:
            return "given_up"
        except PermanentError:
            return "refused"
        return "delivered"

    async def _send(self, block: bytes) -> None:
        try:
            async with asyncio.timeout(self._limits.attempt_seconds):
                reader, writer = await self._line()
                writer.write(_START_BLOCK + block + _END_BLOCK)
                await writer.drain()
                code = await _answer_to(block, reader) if self._address.confirms else "CA"
        except (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError) as error:
            # ValueError: a host name that no resolver can be asked for
            self._drop_line()
            raise TransientError("the return address") from error
        if code in _REFUSED:
            raise PermanentError("the return address took no such acknowledgement")
        if code not in _TAKEN:
            raise TransientError("the return address")

    async def _line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The connection, which may have ended since it was last used."""
        if self._streams is not None and await _ended(self._streams[0]):
            self._drop_line()
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._address.host, self._address.port)
            self._streams[1].transport.set_write_buffer_limits(high=0)
        return self._streams

    def _drop_line(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
        self._streams = None

    def _count(self, outcome: str) -> None:
        meters.RETURNS.labels(outcome).inc()
        if outcome != "delivered":
            self._log(f"return_{outcome}", 1)

    def _log(self, event: str, count: int) -> None:
        _log.warning(event, count=count, host=self._address.host, port=self._address.port)


async def _ended(reader: asyncio.StreamReader) -> bool:
    """Take off the line what nobody awaits any more, and see whether it has ended."""
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(0):
                if not await reader.read(_CHUNK):
                    return True
    return False


async def _answer_to(block: bytes, reader: asyncio.StreamReader) -> str:
    """MSA-1 of the answer that names `block`; a late one that names another is passed over."""
    control_id = read_header(block).raw(10)
    while True:
        answer = (await reader.readuntil(_END_BLOCK)).strip(_START_BLOCK + _END_BLOCK)
        with suppress(Refusal):
            mark = read_header(answer).delimiters.field
            for line in answer.decode("latin-1").split("\r"):
                name, code, named, *_ = [*line.split(mark), "", ""]
                if name == "MSA" and named == control_id:
                    return code
