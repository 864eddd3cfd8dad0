"""Measures over many discharges home: which of them count in a period, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from care_chassis.clock import Clock
from worklist.domain.home_visits import HomeDischarge, Tally, first_contacts, home_visits
from worklist.domain.order import midnight
from worklist.domain.people import Person
from worklist.ports import Stretch
from worklist.see_patients import SeePatients
from worklist.sites import Sites

MOST_DISCHARGES = 5_000
"""Of one hospital in one period."""
MOST_DAYS = 366


class NotMeasured(ValueError):  # noqa: N818 - it says what is the case
    """What is asked for cannot be counted; `place` is the parameter that has to change."""

    def __init__(self, place: str, words: str) -> None:
        super().__init__(words)
        self.place = place


@dataclass(frozen=True, slots=True)
class Period:
    """Days of discharge, the first and the last included, local to each hospital."""

    first_on: date
    last_on: date

    def __post_init__(self) -> None:
        """Raises NotMeasured."""
        if self.last_on < self.first_on:
            raise NotMeasured("to", "`to` is before `from`: say the earlier day first.")
        if (self.last_on - self.first_on).days >= MOST_DAYS:
            raise NotMeasured("to", f"A period has at most {MOST_DAYS} days: say fewer.")


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures over one period as of an instant."""

    as_of: datetime
    visits: Tally
    contacts: Tally


class MeasureHomeVisits:
    """Counts discharges home, of one hospital or of all."""

    def __init__(self, patients: SeePatients, sites: Sites, clock: Clock) -> None:
        self._patients = patients
        self._sites = sites
        self._clock = clock

    async def __call__(self, person: Person, period: Period, site: str | None) -> Measured:
        """Raises NotMeasured, or TransientError where the database is away."""
        codes = [one.code for one in self._sites.all if site in (None, one.code)]
        if not codes:
            known = ", ".join(sorted(one.code for one in self._sites.all))
            raise NotMeasured("site", f"No such hospital: say one of {known}, or none for all.")
        stretches = [self._stretch(period, code) for code in codes]
        discharges: list[HomeDischarge] = []
        for code, read in zip(codes, await self._read(person, stretches), strict=True):
            if read is None:
                words = f"{code} has more than {MOST_DISCHARGES} discharges home then"
                raise NotMeasured("to", f"{words}: say fewer days.")
            discharges += read
        return self._measured(discharges, max(one.ends_at for one in stretches))

    async def each(
        self, person: Person, asked: Sequence[tuple[Period, str]]
    ) -> list[Measured | None]:
        """For each period and hospital; None where it has more discharges than can be counted.

        Raises TransientError where the database is away.
        """
        stretches = [self._stretch(period, site) for period, site in asked]
        found = await self._read(person, stretches)
        return [
            None if read is None else self._measured(read, stretch.ends_at)
            for stretch, read in zip(stretches, found, strict=True)
        ]

    async def _read(
        self, person: Person, stretches: Sequence[Stretch]
    ) -> list[list[HomeDischarge] | None]:
        """The discharges of each stretch; None where they are too many."""
        sight = self._patients.by(person)
        found = await sight.discharges_home(stretches, MOST_DISCHARGES + 1)
        return [read if len(read) <= MOST_DISCHARGES else None for read in found]

    def _stretch(self, period: Period, site: str) -> Stretch:
        zone = self._sites.zone(site)
        after = period.last_on + timedelta(days=1)
        return Stretch(site, midnight(period.first_on, zone), midnight(after, zone))

    def _measured(self, discharges: Sequence[HomeDischarge], ends_at: datetime) -> Measured:
        """A period that is not over is provisional whatever is known of it."""
        now = self._clock.now()
        goes_on = now < ends_at
        visits, contacts = home_visits(discharges, now), first_contacts(discharges, now)
        return Measured(
            now,
            replace(visits, provisional=visits.provisional or goes_on),
            replace(contacts, provisional=contacts.provisional or goes_on),
        )
