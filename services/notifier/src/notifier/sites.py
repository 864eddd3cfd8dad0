"""The sites' folder as the notifier sees it: names, zones, directories and texts of hospitals."""

from zoneinfo import ZoneInfo

from care_chassis.documents import WatchedFolder
from care_contracts.patient_texts import PatientTexts as Said
from care_contracts.sites import Site
from notifier.domain.recipients import Entry
from notifier.ports import Institution, PatientTexts

_LOOK_EVERY_SECONDS = 2.0
_UTC = ZoneInfo("UTC")


class SitesFolder:
    """Hospitals by code, read anew when a file changes."""

    def __init__(self, folder: WatchedFolder[Site]) -> None:
        self._folder = folder
        self._institutions = _institutions(folder)

    def institution(self, code: str) -> Institution:
        """The hospital of that code; one that no file describes is named by its code."""
        return self._institutions.get(code) or Institution(code, _UTC, {})

    async def look(self) -> float:
        """Look at the folder again; the real seconds until the next look."""
        if self._folder.refresh():
            self._institutions = _institutions(self._folder)
        return _LOOK_EVERY_SECONDS


def _texts(said: Said) -> PatientTexts:
    return PatientTexts(said.sender, said.number, said.follow_up_text, said.stopped_text)


def _institutions(folder: WatchedFolder[Site]) -> dict[str, Institution]:
    return {
        site.code: Institution(
            name=site.name,
            zone=site.zone,
            directory={
                entry.identifier: Entry(
                    entry.name,
                    entry.email,
                    frozenset(entry.destinations),
                    frozenset(entry.dispositions),
                )
                for entry in site.directory
            },
            texts=_texts(site.patient_texts) if site.patient_texts else None,
        )
        for site in folder.documents
    }
