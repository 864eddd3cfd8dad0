"""What every page has around it: the templates, who is signed in, and how errors look."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from care_chassis.clock import Clock
from care_chassis.errors import TransientError
from care_chassis.logs import get_logger
from worklist.domain.people import Person
from worklist.gate import NotAssigned, ReasonNamesPatient
from worklist.pages.sessions import ForeignForm, NotSignedIn, Sessions, Visitor
from worklist.pages.views import Viewer
from worklist.places import NotAPlace
from worklist.see_patients import SeePatients
from worklist.sites import Sites

_TEMPLATES = Path(__file__).parent.parent / "templates"
_log = get_logger("worklist.pages")


class NotForThisRole(Exception):  # noqa: N818 - it says what is the case
    """Someone whose role has no reason to see patients, or to work tasks."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.role)
        self.person = person


class NotAnAuditor(NotForThisRole):
    """Someone whose role has no reason to read who saw whom."""


class Frame:
    """Renders pages for whoever is signed in."""

    def __init__(
        self, *, sessions: Sessions, patients: SeePatients, sites: Sites, clock: Clock
    ) -> None:
        environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates = Jinja2Templates(env=environment)
        self._patients = patients
        self.sessions = sessions
        self.sites = sites
        self.clock = clock

    def seer(self, request: Request) -> Visitor:
        """Who is asking, if they may see patients. Raises NotSignedIn or NotForThisRole."""
        visitor = self.sessions.visitor(request)
        if not visitor.person.may_see:
            raise NotForThisRole(visitor.person)
        return visitor

    def counter(self, request: Request) -> Visitor:
        """Who is asking, if they may read measures. Raises NotSignedIn or NotForThisRole."""
        visitor = self.sessions.visitor(request)
        if not visitor.person.may_count:
            raise NotForThisRole(visitor.person)
        return visitor

    def auditor(self, request: Request) -> Visitor:
        """Who is asking, if they may read the audit. Raises NotSignedIn or NotAnAuditor."""
        visitor = self.sessions.visitor(request)
        if not visitor.person.may_audit:
            raise NotAnAuditor(visitor.person)
        return visitor

    def viewer(self, visitor: Visitor) -> Viewer:
        """What prepares pages for them, as of now."""
        return Viewer(person=visitor.person, now=self.clock.now(), sites=self.sites)

    def render(
        self,
        request: Request,
        template: str,
        content: Mapping[str, Any],
        *,
        visitor: Visitor | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """The page."""
        context = {"visitor": visitor, **content}
        return self._templates.TemplateResponse(
            request, template, context, status_code=status.value
        )

    def answer_errors(self, app: FastAPI) -> None:
        """Have `app` answer every error of its pages as a page that says what to do."""
        app.add_exception_handler(NotSignedIn, self._ask_to_sign_in)
        for kind in (*_WORDS, HTTPException, Exception):
            app.add_exception_handler(kind, self._explain)
        for kind in (NotForThisRole, NotAnAuditor):
            app.add_exception_handler(kind, self._turn_away)
        app.add_exception_handler(NotAssigned, self._ask_why)

    async def _ask_to_sign_in(self, request: Request, _error: Exception) -> Response:
        if "hx-request" in request.headers:  # a page that is open while its session ended
            return Response(
                status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": "/sign-in"}
            )
        if request.method != "GET" or request.url.path == "/live":
            return Response(status_code=HTTPStatus.UNAUTHORIZED)
        return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)

    async def _turn_away(self, request: Request, error: Exception) -> Response:
        if isinstance(error, NotForThisRole):
            await self._patients.by(error.person).turned_away()
        return await self._explain(request, error)

    async def _ask_why(self, request: Request, error: Exception) -> Response:
        """The patient is not theirs; the page says how to see them all the same."""
        transition_id = error.transition_id if isinstance(error, NotAssigned) else None
        hours = f"{self._patients.open_for / timedelta(hours=1):g}"
        named = isinstance(error, ReasonNamesPatient)
        refused = str(error) if named else ""
        content = {"transition_id": transition_id, "hours": hours, "refused": refused}
        visitor = self.sessions.visitor(request)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if named else HTTPStatus.FORBIDDEN
        return self.render(request, "not_assigned.html", content, visitor=visitor, status=status)

    async def _explain(self, request: Request, error: Exception) -> Response:
        status, title, words = _explanation(error)
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("page_failed", error_type=type(error).__name__)
        content = {"title": title, "words": words}
        return self.render(request, "error.html", content, status=status)


_WORDS: Mapping[type[Exception], tuple[HTTPStatus, str, str]] = {
    NotForThisRole: (
        HTTPStatus.FORBIDDEN,
        "Not for your role",
        "Patients are seen by the care team only. Sign in as a member of it to go on.",
    ),
    NotAnAuditor: (
        HTTPStatus.FORBIDDEN,
        "Not for your role",
        "Who saw whom is read by those who run the system. The try is on record.",
    ),
    ForeignForm: (
        HTTPStatus.FORBIDDEN,
        "This form is out of date",
        "It belongs to another sign-in, so nothing was changed. Go back, reload, and try again.",
    ),
    RequestValidationError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "That cannot be read",
        "Something about the address or the form is not as it should be. Nothing was changed.",
    ),
    NotAPlace: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "That page is not there",
        "The address of a following page is not one of ours. Start again from the worklist.",
    ),
    TransientError: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "One moment",
        "The worklist cannot reach its records right now. Reload in a few seconds.",
    ),
}


def _explanation(error: Exception) -> tuple[HTTPStatus, str, str]:
    if type(error) in _WORDS:
        return _WORDS[type(error)]
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        missing = status is HTTPStatus.NOT_FOUND
        words = "There is no such page here, or no longer." if missing else status.description
        return status, "Not found" if missing else status.phrase, words
    return (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong",
        "The fault is on our side, and it was noted. Nothing was changed.",
    )
