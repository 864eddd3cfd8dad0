"""`/sign-in` and `/sign-out`: development identities, where the settings allow them."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from care_chassis.identity import Identity
from worklist.domain.people import Person
from worklist.pages.frame import Frame
from worklist.pages.sessions import NotSignedIn, Visitor

_NAMES = {
    "nurse": "Nora Nurse",
    "pharmacist": "Phil Pharmacist",
    "coordinator": "Cora Coordinator",
    "provider": "Priya Provider",
    "ops": "Otto Operator",
}
_IDENTITIES = {role: Identity(f"dev-{role}", name, role) for role, name in _NAMES.items()}
"""The same people that `make token` prints tokens for."""

_OURS = frozenset({"same-origin", "none", ""})


def sign_in_router(frame: Frame, *, development: bool) -> APIRouter:
    """The routes about signing in and out."""
    router = APIRouter(include_in_schema=False)

    @router.get("/sign-in")
    async def show(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        people = list(_IDENTITIES.values()) if development else []
        visitor = _visitor(frame, request)
        return frame.render(request, "sign_in.html", {"people": people}, visitor=visitor)

    @router.post("/sign-in")
    async def sign_in(  # pyright: ignore[reportUnusedFunction]
        request: Request, role: Annotated[str, Form()]
    ) -> Response:
        foreign = request.headers.get("sec-fetch-site", "") not in _OURS
        if not development or foreign or role not in _IDENTITIES:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        identity = _IDENTITIES[role]
        person = Person(identity.subject, identity.name, identity.role)
        home = "/" if person.may_see else "/measures"
        response = RedirectResponse(home, HTTPStatus.SEE_OTHER)
        frame.sessions.begin(response, identity)
        return response

    @router.post("/sign-out")
    async def sign_out(  # pyright: ignore[reportUnusedFunction]
        request: Request, form_token: Annotated[str, Form()] = ""
    ) -> Response:
        frame.sessions.check_form(frame.sessions.visitor(request), form_token)
        response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
        frame.sessions.end(response)
        return response

    return router


def _visitor(frame: Frame, request: Request) -> Visitor | None:
    try:
        return frame.sessions.visitor(request)
    except NotSignedIn:
        return None
