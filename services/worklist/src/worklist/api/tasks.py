"""`/api/tasks`: the worklist with its filters, and what is done with a task."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Self, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, Field, model_validator

from care_chassis.clock import Clock
from care_contracts.tasks import TaskState
from worklist.api.bearer import Door
from worklist.api.bodies import AttemptBody, Completion, TickBody
from worklist.api.paging import Limit, Text
from worklist.api.problems import RESPONSES, TASK_RESPONSES, Problem, unprocessable
from worklist.api.shapes import TaskPage, TaskShape
from worklist.api.shaping import shape_of_task
from worklist.domain.evidence import WrongTime, attempted, check_time
from worklist.domain.order import Due, due
from worklist.domain.outcomes import ending
from worklist.domain.people import Person
from worklist.domain.tasks import TaskId
from worklist.domain.work import Deed, Wish
from worklist.places import after_task, word_after_task
from worklist.ports import Item, TaskFilter
from worklist.see_patients import Sight
from worklist.sites import Sites
from worklist.work_tasks import WorkTasks

_IfMatch: TypeAlias = Annotated[
    str | None, Header(description="The `ETag` of the task as you saw it. Required.")
]


class Standing(StrEnum):
    """What a list may be narrowed to, beside the states of a task."""

    OPEN = "open"
    ANY = "any"


class TaskQuery(BaseModel):
    """The filters of a list of tasks; without `state`, the open ones."""

    owner: Text | None = Field(None, description="`me`, `unassigned`, or a subject.")
    state: list[TaskState | Standing] = [Standing.OPEN]
    role: Text | None = None
    site: Text | None = None
    team: Text | None = Field(None, description="A care team, by its code at `site`.")
    code: Text | None = None
    mrn: Text | None = Field(None, description="Also one that was merged away.")
    transition_id: UUID | None = None
    due: Due | None = Field(None, description="On the calendar of the discharging site.")
    next: str | None = Field(None, description="`next` of the page before.")
    limit: Limit = 50

    @model_validator(mode="after")
    def _team_of_a_site(self) -> Self:
        if self.team is not None and self.site is None:
            message = "codes of teams are a site's own: say site beside team"
            raise ValueError(message)
        return self

    def wanted_by(self, person: Person) -> TaskFilter:
        """The filter, with `me` being this person."""
        owner = person.subject if self.owner == "me" else self.owner
        unassigned = self.owner == "unassigned"
        return TaskFilter(
            only_open=set(self.state) == {Standing.OPEN},
            states=_states(set(self.state)),
            owner=None if unassigned else owner,
            unassigned=unassigned,
            site=self.site,
            team=self.team,
            role=self.role,
            code=self.code,
            mrn=self.mrn,
            transition_id=self.transition_id,
            due=self.due,
        )


def _states(given: set[TaskState | Standing]) -> tuple[str, ...] | None:
    if Standing.ANY in given or given == {Standing.OPEN}:
        return None
    opened = {state for state in TaskState if state.is_open and Standing.OPEN in given}
    return tuple(sorted({*given, *opened} - {Standing.OPEN}))


class TaskDesk:
    """What the routes about tasks do."""

    def __init__(self, work: WorkTasks, sites: Sites, clock: Clock) -> None:
        self._work = work
        self._sites = sites
        self._clock = clock

    async def page(self, query: TaskQuery, sight: Sight) -> TaskPage:
        """A page of the tasks that are asked for."""
        today = self._sites.today(self._clock.now())
        wanted, place = query.wanted_by(sight.person), after_task(query.next)
        seen = await sight.tasks(wanted, today, place, query.limit)
        shapes = [self._shape(item) for item in seen.items]
        return TaskPage(items=shapes, next=word_after_task(seen.last) if seen.last else None)

    async def read(self, task_id: UUID, sight: Sight, response: Response) -> TaskShape:
        """One task, with its version as the ETag. Raises Problem."""
        item = await sight.task(task_id)
        return self._answer(_there_is(item), response)

    async def do(self, task_id: UUID, wish: Wish, sight: Sight, response: Response) -> TaskShape:
        """Do something with a task, and give it as it stands then. Raises Problem."""
        await self._at_work(task_id, sight)
        if await self._work(TaskId(task_id), wish) is None:
            raise _no_such_task()
        return self._answer(await self._at_work(task_id, sight), response)

    async def completing(
        self, task_id: UUID, body: Completion, sight: Sight, seen: int | None
    ) -> Wish:
        """The ending that is asked for, checked against the kind of task. Raises Problem."""
        item = await self._at_work(task_id, sight)
        code, left_at = item.task.step.code, item.transition.discharged_at
        end = ending(code, body.outcome, body.note or "")
        evidence = body.evidence.evidence() if body.evidence else None
        if evidence and evidence.done_at:
            try:
                check_time(code, evidence.done_at, discharged_at=left_at, now=self._clock.now())
            except WrongTime as error:
                raise unprocessable("body.evidence.done_at", error) from error
        return Wish(Deed.COMPLETED, sight.person, seen, end, evidence)

    async def attempting(
        self, task_id: UUID, body: AttemptBody, sight: Sight, seen: int | None
    ) -> Wish:
        """The attempt that is told of, checked against the kind of task. Raises Problem."""
        item, now = await self._at_work(task_id, sight), self._clock.now()
        said, left_at = body.attempt(sight.person, now), item.transition.discharged_at
        attempt = attempted(item.task.step.code, said, discharged_at=left_at, now=now)
        return Wish(Deed.ATTEMPTED, sight.person, seen, attempt=attempt, note=body.note)

    async def _at_work(self, task_id: UUID, sight: Sight) -> Item:
        return _there_is(await sight.task_at_work(task_id))

    def _answer(self, item: Item, response: Response) -> TaskShape:
        response.headers["ETag"] = f'"{item.task.version}"'
        return self._shape(item)

    def _shape(self, item: Item) -> TaskShape:
        now, zone = self._clock.now(), self._sites.zone(item.task.site)
        is_open = item.task.state.is_open
        return shape_of_task(item, due(item.task.step.due_at, now, zone) if is_open else None)


def tasks_router(desk: TaskDesk, door: Door) -> APIRouter:
    """The routes about tasks."""
    router = APIRouter(prefix="/tasks", tags=["tasks"], responses=RESPONSES)
    seer, worker = Depends(door.seer), Depends(door.worker)

    @router.get("", summary="Tasks, the soonest due first")
    async def list_tasks(  # pyright: ignore[reportUnusedFunction]
        sight: Annotated[Sight, seer], query: Annotated[TaskQuery, Query()]
    ) -> TaskPage:
        return await desk.page(query, sight)

    @router.get("/{task_id}", responses=TASK_RESPONSES, summary="One task")
    async def read_task(  # pyright: ignore[reportUnusedFunction]
        sight: Annotated[Sight, seer], task_id: UUID, response: Response
    ) -> TaskShape:
        return await desk.read(task_id, sight, response)

    _add_deeds(router, desk, worker)

    @router.post("/{task_id}/complete", responses=TASK_RESPONSES, summary="Say how it ended")
    async def complete(  # pyright: ignore[reportUnusedFunction]
        sight: Annotated[Sight, worker],
        task_id: UUID,
        completion: Completion,
        response: Response,
        if_match: _IfMatch = None,
    ) -> TaskShape:
        wish = await desk.completing(task_id, completion, sight, _seen(if_match))
        return await desk.do(task_id, wish, sight, response)

    _add_ticks(router, desk, worker)

    @router.post("/{task_id}/attempt", responses=TASK_RESPONSES, summary="Tell of an attempt")
    async def attempt(  # pyright: ignore[reportUnusedFunction]
        sight: Annotated[Sight, worker],
        task_id: UUID,
        told: AttemptBody,
        response: Response,
        if_match: _IfMatch = None,
    ) -> TaskShape:
        wish = await desk.attempting(task_id, told, sight, _seen(if_match))
        return await desk.do(task_id, wish, sight, response)

    return router


def _add_deeds(router: APIRouter, desk: TaskDesk, worker: object) -> None:
    """The deeds that need no words: claim, release, start."""

    def add(verb: str, deed: Deed, summary: str) -> None:
        @router.post(f"/{{task_id}}/{verb}", name=verb, responses=TASK_RESPONSES, summary=summary)
        async def do(  # pyright: ignore[reportUnusedFunction]
            sight: Annotated[Sight, worker],
            task_id: UUID,
            response: Response,
            if_match: _IfMatch = None,
        ) -> TaskShape:
            wish = Wish(deed, sight.person, _seen(if_match))
            return await desk.do(task_id, wish, sight, response)

    add("claim", Deed.CLAIMED, "Make it yours")
    add("release", Deed.RELEASED, "Give it back to the team")
    add("start", Deed.STARTED, "Begin it; it is yours then")


def _add_ticks(router: APIRouter, desk: TaskDesk, worker: object) -> None:
    """The deeds about a line of the checklist; the task stays open."""

    def add(verb: str, deed: Deed, summary: str) -> None:
        @router.post(f"/{{task_id}}/{verb}", name=verb, responses=TASK_RESPONSES, summary=summary)
        async def do(  # pyright: ignore[reportUnusedFunction]
            sight: Annotated[Sight, worker],
            task_id: UUID,
            line: TickBody,
            response: Response,
            if_match: _IfMatch = None,
        ) -> TaskShape:
            wish = Wish(deed, sight.person, _seen(if_match), item=line.item)
            return await desk.do(task_id, wish, sight, response)

    add("tick", Deed.TICKED, "Tick a line of the checklist")
    add("untick", Deed.UNTICKED, "Take the tick back")


def _seen(if_match: str | None) -> int | None:
    """The version that `If-Match` names; None where any will do. Raises Problem."""
    if if_match is None:
        detail = "Send the task's ETag as If-Match, so that nobody's work is overwritten unseen."
        raise Problem(HTTPStatus.PRECONDITION_REQUIRED, "if-match-missing", detail)
    tag = if_match.strip()
    if tag == "*":
        return None
    digits = tag.removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit()):
        return -1  # a tag that is no version of ours matches none
    return int(digits)


def _there_is(item: Item | None) -> Item:
    if item is None:
        raise _no_such_task()
    return item


def _no_such_task() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "no-such-task", "There is no such task.")
