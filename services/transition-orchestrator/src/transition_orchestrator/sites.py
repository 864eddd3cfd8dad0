"""The sites folder as the orchestrator needs it: how a hospital counts days, what it follows."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from care_chassis.documents import DocumentError, WatchedFolder
from care_chassis.health import Health
from care_chassis.logs import get_logger
from care_contracts.sites import Site
from transition_orchestrator.domain.programme import Programmes
from transition_orchestrator.domain.scoring import Scorer
from transition_orchestrator.ports import SiteRules
from transition_orchestrator.site_rules import rules_in

_log = get_logger("transition_orchestrator.sites")
_PART = "site_files"
_LOOK_EVERY_SECONDS = 1.0


class SiteFolder:
    """The rules of every site, read again when a file changes.

    Raises DocumentError at the start for a file that cannot be read; later such a file leaves the
    rules as they were. A site whose rules do not exist is left out, and readiness says so.
    """

    def __init__(
        self, folder: Path, programmes: Programmes, models: Mapping[str, Scorer], health: Health
    ) -> None:
        self._folder = WatchedFolder(folder, Site)
        self._programmes = programmes
        self._models = models
        self._health = health
        self._trouble = ""
        self._rules: dict[str, SiteRules] = {}
        self._read()

    def rules_of(self, site: str) -> SiteRules | None:
        if site not in self._rules:  # its file may be newer than our last look
            self._refresh()
        return self._rules.get(site)

    def codes(self) -> Iterable[str]:
        return tuple(self._rules)

    async def look(self) -> float:
        """Read the folder again if it changed; returns the seconds until the next look."""
        self._refresh()
        return _LOOK_EVERY_SECONDS

    def _refresh(self) -> None:
        try:
            if self._folder.refresh():
                self._read()
            trouble = str(self._folder.trouble or self._trouble)
        except OSError as error:
            trouble = f"the folder cannot be read: {error.strerror}"
        ready = bool(self._rules) and not self._trouble
        self._health.report(_PART, ready=ready, detail=trouble)

    def _read(self) -> None:
        """Take over the rules of every site that has usable ones; the others keep what they had."""
        self._trouble = ""
        rules: dict[str, SiteRules] = {}
        for path, site in self._folder.by_path.items():
            try:
                rules[site.code] = rules_in(path, site, self._programmes, self._models)
            except DocumentError as error:
                self._trouble = f"site {site.code}: {error}"
                _log.error("site_not_usable", site=site.code, rule=error.rule)
                if site.code in self._rules:
                    rules[site.code] = self._rules[site.code]
        self._rules = rules
        _log.info("sites_read", count=len(rules))
