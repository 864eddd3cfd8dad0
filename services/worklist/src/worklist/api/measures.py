"""`GET /api/measures/...`: measures over many discharges home, with whoever counts and why."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from care_contracts.base import Instant
from worklist.api.bearer import Door
from worklist.api.paging import Text
from worklist.api.problems import RESPONSES
from worklist.domain.home_visits import LeftOut, Result, Tally
from worklist.domain.people import Person
from worklist.measure_home_visits import Measured, MeasureHomeVisits, Period

_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


class PeriodQuery(BaseModel):
    """Which discharges; their days are local to each hospital."""

    first_on: date = Field(alias="from", ge=_FIRST, le=_LAST, description="First day.")
    last_on: date = Field(alias="to", ge=_FIRST, le=_LAST, description="Last day, included.")
    site: Text | None = Field(None, description="One hospital; without it, all of them.")


class CountedShape(BaseModel):
    """A discharge in the denominator."""

    transition_id: UUID
    site: str
    discharged_at: Instant
    result: Result
    at: Instant | None
    """when the visit or the contact was"""


class LeftOutShape(BaseModel):
    """A discharge that does not count."""

    transition_id: UUID
    site: str
    discharged_at: Instant
    reason: LeftOut


class TallyShape(BaseModel):
    """A measure over a period: never a share, always a number of a number."""

    first_on: date = Field(alias="from")
    last_on: date = Field(alias="to")
    site: str | None
    as_of: Instant
    provisional: bool
    """whether the period, or the time of one that counts, is not over"""
    denominator: int
    counted: list[CountedShape]
    left_out: list[LeftOutShape]

    model_config = ConfigDict(serialize_by_alias=True)


class HomeVisitsShape(TallyShape):
    """Home visits after discharges home."""

    within_72h: int
    """up to 72 hours after the discharge, sooner than 48 as well"""
    in_48_72h_window: int


class FirstContactsShape(TallyShape):
    """First contacts after discharges home."""

    within_2_business_days: int


def measures_router(measure: MeasureHomeVisits, door: Door) -> APIRouter:
    """The routes about measures."""
    router = APIRouter(prefix="/measures", tags=["measures"], responses=RESPONSES)
    counter = Depends(door.counter)

    async def measured(person: Person, query: PeriodQuery) -> Measured:
        return await measure(person, Period(query.first_on, query.last_on), query.site)

    @router.get("/home-visits", summary="Home visits within 72 hours, and in the 48-72 h window")
    async def home_visits(  # pyright: ignore[reportUnusedFunction]
        person: Annotated[Person, counter], query: Annotated[PeriodQuery, Query()]
    ) -> HomeVisitsShape:
        found = await measured(person, query)
        in_window = found.visits.number(Result.IN_WINDOW)
        return HomeVisitsShape(
            **_facts(query, found, found.visits),
            within_72h=in_window + found.visits.number(Result.EARLY),
            in_48_72h_window=in_window,
        )

    @router.get("/first-contacts", summary="First contacts within two business days")
    async def first_contacts(  # pyright: ignore[reportUnusedFunction]
        person: Annotated[Person, counter], query: Annotated[PeriodQuery, Query()]
    ) -> FirstContactsShape:
        found = await measured(person, query)
        return FirstContactsShape(
            **_facts(query, found, found.contacts),
            within_2_business_days=found.contacts.number(Result.IN_TIME),
        )

    return router


def _facts(query: PeriodQuery, found: Measured, tally: Tally) -> dict[str, Any]:
    counted = [
        CountedShape(
            transition_id=one.discharge.transition_id,
            site=one.discharge.site,
            discharged_at=one.discharge.discharged_at,
            result=one.result,
            at=one.at,
        )
        for one in tally.counted
    ]
    left_out = [
        LeftOutShape(
            transition_id=one.transition_id,
            site=one.site,
            discharged_at=one.discharged_at,
            reason=why,
        )
        for one, why in tally.left_out
    ]
    return {
        "from": query.first_on,
        "to": query.last_on,
        "site": query.site,
        "as_of": found.as_of,
        "provisional": tally.provisional,
        "denominator": tally.denominator,
        "counted": counted,
        "left_out": left_out,
    }
