"""`GET /api/encounters` and `GET /api/notifications`: the visits, and who was told of them."""

from typing import Annotated

from fastapi import APIRouter, Depends

from care_contracts.transitions import EncounterSnapshot
from worklist.api.bearer import Door
from worklist.api.paging import Limit, Next, Text, next_after
from worklist.api.problems import RESPONSES
from worklist.api.shapes import EncounterPage, NotificationPage
from worklist.api.shaping import shape_of_encounter, shape_of_notification
from worklist.domain.people import Person
from worklist.places import after
from worklist.ports import After, VisitFilter
from worklist.see_patients import SeePatients


def visits_router(patients: SeePatients, door: Door) -> APIRouter:
    """The routes about encounters and notifications."""
    router = APIRouter(responses=RESPONSES)
    seer = Depends(door.seer)

    @router.get("/encounters", tags=["encounters"], summary="Encounters, the last begun first")
    async def list_encounters(  # pyright: ignore[reportUnusedFunction]
        person: Annotated[Person, seer],
        wanted: Annotated[VisitFilter, Depends(_wanted)],
        next_: Next = None,
        limit: Limit = 50,
    ) -> EncounterPage:
        found = await patients.by(person).encounters(wanted, after(next_), limit)
        last = _place(found[-1]) if found else None
        items = [shape_of_encounter(one) for one in found]
        return EncounterPage(items=items, next=next_after(len(items), limit, last))

    @router.get("/notifications", tags=["notifications"], summary="Notices, the latest first")
    async def list_notifications(  # pyright: ignore[reportUnusedFunction]
        person: Annotated[Person, seer],
        wanted: Annotated[VisitFilter, Depends(_wanted)],
        next_: Next = None,
        limit: Limit = 50,
    ) -> NotificationPage:
        found = await patients.by(person).notifications(wanted, after(next_), limit)
        last = After(found[-1].changed_at, found[-1].notification_id) if found else None
        items = [shape_of_notification(one) for one in found]
        return NotificationPage(items=items, next=next_after(len(items), limit, last))

    return router


def _wanted(
    site: Text | None = None, mrn: Text | None = None, visit: Text | None = None
) -> VisitFilter:
    """Whose visits; an MRN that was merged away finds the survivor."""
    return VisitFilter(site=site, mrn=mrn, visit=visit)


def _place(snapshot: EncounterSnapshot) -> After:
    began_at = snapshot.admitted_at or snapshot.discharged_at or snapshot.changed_at
    return After(began_at, snapshot.encounter_id)
