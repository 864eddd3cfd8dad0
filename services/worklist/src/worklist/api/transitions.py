"""`GET /api/transitions`: what was opened for a discharge, its clocks and tasks, and why."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from care_chassis.clock import Clock
from care_contracts.transitions import TransitionState
from worklist.api.bearer import Door
from worklist.api.paging import Limit, Next, Text
from worklist.api.problems import RESPONSES, Problem, ProblemDocument
from worklist.api.shapes import ExplanationShape, SentenceShape, TransitionPage
from worklist.api.shaping import shape_of_transition
from worklist.explaining import Told, explain
from worklist.places import after, word_after
from worklist.ports import After, Followed, VisitFilter
from worklist.see_patients import Sight
from worklist.sites import Sites


class TransitionDesk:
    """What the routes about transitions do."""

    def __init__(self, sites: Sites, clock: Clock) -> None:
        self._sites = sites
        self._clock = clock

    async def page(
        self, sight: Sight, wanted: VisitFilter, place: After | None, limit: int
    ) -> TransitionPage:
        """A page of the transitions that are asked for."""
        now = self._clock.now()
        seen = await sight.transitions(wanted, place, limit)
        items = [
            shape_of_transition(one, now.astimezone(self._sites.zone(one.transition.site)).date())
            for one in seen.items
        ]
        return TransitionPage(
            items=items, next=word_after(_place(seen.last)) if seen.last else None
        )

    async def explanation(self, sight: Sight, transition_id: UUID) -> ExplanationShape:
        """Why it looks as it does now. Raises Problem."""
        followed = await sight.transition(transition_id)
        if followed is None:
            raise Problem(
                HTTPStatus.NOT_FOUND, "no-such-transition", "There is no such transition."
            )
        one, now = followed.transition, self._clock.now()
        told = Told(one, self._sites.zone(one.site), now, followed.tasks)
        return ExplanationShape(
            transition_id=transition_id,
            version=one.version,
            as_of=now,
            sentences=[SentenceShape(**asdict(sentence)) for sentence in explain(told)],
        )


def transitions_router(desk: TransitionDesk, door: Door) -> APIRouter:
    """The routes about transitions."""
    router = APIRouter(tags=["transitions"], responses=RESPONSES)
    seer = Depends(door.seer)

    @router.get("/transitions", summary="Transitions, the last discharged first")
    async def list_transitions(  # pyright: ignore[reportUnusedFunction]
        sight: Annotated[Sight, seer],
        wanted: Annotated[VisitFilter, Depends(_wanted)],
        next_: Next = None,
        limit: Limit = 50,
    ) -> TransitionPage:
        return await desk.page(sight, wanted, after(next_), limit)

    @router.get(
        "/transitions/{transition_id}/explanation",
        summary="Which fact led to which step and time, in sentences",
        responses={404: {"model": ProblemDocument, "description": "There is no such transition."}},
    )
    async def explanation(  # pyright: ignore[reportUnusedFunction]
        sight: Annotated[Sight, seer], transition_id: UUID
    ) -> ExplanationShape:
        return await desk.explanation(sight, transition_id)

    return router


def _place(last: Followed) -> After:
    return After(last.transition.discharged_at, last.transition.transition_id)


def _wanted(
    site: Text | None = None,
    mrn: Text | None = None,
    visit: Text | None = None,
    state: TransitionState | None = None,
) -> VisitFilter:
    """Which transitions; an MRN that was merged away finds the survivor."""
    return VisitFilter(site=site, mrn=mrn, visit=visit, state=state)
