"""`GET /api/encounters` and `GET /api/notifications`: the visits, and who was told of them."""

from typing import Annotated

from fastapi import APIRouter, Depends

from care_contracts.transitions import EncounterSnapshot
from worklist.api.bearer import Door
from worklist.api.paging import Limit, Next, Text
from worklist.api.problems import RESPONSES
from worklist.api.shapes import EncounterPage, NotificationPage
from worklist.api.shaping import shape_of_encounter, shape_of_notification
from worklist.places import after, word_after
from worklist.ports import After, VisitFilter
from worklist.see_patients import Sight


def visits_router(door: Door) -> APIRouter:
    """The routes about encounters and notifications."""
    router = APIRouter(responses=RESPONSES)
    seer = Depends(door.seer)

    @router.get("/encounters", tags=["encounters"], summary="Encounters, the last begun first")
    async def list_encounters(  # pyright: ignore[reportUnusedFunction]
        sight: Annotated[Sight, seer],
        wanted: Annotated[VisitFilter, Depends(_wanted)],
        next_: Next = None,
        limit: Limit = 50,
    ) -> EncounterPage:
        seen = await sight.encounters(wanted, after(next_), limit)
        following = word_after(_place(seen.last)) if seen.last else None
        items = [shape_of_encounter(one) for one in seen.items]
        return EncounterPage(items=items, next=following)

    @router.get("/notifications", tags=["notifications"], summary="Notices, the latest first")
    async def list_notifications(  # pyright: ignore[reportUnusedFunction]
        sight: Annotated[Sight, seer],
        wanted: Annotated[VisitFilter, Depends(_wanted)],
        next_: Next = None,
        limit: Limit = 50,
    ) -> NotificationPage:
        seen = await sight.notifications(wanted, after(next_), limit)
        last = seen.last
        following = word_after(After(last.changed_at, last.notification_id)) if last else None
        items = [shape_of_notification(one) for one in seen.items]
        return NotificationPage(items=items, next=following)

    return router


def _wanted(
    site: Text | None = None, mrn: Text | None = None, visit: Text | None = None
) -> VisitFilter:
    """Whose visits; an MRN that was merged away finds the survivor."""
    return VisitFilter(site=site, mrn=mrn, visit=visit)


def _place(snapshot: EncounterSnapshot) -> After:
    began_at = snapshot.admitted_at or snapshot.discharged_at or snapshot.changed_at
    return After(began_at, snapshot.encounter_id)
