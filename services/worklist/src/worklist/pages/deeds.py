"""`POST /tasks/{id}/...`: what a person does from a page; it ends on the page they came from.

The page is told by a code what happened, so that a reload repeats nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from worklist.domain.evidence import (
    Attempt,
    BeforeDischarge,
    Channel,
    Complexity,
    Credential,
    Evidence,
    NotYet,
    WrongTime,
    attempted,
    check_time,
)
from worklist.domain.outcomes import ATTEMPTS, NoteNeeded, Outcome, OutcomeNotAllowed, ending
from worklist.domain.people import Person
from worklist.domain.tasks import Task, TaskId
from worklist.domain.work import (
    AnothersTask,
    Deed,
    NotOnTheList,
    TaskHasChanged,
    TaskIsClosed,
    Wish,
    WorkRefused,
)
from worklist.pages.frame import Frame, NotForThisRole
from worklist.ports import Item
from worklist.see_patients import SeePatients
from worklist.work_tasks import WorkTasks


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says about what was just done."""

    text: str
    good: bool = True


SAID: Mapping[str, Said] = {
    "claimed": Said("The task is yours."),
    "released": Said("The task is back with the team."),
    "started": Said("The task is in progress."),
    "completed": Said("The task is completed."),
    "left_open": Said("The task is completed. Lines of its checklist were left open."),
    "ticked": Said("Ticked; the task stays open."),
    "unticked": Said("The tick is taken back."),
    "attempted": Said("The attempt is on record; the task stays open."),
    "stale": Said(
        "The task changed while you were looking at it, so nothing was done. "
        "This is how it stands now: please look again.",
        good=False,
    ),
    "taken": Said("Somebody else has this task by now, so nothing was done.", good=False),
    "closed": Said("The task was closed meanwhile, so nothing was done.", good=False),
    "gone": Said("There is no such task any more.", good=False),
    "outcome": Said("Choose how the task ended.", good=False),
    "time": Said("Say when it was; a time to come is none.", good=False),
    "discharge": Said(
        "The patient had not left yet then, and such work counts from the discharge on. "
        "Correct the time, or leave the task open.",
        good=False,
    ),
    "list": Said("The checklist has no such line any more, so nothing was done.", good=False),
    "note": Said("This outcome needs a note that says why.", good=False),
}
_REFUSALS: Mapping[type[Exception], str] = {
    TaskHasChanged: "stale",
    AnothersTask: "taken",
    TaskIsClosed: "closed",
    NotOnTheList: "list",
    OutcomeNotAllowed: "outcome",
    NoteNeeded: "note",
    NotYet: "time",
    BeforeDischarge: "discharge",
}


def said_of(code: str, tasks: Iterable[Task]) -> Said | None:
    """What a code in the address says; a refusal names its task, where the page shows that one."""
    what, _, task_id = code.partition(".")
    said = SAID.get(what)
    title = next((one.step.title for one in tasks if str(one.task_id) == task_id), "")
    return replace(said, text=f"{title}: {said.text}") if said and title else said


_DEEDS = {
    "claim": Deed.CLAIMED,
    "release": Deed.RELEASED,
    "start": Deed.STARTED,
    "attempt": Deed.ATTEMPTED,
    "tick": Deed.TICKED,
    "untick": Deed.UNTICKED,
    "complete": Deed.COMPLETED,
}


class DeedForm(BaseModel):
    """What the form of a task sends."""

    version: int
    back: str = "/"
    form_token: str = ""
    outcome: str = ""
    number: Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x1f]*$")] = ""
    channel: Channel = Channel.PHONE
    credential: Credential | Literal[""] = ""
    mdm: Complexity | Literal[""] = ""
    done_at: datetime | Literal[""] = ""
    """On the site's clock, as a browser sends it."""
    item: Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")] = ""
    """A line of the checklist."""
    note: Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")] = ""


class DeedDesk:
    """Does what a form asks for, and says in one code what came of it."""

    def __init__(self, patients: SeePatients, work: WorkTasks, frame: Frame) -> None:
        self._patients = patients
        self._work = work
        self._sites = frame.sites
        self._clock = frame.clock

    async def do(self, task_id: UUID, deed: Deed, person: Person, form: DeedForm) -> str:
        """A code of `SAID`. Raises TransientError where the database is away."""
        try:
            return await self._try(task_id, deed, person, form)
        except (WorkRefused, OutcomeNotAllowed, NoteNeeded, WrongTime) as error:
            return _REFUSALS[type(error)]

    async def _try(self, task_id: UUID, deed: Deed, person: Person, form: DeedForm) -> str:
        item = await self._patients.by(person).task_at_work(task_id)
        if item is None:
            return "gone"
        wish = self._wish(item, deed, person, form)
        done = await self._work(TaskId(task_id), wish)
        return _code_of(deed, done) if done else "gone"

    def _wish(self, item: Item, deed: Deed, person: Person, form: DeedForm) -> Wish:
        code, now = item.task.step.code, self._clock.now()
        left_at = item.transition.discharged_at
        match deed:
            case Deed.COMPLETED:
                end = ending(code, form.outcome, form.note)
                evidence = self._evidence(item, form, now)
                wish = Wish(deed, person, form.version, end, evidence)
            case Deed.ATTEMPTED:
                said = _attempt(form, code, person, now)
                attempt = attempted(code, said, discharged_at=left_at, now=now)
                wish = Wish(deed, person, form.version, attempt=attempt, note=form.note)
            case _:
                wish = Wish(deed, person, form.version, item=form.item)
        return wish

    def _evidence(self, item: Item, form: DeedForm, now: datetime) -> Evidence | None:
        """What was said of the work; None where nothing was. Raises WrongTime."""
        zone, left_at = self._sites.zone(item.task.site), item.transition.discharged_at
        done_at = form.done_at.replace(tzinfo=zone) if form.done_at else None
        if done_at:
            check_time(item.task.step.code, done_at, discharged_at=left_at, now=now)
        said = Evidence(
            done_at=done_at.astimezone(UTC) if done_at else None,
            credential=form.credential or None,
            mdm=form.mdm or None,
        )
        return None if said == Evidence() else said


def _code_of(deed: Deed, task: Task) -> str:
    is_open = any(tick is None for _, tick in task.lines)
    return "left_open" if deed is Deed.COMPLETED and is_open else deed.value


def _attempt(form: DeedForm, code: str, person: Person, now: datetime) -> Attempt:
    if form.outcome not in ATTEMPTS:
        raise OutcomeNotAllowed(code, ATTEMPTS, attempt=False)
    return Attempt(
        at=now,
        by=person.subject,
        name=person.name,
        channel=form.channel,
        outcome=Outcome(form.outcome),
        number=form.number,
    )


def deeds_router(frame: Frame, desk: DeedDesk) -> APIRouter:
    """The routes that change tasks."""
    router = APIRouter(include_in_schema=False)

    def add(verb: str, deed: Deed) -> None:
        @router.post(f"/tasks/{{task_id}}/{verb}", name=verb)
        async def do(  # pyright: ignore[reportUnusedFunction]
            request: Request, task_id: UUID, form: Annotated[DeedForm, Form()]
        ) -> Response:
            visitor = frame.seer(request)
            frame.sessions.check_form(visitor, form.form_token)
            if not visitor.person.may_work:
                raise NotForThisRole(visitor.person)
            said = await desk.do(task_id, deed, visitor.person, form)
            return RedirectResponse(_way_back(form.back, said, task_id), HTTPStatus.SEE_OTHER)

    for verb, deed in _DEEDS.items():
        add(verb, deed)
    return router


def _way_back(back: str, said: str, task_id: UUID) -> str:
    """The page they came from, if it is one of ours, saying what happened, at the task's place."""
    parts = urlsplit(back)
    ours = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    path = parts.path if ours and not parts.path.startswith("//") else "/"
    code = said if SAID[said].good else f"{said}.{task_id}"
    query = "&".join(filter(None, (parts.query if ours else "", urlencode({"said": code}))))
    return f"{path}?{query}#task-{task_id}"
