"""`POST /find`: a patient's transitions by number or name; posted, so no address names anyone.

`GET /find` is where a bookmark or the browser's history leads: it knows no words, and goes home.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from worklist import words
from worklist.pages.frame import Frame
from worklist.ports import Followed
from worklist.see_patients import SeePatients

_FOUND = 50
_SHORTEST = 2


def find_router(frame: Frame, patients: SeePatients) -> APIRouter:
    """The route of the search."""
    router = APIRouter(include_in_schema=False)

    @router.post("/find")
    async def find(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        sought: Annotated[str, Form(alias="words", max_length=100, pattern=r"^[^\x00]*$")] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        visitor = frame.seer(request)
        frame.sessions.check_form(visitor, form_token)
        said = sought.strip()
        too_short = len(said) < _SHORTEST
        sight = patients.by(visitor.person)
        found: Sequence[Followed] = () if too_short else await sight.found(said, _FOUND)
        viewer = frame.viewer(visitor)
        rows = [
            {
                "href": f"/transitions/{one.transition.transition_id}",
                "patient": viewer.patient(one.transition),
                "discharged": viewer.times(one.transition.site).at(one.transition.discharged_at),
                "when": words.discharge(one.transition.kind),
                "site": frame.sites.name(one.transition.site),
                "kind": words.word(words.KINDS, one.transition.kind),
                "state": words.word(words.TRANSITION_STATES, one.transition.state),
                "open": sum(task.state.is_open for task in one.tasks),
            }
            for one in found
        ]
        content = {"words": said, "rows": rows, "too_short": too_short}
        return frame.render(request, "found.html", content, visitor=visitor)

    @router.get("/find")
    async def nothing_sought() -> Response:  # pyright: ignore[reportUnusedFunction]
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)

    return router
