"""HL7 over HTTP: one message or batch in, its acknowledgement out, the same as over MLLP."""

import asyncio
import re
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response

from adt_ingest.connection_limits import Limits
from adt_ingest.domain.doors import Door, Origin
from adt_ingest.domain.framing import Flaw, Frame
from adt_ingest.domain.operators import OPERATOR_HEADER, REPAIRS_HEADER, is_proof
from adt_ingest.receive import Receive
from care_contracts.hl7 import HL7_CONTENT_TYPE

_TAKEN_TYPES: Final = ("", HL7_CONTENT_TYPE, "x-application/hl7-v2+er7", "text/plain")
_EVENT_ID: Final = re.compile(r"[0-9a-f]{1,64}", re.ASCII)
_START_BLOCK: Final = b"\x0b"
_END_BLOCK: Final = b"\x1c"


def add_hl7(http: FastAPI, receive: Receive, *, limits: Limits, secret: str) -> None:
    """Take messages at `POST /hl7`. The answer's status is 200: how it went stands in MSA-1.

    It is 204 where the message wants no answer. The content type's charset counts for nothing: how
    to read a message is said in MSH-18, or in the file of its site. `secret` knows operators, who
    alone may repair, and load files of sites that are else taken over TLS only.
    """

    @http.post("/hl7")
    async def take(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        problem = _problem_of(request)
        if problem is not None:
            return problem
        frame = await _frame_of(request, limits)
        origin = _origin_of(request, frame, secret)
        if origin is None:
            words = f"{OPERATOR_HEADER} is not the proof of an operator of this service\n"
            return Response(words, HTTPStatus.FORBIDDEN, media_type="text/plain")
        return await _answered(receive, frame, origin, limits.frame_seconds)


async def _answered(receive: Receive, frame: Frame, origin: Origin, within: float) -> Response:
    try:
        async with asyncio.timeout(within):
            (reply,) = await receive.receive([frame], origin)
    except TimeoutError:  # it waits for Kafka, and its sender hardly waits as long
        words = "The message could not be stored: send it again later\n"
        return Response(words, HTTPStatus.SERVICE_UNAVAILABLE, media_type="text/plain")
    if not reply.blocks:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return Response(b"".join(reply.blocks), media_type=HL7_CONTENT_TYPE)


def _problem_of(request: Request) -> Response | None:
    """What is wrong with the request before its body is looked at."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TAKEN_TYPES:
        words = f"Send {', '.join(_TAKEN_TYPES[1:])}\n"
        return Response(words, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, media_type="text/plain")
    if not _EVENT_ID.fullmatch(request.headers.get(REPAIRS_HEADER, "0")):
        words = f"{REPAIRS_HEADER} must be the id of an event\n"
        return Response(words, HTTPStatus.BAD_REQUEST, media_type="text/plain")
    return None


def _origin_of(request: Request, frame: Frame, secret: str) -> Origin | None:
    """Where a message comes from; None for one who repairs, or says so, and is no operator."""
    address = request.client.host if request.client else ""
    repairs = request.headers.get(REPAIRS_HEADER, "")
    proof = request.headers.get(OPERATOR_HEADER, "")
    if not repairs and not proof:
        return Origin(Door.HTTP, address)
    proven = is_proof(proof, secret, frame.data, repairs)
    return Origin(Door.FILE, address, repairs=repairs) if proven else None


async def _frame_of(request: Request, limits: Limits) -> Frame:
    """The body as a frame, without the MLLP marks that some senders leave around it."""
    body = bytearray()
    try:
        async with asyncio.timeout(limits.frame_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.frame.size:
                    return limits.frame.frame(bytes(body))
    except TimeoutError:
        return limits.frame.frame(bytes(body), Flaw.TOO_SLOW)
    if OPERATOR_HEADER in request.headers:  # whose proof is of the very bytes
        return limits.frame.frame(bytes(body))
    return limits.frame.frame(_unwrapped(bytes(body)))


def _unwrapped(body: bytes) -> bytes:
    """Without the block marks, and else untouched: the same bytes are the same message."""
    inner = body.rstrip(b"\r\n")
    if inner.endswith(_END_BLOCK):
        body = inner.removesuffix(_END_BLOCK)
    return body.removeprefix(_START_BLOCK)
