"""The `hl7` package's asyncio server as its documentation shows it; it stores nothing."""

import asyncio
import sys
from typing import Any

from hl7 import mllp

untyped: Any = mllp  # the package has no annotations to speak of


async def serve(reader: Any, writer: Any) -> None:
    try:
        while not writer.is_closing():
            message = await reader.readmessage()
            writer.writemessage(message.create_ack())
            await writer.drain()
    except asyncio.IncompleteReadError:
        writer.close()


async def main(port: int) -> None:
    server = await untyped.start_hl7_server(serve, "127.0.0.1", port, encoding="utf-8")
    async with server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1])))
