"""An MLLP connection: answers in order, batches while the broker is busy, endings."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import pytest
from tests.support.eventually import eventually
from tests.support.hl7_builders import framed

from adt_ingest.domain.doors import Door, Origin, Reply
from adt_ingest.domain.framing import Flaw, Frame
from adt_ingest.mllp_server import Connection, Limits

LIMITS = Limits(frame_bytes=1000, queued_frames=8, batch_frames=4, settle_seconds=0.01)


class Wire(asyncio.Transport):
    """A transport whose other end is the test."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.7", 50000)})
        self.written = b""
        self.reading = True
        self.closed = False

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
        self.closed = True

    @property
    def answers(self) -> list[bytes]:
        return [part[1:] for part in self.written.split(b"\x1c\r") if part]


@dataclass
class Receiver:
    """Answers each frame with its content in capitals, once the test lets it."""

    batches: list[list[Frame]] = field(default_factory=list[list[Frame]])
    open: asyncio.Event = field(default_factory=asyncio.Event)
    failing: bool = False

    async def receive(self, frames: Sequence[Frame], origin: Origin) -> list[Reply]:
        assert origin == Origin(Door.MLLP, "192.0.2.7")
        self.batches.append(list(frames))
        await self.open.wait()
        if self.failing:
            raise RuntimeError("a bug")
        return [Reply((frame.data.upper(),)) for frame in frames]


@dataclass
class Line:
    """A connection with both its ends."""

    connection: Connection
    wire: Wire
    receiver: Receiver

    async def answers(self, count: int) -> list[bytes]:
        return await eventually(
            lambda: self.wire.answers, until=lambda found: len(found) >= count, every=0.001
        )


@pytest.fixture
async def line() -> AsyncGenerator[Line]:
    receiver, wire = Receiver(), Wire()
    async with asyncio.TaskGroup() as group:
        connection = Connection(receiver.receive, LIMITS, group, set())
        connection.connection_made(wire)
        yield Line(connection, wire, receiver)
        receiver.open.set()
        connection.connection_lost(None)


async def test_frames_are_answered_in_order_in_mllp_blocks(line: Line) -> None:
    line.receiver.open.set()
    line.connection.data_received(framed(b"one\r", b"two\r"))
    assert await line.answers(2) == [b"ONE\r", b"TWO\r"]
    assert line.wire.written == framed(b"ONE\r", b"TWO\r")


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
