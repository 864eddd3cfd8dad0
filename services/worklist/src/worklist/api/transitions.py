"""`GET /api/transitions`: what was opened for a discharge, its clocks and tasks, and why."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from care_chassis.clock import Clock
from care_contracts.transitions import TransitionState
from worklist.api.bearer import Door
from worklist.api.paging import Limit, Next, Text, next_after
from worklist.api.problems import RESPONSES, Problem, ProblemDocument
from worklist.api.shapes import ExplanationShape, SentenceShape, TransitionPage
from worklist.api.shaping import shape_of_transition
from worklist.domain.people import Person
from worklist.explaining import Told, explain
from worklist.places import after
from worklist.ports import After, VisitFilter
from worklist.see_patients import SeePatients
from worklist.sites import Sites


class TransitionDesk:
    """What the routes about transitions do."""

    def __init__(self, patients: SeePatients, sites: Sites, clock: Clock) -> None:
        self._patients = patients
        self._sites = sites
        self._clock = clock

    async def page(
        self, person: Person, wanted: VisitFilter, place: After | None, limit: int
    ) -> TransitionPage:
        """A page of the transitions that are asked for."""
        now = self._clock.now()
        found = await self._patients.by(person).transitions(wanted, place, limit)
        items = [
            shape_of_transition(one, now.astimezone(self._sites.zone(one.transition.site)).date())
            for one in found
        ]
        last = After(items[-1].discharged_at, items[-1].transition_id) if items else None
        return TransitionPage(items=items, next=next_after(len(items), limit, last))

    async def explanation(self, person: Person, transition_id: UUID) -> ExplanationShape:
        """Why it looks as it does now. Raises Problem."""
        followed = await self._patients.by(person).transition(transition_id)
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
        person: Annotated[Person, seer],
        wanted: Annotated[VisitFilter, Depends(_wanted)],
        next_: Next = None,
        limit: Limit = 50,
    ) -> TransitionPage:
        return await desk.page(person, wanted, after(next_), limit)

    @router.get(
        "/transitions/{transition_id}/explanation",
        summary="Which fact led to which step and time, in sentences",
        responses={404: {"model": ProblemDocument, "description": "There is no such transition."}},
    )
    async def explanation(  # pyright: ignore[reportUnusedFunction]
        person: Annotated[Person, seer], transition_id: UUID
    ) -> ExplanationShape:
        return await desk.explanation(person, transition_id)

    return router


def _wanted(
    site: Text | None = None,
    mrn: Text | None = None,
    visit: Text | None = None,
    state: TransitionState | None = None,
) -> VisitFilter:
    """Which transitions; an MRN that was merged away finds the survivor."""
    return VisitFilter(site=site, mrn=mrn, visit=visit, state=state)
