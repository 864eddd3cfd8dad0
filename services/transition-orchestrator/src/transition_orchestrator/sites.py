"""The sites folder as the orchestrator needs it: how each hospital counts its days."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from care_chassis.documents import DocumentError, WatchedFolder
from care_chassis.health import Health
from care_chassis.logs import get_logger
from care_contracts.sites import RiskScores, Site
from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.comorbidity import Comorbidity
from transition_orchestrator.domain.hospital_score import HospitalVariant
from transition_orchestrator.domain.lace import LaceRules, LosMethod
from transition_orchestrator.domain.protocol import Protocol
from transition_orchestrator.domain.risk import RiskRules
from transition_orchestrator.ports import SiteRules

_log = get_logger("transition_orchestrator.sites")
_PART = "site_files"
_LOOK_EVERY_SECONDS = 1.0
_ANY_MONDAY = date(2026, 6, 1)


class SiteFolder:
    """The rules of every site, read again when a file changes.

    Raises DocumentError at the start for a file that cannot be read; later such a file leaves the
    rules as they were. A site whose rules do not exist is left out, and readiness says so.
    """

    def __init__(self, folder: Path, protocols: Mapping[str, Protocol], health: Health) -> None:
        self._folder = WatchedFolder(folder, Site)
        self._protocols = protocols
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
        for site in self._folder.documents:
            try:
                rules[site.code] = self._rules_for(site)
            except DocumentError as error:
                self._trouble = f"site {site.code}: {error.rule}"
                _log.error("site_not_usable", site=site.code, rule=error.rule)
                if site.code in self._rules:
                    rules[site.code] = self._rules[site.code]
        self._rules = rules
        _log.info("sites_read", count=len(rules))

    def _rules_for(self, site: Site) -> SiteRules:
        calendar = BusinessCalendar(
            site.holidays.country,
            site.holidays.subdivision,
            extra=frozenset(site.holidays.extra),
            omit=frozenset(site.holidays.omit),
        )
        try:
            calendar.is_business_day(_ANY_MONDAY)
        except (NotImplementedError, KeyError, AttributeError) as error:
            place = f"{site.holidays.country} {site.holidays.subdivision or ''}".strip()
            raise DocumentError(Path("sites"), 1, f"no holidays are known for {place}") from error
        newest = self._newest(site.protocols[0] if site.protocols else "default")
        return SiteRules(LocalDays(site.zone, calendar), newest, risk_rules_of(site.risk))

    def _newest(self, name: str) -> Protocol:
        versions = [one for one in self._protocols.values() if one.name == name]
        if not versions:
            known = ", ".join(sorted({one.name for one in self._protocols.values()}))
            raise DocumentError(Path("protocols"), 1, f"no protocol {name!r}; there are: {known}")
        return max(versions, key=lambda one: one.version)


def risk_rules_of(said: RiskScores) -> RiskRules:
    """What a site file says of scores, in the domain's words."""
    return RiskRules(
        lace=LaceRules(
            Comorbidity(said.lace.variant),
            LosMethod(said.lace.los_method),
            said.lace.icd10cm_cancers,
        ),
        hospital=HospitalVariant(said.hospital.variant),
        oncology_services=frozenset(one.upper() for one in said.hospital.oncology_services),
        sends_procedures=said.hospital.sends_procedures,
    )
