"""An MLLP connection: answers in order, batches while the broker is busy, endings."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import pytest
from prometheus_client import REGISTRY
from tests.support.eventually import eventually
from tests.support.hl7_builders import framed

from adt_ingest.connection_limits import Guests, Limits
from adt_ingest.domain.doors import Door, Origin, Reply
from adt_ingest.domain.framing import Flaw, Frame, FrameLimits
from adt_ingest.domain.refusals import Refusal
from adt_ingest.mllp_connection import Connection, Reception

LIMITS = Limits(
    frame=FrameLimits(1000, segments=100),
    connections=3,
    connections_per_peer=2,
    queued_frames=8,
    queued_bytes=2000,
    batch_frames=4,
    settle_seconds=0.01,
    return_seconds=0.0,
    drain_seconds=0.01,
)
CERTIFICATE = {
    "subject": ((("commonName", "Engine.GHH.example"),),),
    "subjectAltName": (("DNS", "ghh.example"), ("IP Address", "192.0.2.7")),
}


class Wire(asyncio.Transport):
    """A transport whose other end is the test."""

    def __init__(self, peer: str = "192.0.2.7", *, tls: bool = False) -> None:
        extra = {"peername": (peer, 50000), **({"peercert": CERTIFICATE} if tls else {})}
        super().__init__(extra)
        self.written = b""
        self.reading = True
        self.closed = False
        self.aborted = False
        self.ended = False
        """No more is written, but what comes is still read."""
        self.gone = False
        """Its system has answered our last bytes with a reset."""
        self._tls = tls

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True

    def can_write_eof(self) -> bool:
        return not self._tls

    def write_eof(self) -> None:
        if self.gone:
            raise OSError(107, "Transport endpoint is not connected")
        self.ended = True

    @property
    def answers(self) -> list[bytes]:
        return [part[1:] for part in self.written.split(b"\x1c\r") if part]


@dataclass
class Receiver:
    """Answers each frame with its content in capitals, once the test lets it."""

    batches: list[list[Frame]] = field(default_factory=list[list[Frame]])
    open: asyncio.Event = field(default_factory=asyncio.Event)
    failing: bool = False

    origins: set[Origin] = field(default_factory=set[Origin])

    async def receive(self, frames: Sequence[Frame], origin: Origin) -> list[Reply]:
        self.origins.add(origin)
        self.batches.append(list(frames))
        await self.open.wait()
        if self.failing:
            raise RuntimeError("a bug")
        return [Reply((frame.data.upper(),)) for frame in frames]


def undelivered() -> float:
    value = REGISTRY.get_sample_value("care_adt_ingest_answers_undelivered_total")
    assert value is not None
    return value


def refuse(refusal: Refusal) -> bytes:
    return refusal.reason.encode()


@dataclass
class Line:
    """A connection with both its ends."""

    connection: Connection
    wire: Wire
    receiver: Receiver
    reception: Reception

    async def answers(self, count: int) -> list[bytes]:
        return await eventually(
            lambda: self.wire.answers, until=lambda found: len(found) >= count, every=0.001
        )

    def wait(self, seconds: float) -> None:
        """What the server's look finds so many seconds from now."""
        self.connection.look(asyncio.get_running_loop().time() + seconds)

    def another(self, wire: Wire, door: Door = Door.MLLP) -> Connection:
        """Somebody else who connects to the same server."""
        connection = Connection(self.reception, door)
        connection.connection_made(wire)
        return connection


@pytest.fixture
async def line() -> AsyncGenerator[Line]:
    receiver, wire = Receiver(), Wire()
    async with asyncio.TaskGroup() as group:
        reception = Reception(receiver.receive, refuse, LIMITS, group, Guests(LIMITS), set())
        connection = Connection(reception, Door.MLLP)
        connection.connection_made(wire)
        yield Line(connection, wire, receiver, reception)
        receiver.open.set()
        connection.connection_lost(None)


async def test_frames_are_answered_in_order_in_mllp_blocks(line: Line) -> None:
    line.receiver.open.set()
    line.connection.data_received(framed(b"one\r", b"two\r"))
    assert await line.answers(2) == [b"ONE\r", b"TWO\r"]
    assert line.wire.written == framed(b"ONE\r", b"TWO\r")
    assert line.receiver.origins == {Origin(Door.MLLP, "192.0.2.7")}


async def test_what_comes_while_the_broker_is_busy_is_one_batch(line: Line) -> None:
    line.connection.data_received(framed(b"1\r"))
    await eventually(lambda: line.receiver.batches, every=0.001)
    for number in (b"2\r", b"3\r", b"4\r"):
        line.connection.data_received(framed(number))
    line.receiver.open.set()
    assert await line.answers(4) == [b"1\r", b"2\r", b"3\r", b"4\r"]
    assert [len(batch) for batch in line.receiver.batches] == [1, 3]


async def test_a_sender_with_too_much_waiting_is_not_read_from(line: Line) -> None:
    line.connection.data_received(framed(*([b"x\r"] * 8)))
    assert line.wire.reading
    line.connection.data_received(framed(*([b"x\r"] * 4)))
    assert not line.wire.reading
    line.receiver.open.set()
    await line.answers(12)
    await eventually(lambda: line.wire.reading, every=0.001)
    assert max(len(batch) for batch in line.receiver.batches) == LIMITS.batch_frames


async def test_a_sender_that_does_not_read_its_answers_is_not_served_on(line: Line) -> None:
    line.receiver.open.set()
    line.connection.pause_writing()
    line.connection.data_received(framed(*([b"x\r"] * 12)))
    assert len(await line.answers(LIMITS.batch_frames)) == LIMITS.batch_frames
    assert len(line.receiver.batches) == 1
    line.connection.resume_writing()
    assert len(await line.answers(12)) == 12


async def test_an_end_block_without_return_is_taken_for_the_end_after_a_while(line: Line) -> None:
    line.receiver.open.set()
    line.connection.data_received(b"\x0bone\x1c")
    assert await line.answers(1) == [b"ONE"]


async def test_a_connection_that_ends_gets_its_answers_first(line: Line) -> None:
    line.connection.data_received(framed(b"one\r") + b"\x0btw")
    assert line.connection.eof_received()
    assert not line.wire.closed
    line.receiver.open.set()
    assert await line.answers(2) == [b"ONE\r", b"TW"]
    await eventually(lambda: line.wire.closed, every=0.001)
    assert line.receiver.batches[-1][-1] == Frame(b"tw", Flaw.CUT_OFF)


async def test_a_connection_that_ends_with_nothing_open_is_closed(line: Line) -> None:
    assert not line.connection.eof_received()


async def test_stopping_reads_no_more_and_answers_what_was_read(line: Line) -> None:
    line.connection.data_received(framed(b"one\r"))
    work = line.connection.stop_reading()
    assert work is not None
    assert not line.wire.reading
    line.receiver.open.set()
    await work
    assert line.wire.answers == [b"ONE\r"]
    assert line.wire.closed


async def test_a_fault_closes_its_connection_and_no_other(line: Line) -> None:
    line.receiver.failing = True
    line.receiver.open.set()
    line.connection.data_received(framed(b"one\r"))
    await eventually(lambda: line.wire.closed, every=0.001)
    assert line.wire.answers == []


async def test_messages_that_want_no_answer_get_none() -> None:
    async def silent(frames: Sequence[Frame], origin: Origin) -> list[Reply]:
        del origin
        return [Reply(() if frame.data == b"no\r" else (frame.data, b"and")) for frame in frames]

    async with asyncio.TaskGroup() as group:
        reception = Reception(silent, refuse, LIMITS, group, Guests(LIMITS), set())
        wire, connection = Wire(), Connection(reception, Door.MLLP)
        connection.connection_made(wire)
        connection.data_received(framed(b"no\r", b"yes\r", b"no\r"))
    assert wire.written == framed(b"yes\r", b"and")


async def test_a_sender_with_too_many_bytes_waiting_is_not_read_from(line: Line) -> None:
    line.connection.data_received(framed(*([b"x" * 900 + b"\r"] * 3)))
    assert not line.wire.reading
    line.receiver.open.set()
    await line.answers(3)
    await eventually(lambda: line.wire.reading, every=0.001)


@pytest.mark.parametrize("body", [b"x" * 1001 + b"\r", b"Z\r" * 101], ids=["bytes", "segments"])
async def test_beyond_a_limit_of_frames_a_sender_is_answered_and_parted_from(
    line: Line, body: bytes
) -> None:
    line.receiver.open.set()
    line.connection.data_received(framed(b"one\r", body, b"never read\r"))
    assert len(await line.answers(2)) == 2
    await eventually(lambda: line.wire.ended, every=0.001)
    assert not line.wire.closed, "closing at once could take the answer back"
    line.connection.data_received(framed(b"never read either\r"))
    line.wait(LIMITS.linger_seconds + 1)
    assert line.wire.aborted
    assert len(line.wire.answers) == 2
    assert sum(map(len, line.receiver.batches)) == 2


async def test_a_sender_that_is_parted_from_may_be_the_first_to_go(line: Line) -> None:
    line.receiver.open.set()
    line.connection.data_received(framed(b"x" * 1001))
    await eventually(lambda: line.wire.ended, every=0.001)
    assert not line.connection.eof_received()


async def test_a_message_that_takes_too_long_is_answered_as_cut_off(line: Line) -> None:
    line.receiver.open.set()
    line.connection.data_received(b"\x0bMSH|slow")
    line.wait(LIMITS.frame_seconds - 1)
    assert line.receiver.batches == []
    line.wait(LIMITS.frame_seconds + 1)
    assert await line.answers(1) == [b"MSH|SLOW"]
    assert line.receiver.batches == [[Frame(b"MSH|slow", Flaw.TOO_SLOW)]]
    await eventually(lambda: line.wire.ended, every=0.001)


async def test_a_message_that_we_do_not_read_on_takes_no_time(line: Line) -> None:
    line.connection.data_received(framed(*([b"x\r"] * 12)) + b"\x0bbegun")
    assert not line.wire.reading
    line.wait(LIMITS.frame_seconds + 1)
    assert not line.wire.closed
    line.receiver.open.set()
    await line.answers(12)
    line.connection.data_received(b" and done\r\x1c\r")
    assert (await line.answers(13))[12] == b"BEGUN AND DONE\r"


async def test_a_connection_without_messages_is_closed_without_a_word(line: Line) -> None:
    line.receiver.open.set()
    line.connection.data_received(framed(b"one\r"))
    await line.answers(1)
    line.connection.data_received(b"\n")
    line.wait(LIMITS.idle_seconds - 1)
    assert not line.wire.closed
    line.wait(LIMITS.idle_seconds + 1)
    assert line.wire.closed
    assert line.wire.answers == [b"ONE\r"]


async def test_a_connection_that_awaits_its_answer_is_not_idle(line: Line) -> None:
    line.connection.data_received(framed(b"one\r"))
    line.wait(LIMITS.idle_seconds + 1)
    assert not line.wire.closed


async def test_noise_keeps_no_connection_open(line: Line) -> None:
    line.connection.data_received(b"noise")
    line.wait(LIMITS.idle_seconds + 1)
    assert line.wire.closed
    assert line.wire.answers == []


async def test_a_sender_that_never_reads_its_answers_is_parted_from(line: Line) -> None:
    line.connection.pause_writing()
    line.wait(LIMITS.unread_seconds - 1)
    assert not line.wire.closed
    line.wait(LIMITS.unread_seconds + 1)
    assert line.wire.aborted


async def test_one_connection_too_many_of_a_peer_is_told_so_and_others_are_let_in(
    line: Line,
) -> None:
    line.another(Wire())
    refused, other = Wire(), Wire("192.0.2.8")
    turned_away = line.another(refused)
    line.another(other)
    assert b"from this address" in refused.answers[0]
    assert refused.ended
    assert other.written == b""
    turned_away.data_received(framed(b"nobody reads this\r"))
    assert line.receiver.batches == []


async def test_one_connection_too_many_in_all_is_told_so_until_another_leaves(line: Line) -> None:
    second = line.another(Wire("192.0.2.8"))
    line.another(Wire("192.0.2.9"))
    refused, admitted = Wire("192.0.2.10"), Wire("192.0.2.10")
    line.another(refused).connection_lost(None)
    assert b"try again later" in refused.answers[0]
    second.connection_lost(None)
    line.another(admitted)
    assert admitted.written == b""


async def test_over_tls_the_names_of_the_certificate_come_with_every_frame(line: Line) -> None:
    line.receiver.open.set()
    wire = Wire("192.0.2.8", tls=True)
    line.another(wire, Door.MLLPS).data_received(framed(b"one\r"))
    await eventually(lambda: wire.answers, every=0.001)
    names = frozenset({"engine.ghh.example", "ghh.example"})
    assert line.receiver.origins == {Origin(Door.MLLPS, "192.0.2.8", certificate_names=names)}


async def test_answers_to_a_sender_that_has_gone_are_counted(line: Line) -> None:
    before = undelivered()
    line.connection.data_received(framed(b"one\r", b"two\r"))
    line.wire.abort()
    line.receiver.open.set()
    await eventually(undelivered, until=(before + 2).__eq__, every=0.001)
    assert line.wire.written == b""


async def test_a_sender_that_is_gone_before_it_is_parted_from_ends_nobody_else(line: Line) -> None:
    line.receiver.open.set()
    line.wire.gone = True
    line.connection.data_received(framed(b"x" * 2000))
    await eventually(lambda: line.wire.aborted, every=0.001)
    other = Wire("192.0.2.8")
    line.another(other).data_received(framed(b"one\r"))
    await eventually(lambda: other.answers, until=[b"ONE\r"].__eq__, every=0.001)


async def test_what_waits_for_kafka_is_given_up_some_time_after_its_sender_left(line: Line) -> None:
    reset, halfway = Wire("192.0.2.8"), Wire("192.0.2.9")
    one, two = line.another(reset), line.another(halfway)
    for connection in (one, two):
        connection.data_received(framed(b"one\r"))
    await eventually(lambda: len(line.receiver.batches), until=(2).__eq__, every=0.001)
    one.connection_lost(ConnectionResetError())
    assert two.eof_received()
    await eventually(lambda: reset.aborted and halfway.aborted, every=0.001)
    two.connection_lost(None)
    line.receiver.open.set()
    assert reset.answers == halfway.answers == []
