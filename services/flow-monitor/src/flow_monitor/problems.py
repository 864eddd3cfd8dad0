"""What goes wrong in a request, as problem documents (RFC 9457)."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from care_chassis.errors import TransientError
from care_chassis.identity import NotIdentified
from flow_monitor.sign_in import NotAllowed


class NotAnswerable(Exception):  # noqa: N818 - it says what is the case
    """The request cannot be answered as it stands; its text says what to change."""


def problem(status: int, title: str, detail: str) -> JSONResponse:
    """A problem document (RFC 9457)."""
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status_code=status,
        media_type="application/problem+json",
        headers={"WWW-Authenticate": "Bearer"} if status == 401 else None,  # noqa: PLR2004 - HTTP
    )


def answer_errors(http: FastAPI) -> None:
    """Turn what goes wrong in any request into a problem document."""
    answers: dict[type[Exception], Callable[[Any], JSONResponse]] = {
        NotIdentified: lambda error: problem(401, "Not identified", error.reason),
        NotAllowed: lambda error: problem(403, "Not allowed", str(error)),
        NotAnswerable: lambda error: problem(422, "Not answerable", str(error)),
        RequestValidationError: lambda error: problem(422, "Not answerable", _slips(error)),
        TransientError: lambda error: problem(503, "Away for now", str(error)),
    }
    for kind, answer in answers.items():
        http.add_exception_handler(kind, _answering(answer))


def _answering(
    answer: Callable[[Any], JSONResponse],
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def respond(_request: Request, error: Exception) -> Response:
        return answer(error)

    return respond


def _slips(error: RequestValidationError) -> str:
    """Which parameters are wrong, and how; never their values."""
    slips = [f"{slip['loc'][-1]}: {slip['msg']}" for slip in error.errors()]
    return "; ".join(slips)
