"""`/audit`: who saw or changed what of whom, for who runs the system; no patient is named."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from worklist import words
from worklist.domain.audit import Sealed
from worklist.pages.frame import Frame
from worklist.pages.times import LocalTimes, Shown
from worklist.places import after_entry, word_after_entry
from worklist.ports import AuditFilter
from worklist.read_audit import ReadAudit

_ROWS = 50
_KEYS_SHOWN = 3
_Day = Annotated[date, Field(le=date(2199, 12, 31))]
_Text = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]


class AuditQuestion(BaseModel):
    """What the address of the page asks for; a patient is named by keys."""

    person: _Text = ""
    patient: Annotated[list[_Text], Field(max_length=20)] = []
    day: _Day | Literal[""] = ""
    """In UTC, as all times of the page."""
    alerts: bool = False
    after: str | None = None

    def wanted(self) -> AuditFilter:
        """The filter."""
        begins_at = datetime.combine(self.day, time(), UTC) if self.day else None
        return AuditFilter(
            patients=tuple(self.patient) or None,
            subject=self.person.strip() or None,
            begins_at=begins_at,
            ends_at=begins_at + timedelta(days=1) if begins_at else None,
            alerts=self.alerts,
        )

    def href(self, **more: object) -> str:
        """The address of the same question with something else in it."""
        asked = {**self.model_dump(exclude={"after"}), **more}
        return "/audit?" + urlencode(
            {name: value for name, value in asked.items() if value}, doseq=True
        )


@dataclass(frozen=True, slots=True)
class EntryView:
    """A line of the audit, ready to be printed."""

    at: Shown
    who: str
    subject: str
    role: str
    did: str
    outcome: str
    alert: bool
    patients: tuple[tuple[str, str], ...]
    """What is shown of a key, and where all about that patient is."""
    more: int
    """How many patients there are beside these."""
    detail: str


def audit_router(frame: Frame, audit: ReadAudit) -> APIRouter:
    """The routes of the audit."""
    router = APIRouter(include_in_schema=False)

    @router.get("/audit")
    async def show(  # pyright: ignore[reportUnusedFunction]
        request: Request, asked: Annotated[AuditQuestion, Query()]
    ) -> Response:
        visitor = frame.auditor(request)
        wanted, place = asked.wanted(), after_entry(asked.after)
        found = await audit.entries(visitor.person, wanted, place, _ROWS)
        times = LocalTimes(frame.clock.now(), ZoneInfo("UTC"))
        following = word_after_entry(found[-1]) if len(found) == _ROWS else ""
        content = {
            "asked": asked,
            "day": asked.day.isoformat() if asked.day else "",
            "entries": [_view(one, asked, times) for one in found],
            "following": asked.href(after=following) if following else "",
        }
        return frame.render(request, "audit.html", content, visitor=visitor)

    @router.post("/audit/patient")
    async def of_patient(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        mrn: Annotated[str, Form(max_length=100, pattern=r"^[^\x00]*$")] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        visitor = frame.auditor(request)
        frame.sessions.check_form(visitor, form_token)
        keys = list(await audit.looked_up(visitor.person, mrn.strip()))[:20] or ["nobody"]
        return RedirectResponse(AuditQuestion(patient=keys).href(), HTTPStatus.SEE_OTHER)

    return router


def _view(sealed: Sealed, asked: AuditQuestion, times: LocalTimes) -> EntryView:
    entry = sealed.entry
    searched = f"By {', '.join(entry.searched_by).replace('_', ' ')}" if entry.searched_by else ""
    reason = f"Reason: {entry.reason}" if entry.reason else ""
    until = f"Open until {times.at(entry.open_until).text}" if entry.open_until else ""
    about = f"Follow-up {entry.transition_id}" if entry.transition_id else ""
    return EntryView(
        at=times.at(entry.at),
        who=entry.person.name or entry.person.subject,
        subject=entry.person.subject,
        role=entry.person.role,
        did=words.action(entry.action),
        outcome="Glass broken" if entry.open_until else "" if entry.allowed else "Denied",
        alert=entry.alert,
        patients=tuple(
            (key[:8], asked.href(patient=[key])) for key in entry.patients[:_KEYS_SHOWN]
        ),
        more=max(0, len(entry.patients) - _KEYS_SHOWN),
        detail=". ".join(part for part in (reason, until, searched, about) if part),
    )
