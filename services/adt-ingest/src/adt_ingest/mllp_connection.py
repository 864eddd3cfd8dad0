"""One MLLP connection: cuts its bytes into frames and answers them one batch after the other.

What has come while earlier frames are being published is received as one batch: the busier a
sender, the fewer round trips to the broker. A connection with too much waiting, or whose sender
does not read its answers, is not read from until it has caught up. A sender that goes beyond a
limit is told so before the connection is closed.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from adt_ingest import meters
from adt_ingest.connection_limits import Guests, Limits
from adt_ingest.domain.doors import Door, Origin, Reply
from adt_ingest.domain.framing import Flaw, Frame, FrameCutter
from adt_ingest.domain.refusals import Refusal
from adt_ingest.tls_files import names_in
from care_chassis.logs import get_logger

_log = get_logger("adt_ingest.mllp_connection")
_START_BLOCK: Final = b"\x0b"
_END_BLOCK: Final = b"\x1c\r"
_PARTING_FLAWS: Final = frozenset({Flaw.TOO_LARGE, Flaw.TOO_MANY_SEGMENTS, Flaw.TOO_SLOW})
_LEFT: Final = "left"
_STOPPED: Final = "stopped"
_MOST_LINGERING: Final = 64
"""Of connections that are turned away, so many at a time are told why."""

ReceiveFrames: TypeAlias = Callable[[Sequence[Frame], Origin], Awaitable[list[Reply]]]
Refuse: TypeAlias = Callable[[Refusal], bytes]
"""Writes the acknowledgement to a sender that is turned away before it has said anything."""


@dataclass(frozen=True)
class Reception:
    """What all connections have in common."""

    receive: ReceiveFrames
    refuse: Refuse
    limits: Limits
    group: asyncio.TaskGroup
    guests: Guests
    connections: "set[Connection]"


class Connection(asyncio.Protocol):
    """One sender."""

    def __init__(self, reception: Reception, door: Door) -> None:
        self._reception = reception
        self._limits = reception.limits
        self._door = door
        self._origin = Origin(door, "")
        self._loop = asyncio.get_running_loop()
        self._cutter = FrameCutter(reception.limits.frame)
        self._queue: deque[Frame] = deque()
        self._queued_bytes = 0
        self._work: asyncio.Task[None] | None = None
        self._settling: asyncio.TimerHandle | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = ""
        """Why no more is read, once that is so."""
        self._admitted = False
        self._paused = False
        now = self._loop.time()
        self._heard_at = now
        self._began_at = now
        """When the frame that is being read began, or could be read on."""
        self._unread_since = now
        self._lingers_until: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        name: tuple[str, int] | None = transport.get_extra_info("peername")
        certificate: dict[str, object] | None = transport.get_extra_info("peercert")
        self._origin = Origin(
            self._door, name[0] if name else "", certificate_names=names_in(certificate or {})
        )
        plug: socket.socket | None = transport.get_extra_info("socket")
        if plug is not None:  # so that a sender that vanished without a word is noticed
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._reception.connections.add(self)
        meters.CONNECTIONS.inc()
        refusal = self._reception.guests.admit(self._origin.address)
        if refusal is not None:
            self._turn_away(refusal)
            return
        self._admitted = True
        _log.info("sender_connected", peer=self._origin.address, door=self._door.value)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # a sender may go as it likes: what it sent whole is received all the same
        reason = self._ended = self._ended or _LEFT
        self._writable.set()
        self._cancel_settling()
        self._reception.connections.discard(self)
        self._give_up_later()
        if self._admitted:
            self._reception.guests.leave(self._origin.address)
        meters.CONNECTIONS.dec()
        meters.STRAY_BYTES.inc(self._cutter.stray_bytes)
        meters.CONNECTIONS_ENDED.labels(self._door.value, reason).inc()
        _log.info("sender_left", peer=self._origin.address, door=self._door.value, reason=reason)

    def data_received(self, data: bytes) -> None:
        if self._ended:  # what comes after the end is read for one reason: so that our answer is
            return
        self._cancel_settling()
        began = self._cutter.inside
        frames = self._cutter.feed(data)
        inside = self._cutter.inside
        if frames or inside:
            self._heard_at = self._loop.time()
            if frames or not began:
                self._began_at = self._heard_at
        self._take(frames)
        if self._cutter.undecided and not self._ended:
            sure, limits = self._cutter.lacks_return_only, self._limits
            delay = limits.return_seconds if sure else limits.settle_seconds
            self._settling = self._loop.call_later(delay, self._settle)

    def eof_received(self) -> bool:
        """Keep the way back open until everything is answered."""
        self._cancel_settling()
        if not self._ended:
            self._ended = _LEFT
            self._enqueue(self._cutter.finish())
            self._give_up_later()
        return self._work is not None and self._transport.can_write_eof()

    def pause_writing(self) -> None:
        self._unread_since = self._loop.time()
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def look(self, now: float) -> None:
        """Part from a sender that takes too long about something."""
        if self._lingers_until is not None:
            if now >= self._lingers_until:
                self._transport.abort()
        elif not self._writable.is_set():
            if now - self._unread_since > self._limits.unread_seconds:
                self._ended = "answers_unread"
                self._transport.abort()
        elif not self._ended:
            self._look_at_sender(now)

    def _look_at_sender(self, now: float) -> None:
        if self._cutter.inside and not self._paused:
            if now - self._began_at > self._limits.frame_seconds:
                self._take(self._cutter.give_up(Flaw.TOO_SLOW))
        elif self._work is None and now - self._heard_at > self._limits.idle_seconds:
            self._ended = "idle"
            self._transport.close()

    def stop_reading(self) -> asyncio.Task[None] | None:
        """Read no more; returns the work on what was read, if there is any."""
        if not self._ended and not self._transport.is_closing():
            self._ended = _STOPPED
            self._transport.pause_reading()
        return self._work

    def close(self) -> None:
        self._transport.close()

    def _give_up_later(self) -> None:
        """A sender has left: what it sent whole is received, but not waited with for ever.

        Frames that wait for Kafka would else outlive their connections, which no limit counts.
        """
        if self._work is not None:
            self._loop.call_later(self._limits.drain_seconds, self._give_up)

    def _give_up(self) -> None:
        if self._work is not None:
            _log.warning("frames_given_up", peer=self._origin.address, count=len(self._queue))
            self._queue.clear()
            self._work.cancel()
            self._transport.abort()

    def _turn_away(self, refusal: Refusal) -> None:
        self._ended = "too_many"
        _log.warning("sender_turned_away", peer=self._origin.address, reason=refusal.reason)
        limits = self._limits
        if len(self._reception.connections) > limits.connections + _MOST_LINGERING:
            self._transport.abort()
            return
        self._transport.write(_in_blocks([self._reception.refuse(refusal)]))
        self._linger()

    def _linger(self) -> None:
        """Close once the sender has read what was written: to close at once could take it back."""
        if not self._transport.can_write_eof():
            self._transport.close()  # over TLS that waits for the other side by itself
            return
        try:
            self._transport.write_eof()
        except OSError:  # the sender is gone already, and its system has said so
            self._transport.abort()
            return
        self._lingers_until = self._loop.time() + self._limits.linger_seconds

    def _settle(self) -> None:
        self._settling = None
        self._take(self._cutter.settle())

    def _cancel_settling(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None

    def _take(self, frames: list[Frame]) -> None:
        for number, frame in enumerate(frames, start=1):
            if frame.flaw in _PARTING_FLAWS:
                self._ended = frame.flaw.value
                del frames[number:]
                break
        self._enqueue(frames)

    def _enqueue(self, frames: list[Frame]) -> None:
        if not frames:
            return
        self._queue.extend(frames)
        self._queued_bytes += sum(len(frame.data) for frame in frames)
        if self._has_too_much() and not self._ended:
            self._paused = True
            self._transport.pause_reading()
        if self._work is None:
            self._work = self._reception.group.create_task(self._answer_queued())

    def _has_too_much(self) -> bool:
        limits = self._limits
        return len(self._queue) > limits.queued_frames or self._queued_bytes > limits.queued_bytes

    def _read_on(self) -> None:
        if self._paused and not self._ended and not self._has_too_much():
            self._paused = False
            self._began_at = self._heard_at = self._loop.time()
            self._transport.resume_reading()

    async def _answer_queued(self) -> None:
        try:
            while self._queue:
                await self._answer_batch()
            if self._ended and not self._transport.is_closing():
                self._part()
        except Exception as error:  # noqa: BLE001 - one connection's fault must not end the others
            _log.error("connection_failed", error_type=type(error).__name__)
            self._queue.clear()
            self._ended = "fault"
            self._transport.abort()
        finally:
            self._work = None
            self._heard_at = self._loop.time()

    def _part(self) -> None:
        if self._ended in (_LEFT, _STOPPED):
            self._transport.close()
            return
        _log.warning("sender_parted_from", peer=self._origin.address, reason=self._ended)
        self._linger()

    async def _answer_batch(self) -> None:
        most = self._limits.batch_frames
        batch = [self._queue.popleft() for _ in range(min(most, len(self._queue)))]
        self._queued_bytes -= sum(len(frame.data) for frame in batch)
        replies = await self._reception.receive(batch, self._origin)
        blocks = [block for reply in replies for block in reply.blocks]
        if self._transport.is_closing():
            self._miss(len(blocks))
            return
        if blocks:
            self._transport.write(_in_blocks(blocks))
        await self._writable.wait()
        self._read_on()

    def _miss(self, answers: int) -> None:
        """What was received is held; its sender does not know, and sends it again."""
        meters.ANSWERS_UNDELIVERED.inc(answers)
        _log.warning("answers_undelivered", peer=self._origin.address, count=answers)


def _in_blocks(contents: Sequence[bytes]) -> bytes:
    return b"".join(part for content in contents for part in (_START_BLOCK, content, _END_BLOCK))
