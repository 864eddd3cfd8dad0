"""`/`: the worklist in its queues, due soonest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from worklist.domain.order import Due
from worklist.pages.deeds import said_of
from worklist.pages.frame import Frame
from worklist.pages.views import RowView, Viewer
from worklist.places import after, after_task, word_after, word_after_task
from worklist.ports import After, Item, QueueCounts, TaskFilter, Today, Where
from worklist.see_patients import SeePatients, Sight

_ROWS = 50
_COUNTED_TO = 1_000


class Queue(StrEnum):
    """One way to look at the tasks."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    TODAY = "today"
    OVERDUE = "overdue"
    ALL = "all"
    COMPLETED = "completed"


_TITLES = {
    Queue.MINE: "Mine",
    Queue.UNASSIGNED: "Unassigned",
    Queue.TODAY: "Due today",
    Queue.OVERDUE: "Overdue",
    Queue.ALL: "All open",
    Queue.COMPLETED: "Completed",
}
_NOTHING = {
    Queue.MINE: "You have no open tasks. Claim one from Unassigned to start.",
    Queue.UNASSIGNED: "Every open task has an owner.",
    Queue.TODAY: "Nothing more is due today.",
    Queue.OVERDUE: "Nothing is overdue.",
    Queue.ALL: "There are no open tasks. A new discharge shows up here by itself.",
    Queue.COMPLETED: "Nothing has been completed yet.",
}
_BUCKETS = {Due.OVERDUE: "Overdue", Due.TODAY: "Due today", Due.UPCOMING: "Due later"}


@dataclass(frozen=True, slots=True)
class Tab:
    """A queue as a tab."""

    queue: Queue
    title: str
    count: str
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading; without one where the queue says it all."""

    title: str
    rows: Sequence[RowView]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page asks for."""

    queue: Queue
    where: Where
    after: str | None

    def href(self, *, queue: Queue | None = None, after: str | None = None) -> str:
        """The address of this or another queue, of this site; no patient is named in it."""
        site, team = self.where.site, self.where.team
        asked = {"queue": queue or self.queue, "site": site, "team": team, "after": after}
        return "/?" + urlencode({name: value for name, value in asked.items() if value})


class QueuePage:
    """Reads and prepares the page."""

    def __init__(self, patients: SeePatients, frame: Frame) -> None:
        self._patients = patients
        self._frame = frame

    async def show(self, request: Request, asked: Asked, said: str) -> Response:
        """The page. Raises NotSignedIn, NotForThisRole or TransientError."""
        visitor = self._frame.seer(request)
        viewer = self._frame.viewer(visitor)
        today = self._frame.sites.today(viewer.now)
        sight = self._patients.by(visitor.person)
        counts = await sight.counts(asked.where, today, _COUNTED_TO)
        items, following = await self._items(asked, sight, today)
        content = {
            "title": _TITLES[asked.queue],
            "asked": asked,
            "here": asked.href(after=asked.after),
            "tabs": _tabs(asked, counts),
            "sites": self._frame.sites.all,
            "teams": self._frame.sites.teams(asked.where.site),
            "groups": _groups(asked.queue, items, viewer),
            "nothing": _NOTHING[asked.queue],
            "following": asked.href(after=following) if following else "",
            "said": said_of(said, (item.task for item in items)),
            "as_of": viewer.times(asked.where.site or "").at(viewer.now),
            "as_of_zone": viewer.times(asked.where.site or "").zone_at(viewer.now),
        }
        return self._frame.render(request, "worklist.html", content, visitor=visitor)

    def where(self, site: str, team: str) -> Where:
        """Whose tasks; a team that the site does not have, as after a change of site, is all."""
        known = team in self._frame.sites.teams(site)
        return Where(site or None, team if known else None)

    async def _items(
        self, asked: Asked, sight: Sight, today: Today
    ) -> tuple[Sequence[Item], str | None]:
        """The rows of the page, and the word for the page after it."""
        if asked.queue is Queue.COMPLETED:
            done = await sight.completed(asked.where, after(asked.after), _ROWS)
            return done.items, _completed_word(done.last) if done.last else None
        wanted = TaskFilter(
            only_open=True,
            site=asked.where.site,
            team=asked.where.team,
            owner=sight.person.subject if asked.queue is Queue.MINE else None,
            unassigned=asked.queue is Queue.UNASSIGNED,
            due={Queue.TODAY: Due.TODAY, Queue.OVERDUE: Due.OVERDUE}.get(asked.queue),
        )
        seen = await sight.tasks(wanted, today, after_task(asked.after), _ROWS)
        return seen.items, word_after_task(seen.last) if seen.last else None


def queues_router(page: QueuePage) -> APIRouter:
    """The route of the worklist."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def show(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        queue: str = Queue.ALL,
        site: Annotated[str, Query(max_length=50, pattern=r"^[^\x00]*$")] = "",
        team: Annotated[str, Query(max_length=50, pattern=r"^[^\x00]*$")] = "",
        following: Annotated[str | None, Query(alias="after")] = None,
        said: str = "",
    ) -> Response:
        chosen = Queue(queue) if queue in set(Queue) else Queue.ALL
        return await page.show(request, Asked(chosen, page.where(site, team), following), said)

    return router


def _completed_word(last: Item) -> str:
    task = last.task
    return word_after(After(task.work.completed_at or task.changed_at, task.task_id))


def _tabs(asked: Asked, counts: QueueCounts) -> list[Tab]:
    numbers = {
        Queue.MINE: counts.mine,
        Queue.UNASSIGNED: counts.unassigned,
        Queue.TODAY: counts.today,
        Queue.OVERDUE: counts.overdue,
        Queue.ALL: counts.open,
        Queue.COMPLETED: counts.completed,
    }
    return [
        Tab(queue, _TITLES[queue], _count(number), asked.href(queue=queue), queue is asked.queue)
        for queue, number in numbers.items()
    ]


def _count(number: int) -> str:
    return str(number) if number < _COUNTED_TO else f"{_COUNTED_TO - 1}+"


def _groups(queue: Queue, items: Sequence[Item], viewer: Viewer) -> list[Group]:
    """The rows, under a heading for each stretch of time where the queue spans several."""
    rows = [viewer.row(item) for item in items]
    if queue in (Queue.TODAY, Queue.OVERDUE, Queue.COMPLETED):
        return [Group("", rows)] if rows else []
    return [
        Group(_BUCKETS[bucket], list(stretch))
        for bucket, stretch in groupby(rows, key=lambda row: row.task.bucket)
    ]
