"""Pages that stay open hear that something changed, the moment its transaction has committed."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

CHANGED = b"event: changed\ndata:\n\n"
STILL_HERE = b": still here\n\n"
_HEARTBEAT_SECONDS = 15.0


class Changes:
    """Passes a word from the database on to every open page; many changes at once are one word."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self._pages: set[asyncio.Event] = set()
        self._over = False

    async def pass_on(self) -> float:
        """Wake every page; to be called whenever `woken` was set. Gives when to look by itself."""
        for page in self._pages:
            page.set()
        return _HEARTBEAT_SECONDS

    async def close(self) -> None:
        """Let every page go, so that the server can end."""
        self._over = True
        await self.pass_on()

    async def stream(self) -> AsyncGenerator[bytes]:
        """What one open page hears: a word for a change, and now and then a sign of life."""
        page = asyncio.Event()
        self._pages.add(page)
        try:
            yield STILL_HERE
            while not self._over:
                try:
                    async with asyncio.timeout(_HEARTBEAT_SECONDS):
                        await page.wait()
                except TimeoutError:
                    yield STILL_HERE
                    continue
                page.clear()
                if not self._over:
                    yield CHANGED
        finally:
            self._pages.discard(page)


def live_router(changes: Changes, admit: Callable[[Request], object]) -> APIRouter:
    """The route that open pages listen to; `admit` raises for who may not."""
    router = APIRouter(include_in_schema=False)

    @router.get("/live")
    async def listen(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        admit(request)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(changes.stream(), media_type="text/event-stream", headers=headers)

    return router
