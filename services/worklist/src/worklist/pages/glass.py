"""`POST /transitions/{id}/break-glass`: why somebody who is not assigned has to see a patient."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from worklist.pages.frame import Frame
from worklist.see_patients import SeePatients

_Reason = Annotated[str, Form(max_length=200, pattern=r"^[^\x00]*$")]


def glass_router(frame: Frame, patients: SeePatients) -> APIRouter:
    """The route that breaks the glass."""
    router = APIRouter(include_in_schema=False)

    @router.post("/transitions/{transition_id}/break-glass")
    async def break_glass(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        transition_id: UUID,
        reason: _Reason = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        visitor = frame.seer(request)
        frame.sessions.check_form(visitor, form_token)
        await patients.by(visitor.person, reason).transition(transition_id)
        return RedirectResponse(f"/transitions/{transition_id}", HTTPStatus.SEE_OTHER)

    return router
