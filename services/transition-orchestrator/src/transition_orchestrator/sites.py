"""The sites folder as the orchestrator needs it: how each hospital counts its days."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from care_chassis.documents import DocumentError, WatchedFolder
from care_chassis.health import Health
from care_chassis.logs import get_logger
from care_contracts.sites import Site
from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.protocol import Protocol
from transition_orchestrator.ports import SiteRules

_log = get_logger("transition_orchestrator.sites")
_PART = "site_files"
_LOOK_EVERY_SECONDS = 1.0


class SiteFolder:
    """The rules of every site, read again when a file changes.

    Raises DocumentError at the start for a file that cannot be read; later such a file leaves the
    rules as they were.
    """

    def __init__(self, folder: Path, protocols: Mapping[str, Protocol], health: Health) -> None:
        self._folder = WatchedFolder(folder, Site)
        self._protocols = protocols
        self._health = health
        self._rules = self._read()

    def rules_of(self, site: str) -> SiteRules | None:
        return self._rules.get(site)

    def codes(self) -> Iterable[str]:
        return tuple(self._rules)

    async def look(self) -> float:
        """Read the folder again if it changed; returns the seconds until the next look."""
        try:
            if self._folder.refresh():
                self._rules = self._read()
                _log.info("sites_read", count=len(self._rules))
            trouble = str(self._folder.trouble or "")
        except (DocumentError, OSError, UnicodeDecodeError) as error:
            trouble = str(error)
        self._health.report(_PART, ready=bool(self._rules), detail=trouble)
        return _LOOK_EVERY_SECONDS

    def _read(self) -> dict[str, SiteRules]:
        return {site.code: self._rules_for(site) for site in self._folder.documents}

    def _rules_for(self, site: Site) -> SiteRules:
        calendar = BusinessCalendar(
            site.holidays.country,
            site.holidays.subdivision,
            extra=frozenset(site.holidays.extra),
            omit=frozenset(site.holidays.omit),
        )
        newest = self._newest(site.protocols[0] if site.protocols else "default")
        return SiteRules(LocalDays(site.zone, calendar), newest)

    def _newest(self, name: str) -> Protocol:
        versions = [one for one in self._protocols.values() if one.name == name]
        if not versions:
            known = ", ".join(sorted({one.name for one in self._protocols.values()}))
            raise DocumentError(Path("protocols"), 1, f"no protocol {name!r}; there are: {known}")
        return max(versions, key=lambda one: one.version)
