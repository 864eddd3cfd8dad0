"""A sender for tests that does as it likes: any bytes, in any pieces, waiting for nothing."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from typing import Self

_MOST_SECONDS = 90.0  # a broker that was killed may take half of it to come back


class Sender:
    """One connection: `send` what you like, then ask for the answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int, tls: ssl.SSLContext | None = None) -> Self:
        name = "localhost" if tls else None
        return cls(*await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=name))

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()

    def end(self) -> None:
        """Say that no more will come, and go on reading."""
        self._writer.write_eof()

    async def answer(self) -> bytes:
        """The next acknowledgement, out of its block."""
        async with asyncio.timeout(_MOST_SECONDS):
            block = await self._reader.readuntil(b"\x1c\r")
        assert block.startswith(b"\x0b")
        return block[1:-2]

    async def answers(self, count: int) -> list[bytes]:
        return [await self.answer() for _ in range(count)]

    async def rest(self) -> bytes:
        """Whatever still comes until the other side closes the connection."""
        async with asyncio.timeout(_MOST_SECONDS):
            return await self._reader.read()

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):  # the other side may have hung up first
            await self._writer.wait_closed()


@asynccontextmanager
async def sending_to(port: int, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Sender]:
    """A connection for as long as the block lasts."""
    sender = await Sender.connect(port, tls)
    try:
        yield sender
    finally:
        await sender.close()


def pieces_of(stream: bytes, places: Sequence[int]) -> list[bytes]:
    """The stream cut at these places."""
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]
