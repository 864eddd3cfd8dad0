"""An MLLP receiver in the test's own process that answers as it is told, well or badly."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

START, END = b"\x0b", b"\x1c\r"


def acknowledgement(control_id: str, code: str = "AA", error: str = "") -> bytes:
    """An answer as it goes over the wire."""
    more = f"ERR|||{error}^because|E\r" if error else ""
    return (
        START + f"MSH|^~\\&|R|R|S|S|||ACK|A1|P|2.5\rMSA|{code}|{control_id}\r{more}".encode() + END
    )


@dataclass(frozen=True)
class Close:
    """The connection is closed instead."""


Deed: TypeAlias = "Sequence[bytes] | Close"
"""Pieces that are written one by one, with the event loop turning between them."""
Script: TypeAlias = Callable[[int, bytes], Deed]


@dataclass
class Receiver:
    """What arrived, and on which connection."""

    port: int = 0
    frames: list[bytes] = field(default_factory=list[bytes])
    connections: int = 0


@asynccontextmanager
async def receiving(script: Script) -> AsyncGenerator[Receiver]:
    """A receiver that does for its n-th frame what `script(n, frame)` says."""
    receiver = Receiver()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        receiver.connections += 1
        try:
            while True:
                frame = (await reader.readuntil(END)).removesuffix(END).removeprefix(START)
                receiver.frames.append(frame)
                deed = script(len(receiver.frames), frame)
                if isinstance(deed, Close):
                    return
                for piece in deed:
                    writer.write(piece)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()
