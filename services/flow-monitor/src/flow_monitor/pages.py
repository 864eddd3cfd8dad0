"""The console's pages: a search box for any id, the journey as a timeline, what has passed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from care_chassis.identity import Identity, NotIdentified
from flow_monitor.domain.journeys import IdKind, Journey, Wanted
from flow_monitor.find_journeys import FindJourneys
from flow_monitor.ports import Lists
from flow_monitor.sign_in import COOKIE, Doorkeeper, NotAllowed

_HERE = Path(__file__).parent
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_REFUSALS = {
    "token": "That token is not valid, or no longer.",
    "role": "That token's role may not look into the flow of messages.",
}
_STYLE = (_HERE / "static" / "console.css").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class _Search:
    """What somebody typed, and what was found by it."""

    text: str = ""
    site: str = ""
    found_as: tuple[str, ...] = ()
    journey: Journey | None = None


def page_router(
    finding: FindJourneys, lists: Lists, doorkeeper: Doorkeeper, *, secure_cookies: bool
) -> APIRouter:
    """All pages."""
    router = APIRouter(include_in_schema=False)
    templates = Jinja2Templates(_HERE / "templates")

    async def overview(request: Request, identity: Identity, search: _Search) -> Response:
        counts = await lists.counts()
        context = {
            "identity": identity,
            "search": search,
            "counts": counts,
            "topics": list(dict.fromkeys(count.topic for count in counts)),
            "open_transitions": await lists.open_transitions(),
        }
        return templates.TemplateResponse(request, "console.html", context, headers=_HEADERS)

    @router.get("/")
    async def console(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        try:
            identity = doorkeeper.by_cookie(request)
        except (NotIdentified, NotAllowed):
            return RedirectResponse("/sign-in", status_code=303)
        return await overview(request, identity, _Search())

    @router.post("/")
    async def search(  # pyright: ignore[reportUnusedFunction]
        request: Request, text: Annotated[str, Form()] = "", site: Annotated[str, Form()] = ""
    ) -> Response:
        try:
            identity = doorkeeper.by_cookie(request)
        except (NotIdentified, NotAllowed):
            return RedirectResponse("/sign-in", status_code=303)
        return await overview(request, identity, await _look_for(finding, text, site))

    _add_sign_in(router, templates, doorkeeper, secure_cookies=secure_cookies)

    @router.get("/static/console.css")
    async def style() -> Response:  # pyright: ignore[reportUnusedFunction]
        return Response(_STYLE, media_type="text/css")

    return router


def _add_sign_in(
    router: APIRouter, templates: Jinja2Templates, doorkeeper: Doorkeeper, *, secure_cookies: bool
) -> None:
    @router.get("/sign-in")
    async def ask(request: Request, refused: str = "") -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        context = {"refused": _REFUSALS.get(refused, ""), "people": doorkeeper.people}
        return templates.TemplateResponse(request, "sign_in.html", context, headers=_HEADERS)

    @router.post("/sign-in")
    async def sign_in(  # pyright: ignore[reportUnusedFunction]
        token: Annotated[str, Form()] = "", role: Annotated[str, Form()] = ""
    ) -> Response:
        try:
            token = doorkeeper.development_token(role) if role else token.strip()
            doorkeeper.by_token(token)
        except NotIdentified:
            return RedirectResponse("/sign-in?refused=token", status_code=303)
        except NotAllowed:
            return RedirectResponse("/sign-in?refused=role", status_code=303)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure_cookies)
        return response

    @router.post("/sign-out")
    async def sign_out() -> Response:  # pyright: ignore[reportUnusedFunction]
        response = RedirectResponse("/sign-in", status_code=303)
        response.delete_cookie(COOKIE)
        return response


async def _look_for(finding: FindJourneys, text: str, site: str) -> _Search:
    """Whatever was pasted is tried as every kind of id; the first that finds something is shown."""
    text, site = text.strip(), site.strip()
    if not text:
        return _Search()
    for kind in IdKind:
        journey = await finding.find(Wanted({kind: text}, site))
        if journey.stations:
            return _Search(text, site, (kind.replace("_", " "),), journey)
    return _Search(text, site, (), Journey())
