"""HL7 over HTTP: one message in, its acknowledgement out, the same as over MLLP."""

from typing import Final

from fastapi import FastAPI, Request, Response

from adt_ingest.domain.doors import Door, Origin
from adt_ingest.domain.framing import Flaw, Frame
from adt_ingest.receive import Receive

_CONTENT_TYPE: Final = "application/hl7-v2"
_START_BLOCK: Final = b"\x0b"
_END_BLOCK: Final = b"\x1c"


def add_hl7(http: FastAPI, receive: Receive, *, limit: int) -> None:
    """Take messages at `POST /hl7`. The answer's status is 200: how it went stands in MSA-1."""

    @http.post("/hl7")
    async def take(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        frame = await _frame_of(request, limit)
        origin = Origin(Door.HTTP, request.client.host if request.client else "")
        (reply,) = await receive.receive([frame], origin)
        return Response(b"".join(reply.blocks), media_type=_CONTENT_TYPE)


async def _frame_of(request: Request, limit: int) -> Frame:
    """The body as a frame, without the MLLP marks that some senders leave around it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return Frame(bytes(body[:limit]), Flaw.TOO_LARGE)
    return Frame(_unwrapped(bytes(body)))


def _unwrapped(body: bytes) -> bytes:
    """Without the block marks, and else untouched: the same bytes are the same message."""
    inner = body.rstrip(b"\r\n")
    if inner.endswith(_END_BLOCK):
        body = inner.removesuffix(_END_BLOCK)
    return body.removeprefix(_START_BLOCK)
