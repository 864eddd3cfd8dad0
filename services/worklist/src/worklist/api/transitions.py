"""`GET /api/transitions`: what was opened for a discharge, its clocks, its tasks."""

from typing import Annotated

from fastapi import APIRouter, Depends

from care_contracts.transitions import TransitionState
from worklist.api.bearer import Door
from worklist.api.paging import Limit, Next, Text, next_after
from worklist.api.problems import RESPONSES
from worklist.api.shapes import TransitionPage
from worklist.api.shaping import shape_of_transition
from worklist.domain.people import Person
from worklist.places import after
from worklist.ports import After, TransitionReads, VisitFilter


def transitions_router(reads: TransitionReads, door: Door) -> APIRouter:
    """The routes about transitions."""
    router = APIRouter(tags=["transitions"], responses=RESPONSES)
    seer = Depends(door.seer)

    @router.get("/transitions", summary="Transitions, the last discharged first")
    async def list_transitions(  # pyright: ignore[reportUnusedFunction]
        _person: Annotated[Person, seer],
        wanted: Annotated[VisitFilter, Depends(_wanted)],
        next_: Next = None,
        limit: Limit = 50,
    ) -> TransitionPage:
        found = await reads.transitions(wanted, after(next_), limit)
        items = [shape_of_transition(followed) for followed in found]
        last = After(items[-1].discharged_at, items[-1].transition_id) if items else None
        return TransitionPage(items=items, next=next_after(len(items), limit, last))

    return router


def _wanted(
    site: Text | None = None,
    mrn: Text | None = None,
    visit: Text | None = None,
    state: TransitionState | None = None,
) -> VisitFilter:
    """Which transitions; an MRN that was merged away finds the survivor."""
    return VisitFilter(site=site, mrn=mrn, visit=visit, state=state)
