"""REST for programs: journeys, messages, dead letters, feeds."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel

from care_chassis.identity import Identity
from flow_monitor.domain.entries import Position, Sighting
from flow_monitor.domain.journeys import IdKind, Journey, Wanted
from flow_monitor.find_journeys import FindJourneys
from flow_monitor.ports import Lists, MessageFilter
from flow_monitor.problems import NotAnswerable
from flow_monitor.sign_in import Doorkeeper

_MOST = 500
_SEES_PEOPLE = frozenset({"admin", "integration"})
"""Roles that are shown a patient's numbers; operations works with opaque ids (rulebook 10)."""


class JourneyQuery(BaseModel):
    """By what a journey is asked for; at least one id."""

    control_id: str = ""
    mrn: str = ""
    visit: str = ""
    event_id: str = ""
    transition_id: str = ""
    correlation_id: str = ""
    site: str = ""

    def wanted(self) -> Wanted:
        ids = {kind: getattr(self, kind).strip() for kind in IdKind}
        return Wanted({kind: value for kind, value in ids.items() if value}, self.site.strip())


class MessagesQuery(BaseModel):
    """Which received frames are asked for."""

    verdict: str = ""
    site: str = ""
    control_id: str = ""
    since: AwareDatetime | None = None
    after: str = ""
    """The `next` of the page before."""
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100


def api_router(finding: FindJourneys, lists: Lists, doorkeeper: Doorkeeper) -> APIRouter:
    """All of `/api`."""
    router = APIRouter(prefix="/api")

    @router.get("/journey")
    async def journey(request: Request, query: Annotated[JourneyQuery, Query()]) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        identity = doorkeeper.by_bearer(request)
        wanted = query.wanted()
        if not wanted.ids:
            names = ", ".join(IdKind)
            raise NotAnswerable(f"Say at least one of these: {names}.")
        return shown_journey(await finding.find(wanted), identity)

    @router.get("/messages")
    async def messages(  # pyright: ignore[reportUnusedFunction]
        request: Request, query: Annotated[MessagesQuery, Query()]
    ) -> dict[str, Any]:
        doorkeeper.by_bearer(request)
        return await _messages(lists, query)

    @router.get("/dead-letters")
    async def dead_letters(  # pyright: ignore[reportUnusedFunction]
        request: Request, after: str = "", limit: Annotated[int, Query(ge=1, le=_MOST)] = 100
    ) -> dict[str, Any]:
        identity = doorkeeper.by_bearer(request)
        letters = await lists.dead_letters(_position(after), limit)
        items = [shown_sighting(letter, identity) for letter in letters]
        return {"items": items, "next": _next(letters, limit)}

    @router.get("/feeds")
    async def feeds(request: Request) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        doorkeeper.by_bearer(request)
        return await _feeds(lists)

    return router


def shown_journey(journey: Journey, identity: Identity) -> dict[str, Any]:
    """The journey as it leaves the house."""
    return {
        "found": bool(journey.stations),
        "truncated": journey.truncated,
        "correlation_ids": list(journey.correlation_ids),
        "transition_ids": list(journey.transition_ids),
        "stations": [
            shown_sighting(station.sighting, identity)
            | {"repeated": station.repeated, "lag_seconds": station.lag_seconds}
            for station in journey.stations
        ],
    }


def shown_sighting(sighting: Sighting, identity: Identity) -> dict[str, Any]:
    """One entry as it leaves the house: a patient's numbers only for who may see them."""
    facts, position = sighting.facts, sighting.position
    sees_people = identity.role in _SEES_PEOPLE
    return {
        "topic": position.topic,
        "partition": position.partition,
        "offset": position.offset,
        "stored_at": _instant(position.stored_at),
        "type": sighting.type,
        "event_id": sighting.event_id,
        "correlation_id": sighting.correlation_id,
        "occurred_at": _instant(sighting.occurred_at),
        "site": facts.site,
        "control_id": facts.control_id,
        "trigger": facts.trigger,
        "outcome": facts.outcome,
        "reason": facts.reason,
        "place": facts.place,
        "answer": facts.answer,
        "detail": facts.detail,
        "patient_key": facts.patient_key,
        "mrn": facts.mrn if sees_people else None,
        "visit_key": facts.visit_key,
        "visit": facts.visit if sees_people else None,
        "transition_id": facts.transition_id,
        "task_id": facts.task_id,
    }


async def _messages(lists: Lists, query: MessagesQuery) -> dict[str, Any]:
    wanted = MessageFilter(
        verdict=query.verdict,
        site=query.site,
        control_id=query.control_id,
        since=query.since,
        before=_position(query.after),
        most=query.limit,
    )
    frames = await lists.messages(wanted)
    effects = await lists.effects({frame.correlation_id for frame in frames})
    items = [
        {
            "event_id": frame.event_id,
            "correlation_id": frame.correlation_id,
            "site": frame.facts.site,
            "control_id": frame.facts.control_id,
            "trigger": frame.facts.trigger,
            "verdict": frame.facts.outcome,
            "reason": frame.facts.reason,
            "place": frame.facts.place,
            "answer": frame.facts.answer,
            "digest": frame.digest,
            "received_at": _instant(frame.occurred_at),
            "stored_at": _instant(frame.position.stored_at),
            "effects": dict(effects.get(frame.correlation_id, {})),
        }
        for frame in frames
    ]
    return {"items": items, "next": _next(frames, query.limit)}


async def _feeds(lists: Lists) -> dict[str, Any]:
    open_transitions = dict(await lists.open_transitions())
    counts = await lists.counts()
    items = [
        {
            "topic": count.topic,
            "site": count.site,
            "outcome": count.outcome,
            "count": count.count,
            "last_at": _instant(count.last_at),
        }
        for count in counts
    ]
    return {"items": items, "open_transitions": open_transitions}


def _instant(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _next(sightings: list[Sighting], limit: int) -> str | None:
    if len(sightings) < limit:
        return None
    last = sightings[-1].position
    return f"{last.stored_at.isoformat()}|{last.topic}|{last.partition}|{last.offset}"


def _position(after: str) -> Position | None:
    if not after:
        return None
    try:
        stored_at, topic, partition, offset = after.split("|")
        return Position(datetime.fromisoformat(stored_at), topic, int(partition), int(offset))
    except ValueError as error:
        raise NotAnswerable("`after` is not the `next` of a page.") from error
