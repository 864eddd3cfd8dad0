"""What Homeward says has come of it, asked over the interfaces that everyone may use."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

_AT_ONCE = 6
_PAGE = 200


class _Seen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SeenPatient(_Seen):
    """A patient as the worklist shows one."""

    mrn: str
    name: str


class SeenTask(_Seen):
    """A task as the worklist shows one."""

    code: str
    state: str

    @property
    def is_open(self) -> bool:
        return self.state not in ("completed", "cancelled")


class SeenTransition(_Seen):
    """A transition as the worklist shows one."""

    patient: SeenPatient
    visit: str
    kind: str
    state: str
    reason: str | None
    flags: list[str]
    discharged_at: datetime
    tasks: list[SeenTask]


class SeenEncounter(_Seen):
    """An encounter as the worklist shows one."""

    patient: SeenPatient
    visit: str
    status: str
    discharged_at: datetime | None
    readmission_of: str | None


class SeenFrame(_Seen):
    """A received frame as the journal shows one, with what followed from it."""

    event_id: str
    control_id: str
    verdict: str
    reason: str
    digest: str
    effects: dict[str, int]


class NotAnswered(Exception):  # noqa: N818 - it says what is the case
    """A service did not answer, or not in its own terms."""


R = TypeVar("R", bound=_Seen)


class Homeward:
    """The running system, seen from outside."""

    def __init__(self, *, worklist: str, monitor: str, token: str) -> None:
        self._worklist = worklist.rstrip("/")
        self._monitor = monitor.rstrip("/")
        self._client = httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=10)
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def transitions(self, site: str, mrn: str) -> list[SeenTransition]:
        """All transitions of a patient. Raises NotAnswered."""
        query = {"site": site, "mrn": mrn}
        return await self._pages(f"{self._worklist}/api/transitions", query, "next", SeenTransition)

    async def encounters(self, site: str, mrn: str) -> list[SeenEncounter]:
        """All encounters of a patient. Raises NotAnswered."""
        query = {"site": site, "mrn": mrn}
        return await self._pages(f"{self._worklist}/api/encounters", query, "next", SeenEncounter)

    async def frames(self, since: datetime) -> list[SeenFrame]:
        """Everything received since a real instant. Raises NotAnswered."""
        query = {"since": since.isoformat()}
        return await self._pages(f"{self._monitor}/api/messages", query, "after", SeenFrame)

    async def open_transitions(self) -> Mapping[str, int]:
        """How many transitions are open, by site. Raises NotAnswered."""
        answer = await self._get(f"{self._monitor}/api/feeds", {})
        return {str(site): int(count) for site, count in answer["open_transitions"].items()}

    async def _pages(
        self, url: str, query: Mapping[str, str], cursor: str, shape: type[R]
    ) -> list[R]:
        """All items of a list; `cursor` is the parameter that asks for the page after."""
        items: list[R] = []
        place: dict[str, str] = {}
        while True:
            answer = await self._get(url, {**query, "limit": str(_PAGE), **place})
            try:
                items += [shape.model_validate(item) for item in answer["items"]]
            except (KeyError, ValidationError) as error:
                raise NotAnswered(f"{url} answers in a shape of its own") from error
            if not answer.get("next"):
                return items
            place = {cursor: answer["next"]}

    async def _get(self, url: str, query: Mapping[str, str]) -> dict[str, Any]:
        try:
            async with self._gate:
                answer = await self._client.get(url, params=query)
            answer.raise_for_status()
            return answer.json()
        except httpx.HTTPStatusError as error:
            raise NotAnswered(f"{url} answers {error.response.status_code}") from error
        except (httpx.HTTPError, ValueError) as error:
            raise NotAnswered(f"{url} does not answer") from error
