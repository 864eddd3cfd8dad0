"""The hospitals as the worklist shows them: their names, their zones, and when their day ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from care_contracts.sites import Site
from worklist.domain.access import Access
from worklist.domain.order import end_of_today
from worklist.ports import Today

_ELSEWHERE = ZoneInfo("UTC")
LOOK_EVERY_SECONDS = 5.0


class SiteFolder(Protocol):
    """The site files as last read, and a way to look again."""

    @property
    def documents(self) -> Sequence[Site]: ...

    def refresh(self) -> bool: ...


class Sites:
    """The hospitals of a folder that may change while the service runs."""

    def __init__(self, folder: SiteFolder) -> None:
        self._folder = folder

    async def look(self) -> float:
        """Read what changed; gives the seconds until the next look."""
        self._folder.refresh()
        return LOOK_EVERY_SECONDS

    @property
    def all(self) -> Sequence[Site]:
        return sorted(self._folder.documents, key=lambda site: site.name)

    def name(self, code: str) -> str:
        """The hospital's name; its code where it is not configured (any more)."""
        return next((site.name for site in self._folder.documents if site.code == code), code)

    def teams(self, code: str | None) -> Mapping[str, str]:
        """The names of the hospital's care teams, by their codes."""
        found = (one.attribution.teams for one in self._folder.documents if one.code == code)
        return next(found, dict[str, str]())

    def team(self, site: str, code: str) -> str:
        """The name of one of them; its code where the hospital has it no more."""
        return self.teams(site).get(code, code)

    def access(self, code: str) -> Access:
        """Who sees the hospital's patients; the whole team where it is not configured."""
        named = next((one.access for one in self._folder.documents if one.code == code), "team")
        return Access(named)

    def zone(self, code: str) -> ZoneInfo:
        """The zone of the hospital's local times; UTC where it is not configured."""
        return next((one.zone for one in self._folder.documents if one.code == code), _ELSEWHERE)

    def today(self, now: datetime) -> Today:
        """Now, and when today ends at each hospital."""
        return Today(
            now=now,
            ends_at={one.code: end_of_today(now, one.zone) for one in self._folder.documents},
            elsewhere=end_of_today(now, _ELSEWHERE),
        )
