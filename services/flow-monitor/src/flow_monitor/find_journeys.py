"""Finds every station of a message from any one id that somebody holds."""

from flow_monitor.domain.journeys import Journey, Wanted, trace
from flow_monitor.ports import Archive

MOST_STATIONS = 1000


class FindJourneys:
    """Looks journeys up."""

    def __init__(self, *, archive: Archive) -> None:
        self._archive = archive

    async def find(self, wanted: Wanted) -> Journey:
        """The journey that fits all ids; without stations if there is none."""
        found: set[str] | None = None
        for kind, value in wanted.ids.items():
            correlations = await self._archive.correlations_of(kind, value, wanted.site)
            found = correlations if found is None else found & correlations
        if not found:
            return Journey()
        sightings = await self._archive.stations(found, MOST_STATIONS + 1)
        return trace(sightings[:MOST_STATIONS], truncated=len(sightings) > MOST_STATIONS)
