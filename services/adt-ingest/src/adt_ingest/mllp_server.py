"""The MLLP server: bytes in, frames to `receive`, answers out, in the order of the frames.

What a connection has sent while earlier frames are being published is received as one batch: the
busier a sender, the fewer round trips to the broker. A connection whose queue is full, or that does
not read its answers, is not read from until it has caught up.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from adt_ingest import meters
from adt_ingest.domain.doors import Door, Origin, Reply
from adt_ingest.domain.framing import Frame, FrameCutter, FrameLimits
from care_chassis.logs import get_logger

_log = get_logger("adt_ingest.mllp_server")
_START_BLOCK: Final = b"\x0b"
_END_BLOCK: Final = b"\x1c\r"

ReceiveFrames: TypeAlias = Callable[[Sequence[Frame], Origin], Awaitable[list[Reply]]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what is held, and how long."""

    frame_bytes: int
    queued_frames: int = 256
    """A connection with more than these waiting is not read from."""
    batch_frames: int = 64
    settle_seconds: float = 0.25
    """How long after an end block without CR its frame is taken for whole."""
    drain_seconds: float = 10.0
    """How long stopping waits for frames that are being worked on."""


class MllpServer:
    """Listens, and keeps the connections."""

    def __init__(self, *, receive: ReceiveFrames, host: str, port: int, limits: Limits) -> None:
        self._receive = receive
        self._host = host
        self._port = port
        self._limits = limits
        self._connections: set[Connection] = set()

    async def serve(self) -> None:
        """A worker: serve until cancelled, then answer what was read and close."""
        async with asyncio.TaskGroup() as group:
            server = await self._listen(group)
            try:
                await asyncio.Event().wait()
            finally:
                server.close()
                await self._drain()

    async def _listen(self, group: asyncio.TaskGroup) -> asyncio.Server:
        def connect() -> Connection:
            return Connection(self._receive, self._limits, group, self._connections)

        try:
            server = await asyncio.get_running_loop().create_server(
                connect, self._host, self._port, backlog=1024
            )
        except OSError as error:
            where = f"{self._host}:{self._port}"
            raise SystemExit(f"adt-ingest cannot listen on {where}: {error.strerror}") from error
        _log.info("mllp_listening", host=self._host, port=self._port)
        return server

    async def _drain(self) -> None:
        working = [task for each in self._connections if (task := each.stop_reading())]
        if working:
            await asyncio.wait(working, timeout=self._limits.drain_seconds)
        for connection in list(self._connections):
            connection.close()


class Connection(asyncio.Protocol):
    """One sender: cuts its bytes into frames and answers them one batch after the other."""

    def __init__(
        self,
        receive: ReceiveFrames,
        limits: Limits,
        group: asyncio.TaskGroup,
        connections: "set[Connection]",
    ) -> None:
        self._receive = receive
        self._limits = limits
        self._group = group
        self._connections = connections
        self._cutter = FrameCutter(FrameLimits(limits.frame_bytes))
        self._queue: deque[Frame] = deque()
        self._work: asyncio.Task[None] | None = None
        self._settling: asyncio.TimerHandle | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = False
        """The sender sends no more, or is not read from any more."""
        self._peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        name: tuple[str, int] | None = transport.get_extra_info("peername")
        self._peer = name[0] if name else ""
        plug: socket.socket | None = transport.get_extra_info("socket")
        if plug is not None:  # so that a sender that vanished without a word is noticed
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._connections.add(self)
        meters.CONNECTIONS.inc()
        _log.info("sender_connected", peer=self._peer)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # a sender may go as it likes: what it sent whole is received all the same
        self._ended = True
        self._writable.set()
        self._cancel_settling()
        self._connections.discard(self)
        meters.CONNECTIONS.dec()
        meters.STRAY_BYTES.inc(self._cutter.stray_bytes)
        _log.info("sender_left", peer=self._peer)

    def data_received(self, data: bytes) -> None:
        self._cancel_settling()
        self._take(self._cutter.feed(data))
        if self._cutter.undecided:
            loop = asyncio.get_running_loop()
            self._settling = loop.call_later(self._limits.settle_seconds, self._settle)

    def eof_received(self) -> bool:
        """Keep the way back open until everything is answered."""
        self._ended = True
        self._cancel_settling()
        self._take(self._cutter.finish())
        return self._work is not None

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def stop_reading(self) -> asyncio.Task[None] | None:
        """Read no more; returns the work on what was read, if there is any."""
        if not self._ended and not self._transport.is_closing():
            self._ended = True
            self._transport.pause_reading()
        return self._work

    def close(self) -> None:
        self._transport.close()

    def _settle(self) -> None:
        self._settling = None
        self._take(self._cutter.settle())

    def _cancel_settling(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None

    def _take(self, frames: list[Frame]) -> None:
        if not frames:
            return
        self._queue.extend(frames)
        if len(self._queue) > self._limits.queued_frames and not self._ended:
            self._transport.pause_reading()
        if self._work is None:
            self._work = self._group.create_task(self._answer_queued())

    async def _answer_queued(self) -> None:
        try:
            while self._queue:
                await self._answer_batch()
        except Exception as error:  # noqa: BLE001 - one connection's fault must not end the others
            _log.error("connection_failed", error_type=type(error).__name__)
            self._queue.clear()
            self._transport.abort()
        finally:
            self._work = None
        if self._ended and not self._transport.is_closing():
            self._transport.close()

    async def _answer_batch(self) -> None:
        most = self._limits.batch_frames
        batch = [self._queue.popleft() for _ in range(min(most, len(self._queue)))]
        replies = await self._receive(batch, Origin(Door.MLLP, self._peer))
        if not self._transport.is_closing():
            self._transport.write(
                b"".join(
                    part
                    for reply in replies
                    for block in reply.blocks
                    for part in (_START_BLOCK, block, _END_BLOCK)
                )
            )
            await self._writable.wait()
            if not self._ended and len(self._queue) <= self._limits.queued_frames:
                self._transport.resume_reading()
