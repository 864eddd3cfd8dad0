"""The load: N senders with one message in flight each, in a process of its own.

`python -m tests.bench.arriving.load --port 2575 --connections 64 --seconds 4` prints one JSON
object: answers by code in the measured time, and how long they took. With `--count` it sends so
many instead, and prints a line at each tenth.
"""

import argparse
import asyncio
import itertools
import json
import resource
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import uvloop
from tests.bench.arriving.feed import Body, bodies

_PATIENTS = 3000


@dataclass
class Tally:
    """What the senders saw; it counts between the end of the warm-up and the end of the run."""

    codes: Counter[str] = field(default_factory=Counter[str])
    took: "array[float]" = field(default_factory=lambda: array("d"))
    counting: bool = False
    over: bool = False


class Sender(asyncio.Protocol):
    """One connection: the next message goes when the answer to the last one is there."""

    def __init__(self, tally: Tally, feed: "Feed", open_ones: set["Sender"]) -> None:
        self._tally = tally
        self._feed = feed
        self._open_ones = open_ones
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._open_ones.add(self)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._open_ones.discard(self)
        if not self._tally.over:
            self._tally.codes["connection lost"] += 1

    def data_received(self, data: bytes) -> None:
        read = self._read = self._read + data if self._read else data
        if not read.endswith(b"\x1c\r"):
            return
        self._read = b""
        now = time.perf_counter()
        if self._tally.counting:
            self._tally.took.append(now - self._sent_at)
            self._tally.codes[self._code(read)] += 1
        if not self._tally.over:
            self._send()

    def _send(self) -> None:
        self._control_id, message = self._feed.next()
        self._sent_at = time.perf_counter()
        self._transport.write(message)

    def _code(self, answer: bytes) -> str:
        """MSA-1, if it is the answer to what was sent."""
        start = answer.find(b"MSA|")
        _, code, control_id, *_ = answer[start:].replace(b"\r", b"|").split(b"|", 3)
        return code.decode() if control_id == self._control_id else "another's answer"

    def close(self) -> None:
        self._transport.abort()


class Feed:
    """Framed messages with a control id each that no other has."""

    def __init__(self, made: list[Body], prefix: str) -> None:
        self._bodies = itertools.cycle([(b"\x0b" + one, rest + b"\x1c\r") for one, rest in made])
        self._numbers = itertools.count()
        self._prefix = prefix

    def next(self) -> tuple[bytes, bytes]:
        control_id = f"{self._prefix}{next(self._numbers):08}".encode()
        before, after = next(self._bodies)
        return control_id, before + control_id + after


async def run(asked: argparse.Namespace) -> dict[str, object]:
    """Warm up, count, and say what came of it."""
    tally, senders = Tally(), set[Sender]()
    feed = Feed(bodies(_PATIENTS), asked.prefix)
    loop = asyncio.get_running_loop()
    for _ in range(asked.connections):
        await loop.create_connection(lambda: Sender(tally, feed, senders), "127.0.0.1", asked.port)
    if not asked.count:
        await _pass(asked.warm_up)
    spent, began = _cpu(), time.perf_counter()
    tally.counting = True
    await (_until(tally, asked.count) if asked.count else _pass(asked.seconds))
    tally.counting = False
    lasted, spent = time.perf_counter() - began, _cpu() - spent
    tally.over = True
    for sender in list(senders):
        sender.close()
    return {"seconds": lasted, "codes": dict(tally.codes), **_times(tally, lasted, spent)}


async def _until(tally: Tally, count: int) -> None:
    for tenth in range(1, 11):
        while len(tally.took) < count * tenth // 10:
            await _pass(0.02)
        print(json.dumps({"tenth": tenth}), flush=True)


async def _pass(seconds: float) -> None:
    """Let time pass while the senders send."""
    await asyncio.wait((asyncio.get_running_loop().create_future(),), timeout=seconds)


def _times(tally: Tally, lasted: float, spent: float) -> dict[str, object]:
    took = sorted(tally.took)
    count = len(took)

    def percentile(part: float) -> float:
        return 1000 * took[min(count - 1, int(part * count))] if count else float("nan")

    return {
        "answered": count,
        "per_second": count / lasted,
        "p50_ms": percentile(0.5),
        "p99_ms": percentile(0.99),
        "worst_ms": percentile(1),
        "generator_cpu": spent / lasted,
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--warm-up", type=float, default=0.7)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--prefix", default="B")
    print(json.dumps(uvloop.run(run(parser.parse_args()))))


if __name__ == "__main__":
    main()
