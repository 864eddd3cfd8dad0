"""Every error of the REST API as an RFC 9457 problem document that says what to do."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from care_chassis.errors import TransientError
from care_chassis.logs import get_logger
from worklist.domain.evidence import WrongTime
from worklist.domain.outcomes import NoteNeeded, OutcomeNotAllowed
from worklist.domain.work import (
    AnothersTask,
    NotOnTheList,
    TaskHasChanged,
    TaskIsClosed,
    WorkRefused,
)
from worklist.gate import NotAssigned, ReasonNamesPatient
from worklist.measure_home_visits import NotMeasured
from worklist.places import NotAPlace

MEDIA_TYPE = "application/problem+json"
_log = get_logger("worklist.api")
_REFUSALS: Mapping[type[WorkRefused], tuple[HTTPStatus, str]] = {
    TaskHasChanged: (HTTPStatus.PRECONDITION_FAILED, "stale"),
    AnothersTask: (HTTPStatus.CONFLICT, "anothers-task"),
    TaskIsClosed: (HTTPStatus.CONFLICT, "closed-task"),
    NotOnTheList: (HTTPStatus.UNPROCESSABLE_ENTITY, "not-on-the-list"),
}


class ProblemDocument(BaseModel):
    """An error, as clients get it; `type` is stable, the words may change."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = []


class Problem(Exception):  # noqa: N818 - named for what clients get
    """An error that a client is told of."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = headers
        self.errors = errors or []


def answer_problems(app: FastAPI) -> None:
    """Have `app` answer every error as a problem document."""
    answers: Mapping[type[Exception], Callable[[Any], Problem]] = {
        Problem: lambda problem: problem,
        WorkRefused: _refusal,
        OutcomeNotAllowed: lambda error: unprocessable("body.outcome", error),
        WrongTime: lambda error: unprocessable("body.at", error),
        NoteNeeded: lambda error: unprocessable("body.note", error),
        NotAssigned: _not_assigned,
        ReasonNamesPatient: lambda error: unprocessable("header.Break-Glass-Reason", error),
        NotAPlace: lambda error: unprocessable("query.next", error),
        NotMeasured: lambda error: unprocessable(f"query.{error.place}", error),
        RequestValidationError: _invalid,
        HTTPException: _http,
        TransientError: _away,
        Exception: _fault,
    }
    for kind, problem_of in answers.items():
        app.add_exception_handler(kind, _answering(problem_of))


def _answering(
    problem_of: Callable[[Any], Problem],
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(_request: Request, error: Exception) -> Response:
        return _document(problem_of(error))

    return answer


def _document(problem: Problem) -> Response:
    content: dict[str, Any] = {
        "type": f"/problems/{problem.kind}",
        "title": problem.status.phrase,
        "status": problem.status.value,
        "detail": problem.detail,
    }
    if problem.errors:
        content["errors"] = problem.errors
    headers = dict(problem.headers or {})
    return JSONResponse(content, problem.status.value, headers, MEDIA_TYPE)


def _http(error: HTTPException) -> Problem:
    """What the framework refuses: an unknown path, a method that is not there."""
    return Problem(HTTPStatus(error.status_code), "http", error.detail, headers=error.headers)


def _away(error: TransientError) -> Problem:
    headers = {"Retry-After": "2"}
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "away", f"{error}.", headers=headers)


def _fault(error: Exception) -> Problem:
    _log.error("request_failed", error_type=type(error).__name__)
    detail = "The fault is on our side, and it was noted."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "fault", detail)


def _not_assigned(_error: NotAssigned) -> Problem:
    detail = (
        "You are not assigned to this patient. If you have to see them all the same, say why: send"
        " the request again with a Break-Glass-Reason that does not name them. It opens the"
        " patient for a limited time, is written down, and raises a security alert."
    )
    return Problem(HTTPStatus.FORBIDDEN, "not-assigned", detail)


def unprocessable(place: str, error: Exception) -> Problem:
    """What was sent cannot be taken, for what stands at this place of it."""
    errors = [{"place": place, "rule": str(error)}]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", str(error), errors=errors)


def _refusal(error: WorkRefused) -> Problem:
    detail = f"{error} It is {error.task.state} at version {error.task.version}."
    headers = {"ETag": f'"{error.task.version}"'}
    status, kind = _REFUSALS.get(type(error), (HTTPStatus.CONFLICT, "refused"))
    return Problem(status, kind, detail, headers=headers)


def _invalid(error: RequestValidationError) -> Problem:
    """Places and rules only: what was sent may hold an identifier, and is not sent back."""
    errors = [
        {"place": ".".join(str(part) for part in one["loc"]), "rule": str(one["msg"])}
        for one in error.errors()
    ]
    listed = "; ".join(f"{one['place']}: {one['rule']}" for one in errors)
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", listed, errors=errors)


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDocument, "description": words, "content": {MEDIA_TYPE: {}}}
    for status, words in {
        401: "No valid bearer token.",
        403: "The role may not do this, or the patient is seen by who is assigned only.",
        422: "A parameter or the body is not as it should be.",
        503: "The database is away for now.",
    }.items()
}
TASK_RESPONSES: dict[int | str, dict[str, Any]] = RESPONSES | {
    status: {"model": ProblemDocument, "description": words, "content": {MEDIA_TYPE: {}}}
    for status, words in {
        404: "There is no such task.",
        409: "Somebody else has the task, or it is closed.",
        412: "The task has changed: read it again.",
        428: "`If-Match` is missing.",
    }.items()
}
