"""`/measures`: home visits and first contacts as n of d by hospital and month, down to the ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from itertools import islice
from typing import Annotated, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.exceptions import HTTPException

from worklist import words
from worklist.domain.home_visits import Result, Tally
from worklist.measure_home_visits import MOST_DISCHARGES, Measured, MeasureHomeVisits, Period
from worklist.pages.frame import Frame
from worklist.pages.times import LocalTimes, Shown

_MONTHS = 3
_ROWS = 100
_ADDRESS = "/measures"
_Month: TypeAlias = Annotated[str, Query(pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")]
_SiteCode: TypeAlias = Annotated[str, Query(max_length=50, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True, slots=True)
class FiguresView:
    """The figures of one hospital in one month."""

    site: str
    href: str
    within_72h: str
    in_window: str
    contacted: str
    left_out: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class DischargeView:
    """One discharge: its id, and how it counts."""

    transition_id: UUID
    discharged: Shown
    visit: str
    contact: str


class MeasuresPage:
    """Reads and prepares the pages."""

    def __init__(self, measure: MeasureHomeVisits, frame: Frame) -> None:
        self._measure = measure
        self._frame = frame

    async def figures(self, request: Request, month: str) -> Response:
        """Three months, the last one first. Raises NotSignedIn, NotForThisRole, TransientError."""
        visitor = self._frame.counter(request)
        last = self._month(month)
        months = [_moved(last, -back) for back in range(_MONTHS)]
        sites = self._frame.sites.all
        asked = [(one, site.code) for one in months for site in sites]
        found = iter(
            await self._measure.each(visitor.person, [(_days(one), code) for one, code in asked])
        )
        content = {
            "months": [
                {
                    "title": f"{one:%B %Y}",
                    "rows": [_figures(site.code, site.name, one, next(found)) for site in sites],
                }
                for one in months
            ],
            "earlier": _href(month=_moved(last, -_MONTHS)),
            "later": _href(month=_moved(last, _MONTHS)) if last < self._month("") else "",
            "most": MOST_DISCHARGES,
        }
        return self._frame.render(request, "measures.html", content, visitor=visitor)

    async def discharges(self, request: Request, month: str, site: str, page: int) -> Response:
        """Everybody behind the figures of a hospital and month, a page at a time.

        Raises NotSignedIn, NotForThisRole, HTTPException or TransientError.
        """
        visitor = self._frame.counter(request)
        if site not in {one.code for one in self._frame.sites.all}:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        chosen = self._month(month)
        (measured,) = await self._measure.each(visitor.person, [(_days(chosen), site)])
        times = self._frame.viewer(visitor).times(site)
        rows = list(islice(_rows(measured, times), (page - 1) * _ROWS, page * _ROWS + 1))
        following = _href(month=chosen, site=site, page=page + 1) if len(rows) > _ROWS else ""
        content = {
            "title": f"{self._frame.sites.name(site)}, {chosen:%B %Y}",
            "figures": _figures(site, self._frame.sites.name(site), chosen, measured),
            "rows": rows[:_ROWS],
            "most": MOST_DISCHARGES,
            "back": _href(month=chosen),
            "following": following,
        }
        return self._frame.render(request, "measured.html", content, visitor=visitor)

    def _month(self, text: str) -> date:
        """The first day of a month; of this one where none is said."""
        return (
            date.fromisoformat(f"{text}-01")
            if text
            else self._frame.clock.now().date().replace(day=1)
        )


def measures_pages_router(page: MeasuresPage) -> APIRouter:
    """The routes of the measures."""
    router = APIRouter(include_in_schema=False)

    @router.get(_ADDRESS)
    async def figures(  # pyright: ignore[reportUnusedFunction]
        request: Request, month: _Month = ""
    ) -> Response:
        return await page.figures(request, month)

    @router.get(f"{_ADDRESS}/discharges")
    async def discharges(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        site: _SiteCode,
        month: _Month = "",
        number: Annotated[int, Query(alias="page", ge=1, le=MOST_DISCHARGES)] = 1,
    ) -> Response:
        return await page.discharges(request, month, site, number)

    return router


def _days(month: date) -> Period:
    return Period(month, _moved(month, 1) - timedelta(days=1))


def _moved(month: date, by: int) -> date:
    """The month that many months later."""
    years, months = divmod(month.year * 12 + month.month - 1 + by, 12)
    return date(years, months + 1, 1)


def _href(*, month: date, site: str = "", page: int = 1) -> str:
    asked = {"month": f"{month:%Y-%m}"} | ({"site": site} if site else {})
    asked |= {"page": str(page)} if page > 1 else {}
    return f"{_ADDRESS}{'/discharges' if site else ''}?{urlencode(asked)}"


def _figures(code: str, name: str, month: date, measured: Measured | None) -> FiguresView | str:
    """The hospital's name alone where it has more discharges than can be counted."""
    if measured is None:
        return name
    visits, contacts = measured.visits, measured.contacts
    return FiguresView(
        site=name,
        href=_href(month=month, site=code),
        within_72h=_of(visits, Result.IN_WINDOW, Result.EARLY),
        in_window=_of(visits, Result.IN_WINDOW),
        contacted=_of(contacts, Result.IN_TIME),
        left_out=str(len(visits.left_out)),
        provisional=visits.provisional or contacts.provisional,
    )


def _of(tally: Tally, *results: Result) -> str:
    """`3 of 4`."""
    return f"{tally.number(*results)} of {tally.denominator}"


def _rows(measured: Measured | None, times: LocalTimes) -> Sequence[DischargeView]:
    """Every discharge of the month, the first one first, with how it counts in both measures."""
    if measured is None:
        return ()
    visits, contacts = _told(measured.visits, times), _told(measured.contacts, times)
    tally = measured.visits
    known = [one.discharge for one in tally.counted] + [one for one, _ in tally.left_out]
    known.sort(key=lambda one: (one.discharged_at, one.transition_id))
    return [
        DischargeView(
            one.transition_id,
            times.at(one.discharged_at),
            visits[one.transition_id],
            contacts.get(one.transition_id, ""),
        )
        for one in known
    ]


def _told(tally: Tally, times: LocalTimes) -> Mapping[UUID, str]:
    """Of each discharge what became of it, in words."""
    told = {one.transition_id: f"Left out: {words.LEFT_OUT[why]}" for one, why in tally.left_out}
    for one in tally.counted:
        when = f", {times.at(one.at).text}" if one.at else ""
        told[one.discharge.transition_id] = f"{words.RESULTS[one.result]}{when}"
    return told
