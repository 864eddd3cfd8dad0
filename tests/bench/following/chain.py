"""The whole stack: from a discharge on the wire until its first task is in the worklist.

Messages are sent at a fixed rate, whether or not the stack keeps up, and the clock of a discharge
begins when it was due to be sent. It ends when the worklist's own event of the task can be read,
which is some milliseconds after the page shows it.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer
from tests.bench.following.stories import Told, messages, told_of, visits_until
from tests.support.stack import Stack

from adt_ingest.domain.event_ids import EventIds
from adt_ingest.domain.reader import read_header
from care_chassis.clock import SystemClock
from care_chassis.events import read_event
from care_contracts.hl7 import HL7_RECEIVED_TYPE
from care_contracts.topics import TASKS

_WARM_UP = (50, 10)
_LEAST_MESSAGES = 300
_SECONDS = 15
_SILENCE_SECONDS = 8.0
_END = b"\x1c\r"


@dataclass
class _Seen:
    """When each discharge was due to be sent, and when its first task was read."""

    due: dict[str, float] = field(default_factory=dict[str, float])
    took: dict[str, float] = field(default_factory=dict[str, float])
    heard_at: float = 0.0

    @property
    def is_complete(self) -> bool:
        return len(self.took) == len(self.due)


def chain(folder: Path, rates: Sequence[int]) -> list[dict[str, Any]]:
    """One row for each rate of ADT messages a second, in a stack of its own."""
    stack = Stack(folder)
    stack.start()
    try:
        return asyncio.run(_rows(stack, rates))
    finally:
        stack.stop()


async def _rows(stack: Stack, rates: Sequence[int]) -> list[dict[str, Any]]:
    await _row(stack, *_WARM_UP, prefix="W")
    return [
        await _row(stack, rate, max(_LEAST_MESSAGES, rate * _SECONDS), prefix=f"R{rate}")
        for rate in rates
    ]


async def _row(stack: Stack, rate: int, count: int, *, prefix: str) -> dict[str, Any]:
    visits = visits_until(SystemClock().now(), max(20, count // 4), prefix=prefix)
    all_told = told_of(visits)
    told = all_told[len(all_told) // 4 :][:count]
    seen = _Seen()
    async with _listening(stack.kafka_bootstrap, seen):
        lasted = await _send(stack.mllp_port, told, rate, seen)
        await _until_complete(seen)
    took = sorted(seen.took.values())
    return {
        "rate": rate,
        "sent_per_second": round(len(told) / lasted),
        "discharges": len(seen.due),
        "in_the_worklist": len(took),
        "p50_ms": _percentile(took, 0.5),
        "p99_ms": _percentile(took, 0.99),
    }


def _percentile(took: Sequence[float], part: float) -> float:
    return round(1000 * took[min(len(took) - 1, int(part * len(took)))], 1) if took else -1


@asynccontextmanager
async def _listening(bootstrap: str, seen: _Seen) -> AsyncGenerator[None]:
    consumer: Any = AIOKafkaConsumer(TASKS, bootstrap_servers=bootstrap, auto_offset_reset="latest")
    await consumer.start()
    await consumer.seek_to_end()
    for partition in consumer.assignment():
        await consumer.position(partition)

    async def listen() -> None:
        while True:
            event = read_event(await consumer.getone())
            due = seen.due.get(event.correlation_id)
            if due is not None and event.correlation_id not in seen.took:
                seen.heard_at = time.perf_counter()
                seen.took[event.correlation_id] = seen.heard_at - due

    try:
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(listen())
            yield
            hearing.cancel()
    finally:
        await consumer.stop()


async def _send(port: int, told: Sequence[Told], rate: int, seen: _Seen) -> float:
    """Send at the rate over as many connections as it takes; gives back how long that lasted."""
    waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    frames = [b"\x0b" + message + _END for message in messages(told)]
    began = time.perf_counter() + 0.2
    for number, (one, frame) in enumerate(zip(told, frames, strict=True)):
        due = began + number / rate
        if one.trigger == "A03":
            seen.due[_correlation_of(frame[1:-2])] = due
        waiting.put_nowait((due, frame))
    async with asyncio.TaskGroup() as group:
        for _ in range(min(64, max(4, rate // 10))):
            group.create_task(_sender(port, waiting))
    return time.perf_counter() - began


async def _sender(port: int, waiting: "asyncio.Queue[tuple[float, bytes]]") -> None:
    """One connection, one message in flight."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not waiting.empty():
        due, frame = waiting.get_nowait()
        if (early := due - time.perf_counter()) > 0:
            await asyncio.wait((asyncio.get_running_loop().create_future(),), timeout=early)
        writer.write(frame)
        answer = await reader.readuntil(_END)
        if b"|AA|" not in answer:
            raise SystemExit(f"not accepted: {answer!r}")
    writer.close()


def _correlation_of(message: bytes) -> str:
    """What adt-ingest calls the message: all that follows from it carries this."""
    return EventIds.of(message, read_header(message)).of_kind(f"{HL7_RECEIVED_TYPE}.accepted")


async def _until_complete(seen: _Seen) -> None:
    """Wait until all were heard, or until nothing has been heard for a while."""
    seen.heard_at = time.perf_counter()
    while not seen.is_complete and time.perf_counter() < seen.heard_at + _SILENCE_SECONDS:
        await asyncio.wait((asyncio.get_running_loop().create_future(),), timeout=0.1)
