"""A person's visits side by side: which admission follows which discharge."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice, takewhile
from typing import NamedTuple, TypeVar

from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.messages import VisitKey
from transition_orchestrator.domain.routing import TransitionKind, is_stay
from transition_orchestrator.domain.stays import Stay, is_admitted_here

READMISSION_DAYS = 30
TRANSFER_WITHIN = timedelta(hours=24)


class Arrival(NamedTuple):
    """A visit at the instant at which it began."""

    at: datetime
    stay: Stay


class Departure(NamedTuple):
    """A visit at the instant at which its standing discharge took place."""

    at: datetime
    stay: Stay


@dataclass(frozen=True)
class History:
    """All visits of one person, sorted once, so that no question looks at all of them again."""

    stays: Sequence[Stay]

    @cached_property
    def _arrivals(self) -> list[Arrival]:
        found = [Arrival(at, one) for one in self.stays if one.stands and (at := one.admitted_at)]
        return sorted(found, key=_place)

    @cached_property
    def _admissions(self) -> list[Arrival]:
        return [one for one in self._arrivals if one.stay.is_admission]

    @cached_property
    def _emergencies(self) -> list[Arrival]:
        return [one for one in self._arrivals if one.stay.is_emergency]

    @cached_property
    def _by_emergency(self) -> list[Arrival]:
        return [one for one in self._arrivals if one.stay.encounter.was_emergency]

    @cached_property
    def _departures(self) -> list[Departure]:
        found = [Departure(last.discharged_at, one) for one in self.stays if (last := one.standing)]
        return sorted(found, key=_place)

    @cached_property
    def _ended_stays(self) -> list[Departure]:
        return [one for one in self._departures if is_stay(one.stay.encounter.encounter_class)]

    @cached_property
    def _deaths(self) -> list[datetime]:
        return [one.at for one in self._departures if one.stay.ended_in_death]

    def died_at(self, since: datetime) -> datetime | None:
        """When a visit ended in death, by its disposition, at an instant or after it."""
        return next((at for at in self._deaths if at >= since), None)

    @cached_property
    def ends_in_death(self) -> bool:
        """Whether the person died in a visit and was taken in nowhere afterwards."""
        return bool(self._deaths) and all(one.at <= self._deaths[-1] for one in self._admissions)

    def admission_after(self, stay: Stay, since: datetime, until: datetime) -> Arrival | None:
        """The visit into which the person was next taken in, another one, within a span.

        The next leg of a journey to a nursing or rehabilitation facility is no such admission.
        """
        return next(
            (
                one
                for one in _between(self._admissions, since, until)
                if one.stay is not stay and not self._is_facility_leg(stay, one.stay)
            ),
            None,
        )

    def _is_facility_leg(self, stay: Stay, arrival: Stay) -> bool:
        last = stay.standing
        tracked = last and last.final.route.kind is TransitionKind.FACILITY_TRACKING
        return bool(tracked) and self.transferred_from(arrival) is stay

    def came_home_from_facility_at(self, stay: Stay) -> datetime | None:
        """When a facility that is one of our own discharged the patient whom it was sent."""
        last = stay.standing
        if last is None:
            return None
        legs = _between(self._admissions, last.discharged_at, last.discharged_at + TRANSFER_WITHIN)
        ends = (one.stay.standing for one in legs if self._is_facility_leg(stay, one.stay))
        return min((end.discharged_at for end in ends if end), default=None)

    def came_to_emergency(self, stay: Stay, since: datetime, until: datetime) -> bool:
        found = _between(self._emergencies, since, until)
        return any(one.stay is not stay for one in found)

    def emergency_visits_before(self, stay: Stay, since: datetime, until: datetime) -> int:
        """Registrations in the emergency department under other visit numbers, `until` excluded.

        The one that led to the stay does not count (rulebook section 5, E).
        """
        led = self.transferred_from(stay)
        found = _between(self._by_emergency, since, until)
        return sum(one.at < until and one.stay is not stay and one.stay is not led for one in found)

    def came_by_emergency(self, stay: Stay) -> bool:
        """Whether the way into the stay led through an emergency department (D-09).

        Its visit is the same one, or another one of which the admission is the next leg.
        """
        led = self.transferred_from(stay)
        return stay.encounter.was_emergency or (led is not None and led.is_emergency)

    def was_urgent(self, stay: Stay) -> bool:
        """Whether the admission was an emergency or urgent (D-09)."""
        return stay.is_urgent or self.came_by_emergency(stay)

    def admissions(self, stay: Stay, since: datetime, until: datetime) -> Sequence[Stay]:
        """The other admissions of a span, `until` excluded."""
        found = _between(self._admissions, since, until)
        return [one.stay for one in found if one.at < until and one.stay is not stay]

    def index_of(self, stay: Stay, days: LocalDays) -> Stay | None:
        """The stay that this admission is a readmission after; a transfer is none.

        A way into it through an emergency department that has a visit number of its own hides no
        earlier stay (rulebook section 6, A01): that visit is where the next leg begins, no index.
        """
        arrived_at, led = self._taken_in_at(stay), self.transferred_from(stay)
        if arrived_at is None or (led and is_stay(led.encounter.encounter_class)):
            return None
        before = self._ended_before(stay, arrived_at, days, READMISSION_DAYS)
        return before.stay if before and not _awaited(before, arrived_at) else None

    def joined_to(self, stay: Stay, days: LocalDays) -> Stay | None:
        """The stay that ended on the day of this admission or the day before: one stay (PCR)."""
        arrived_at = self._taken_in_at(stay)
        before = self._ended_before(stay, arrived_at, days, 1) if arrived_at else None
        return before.stay if before else None

    def _ended_before(
        self, stay: Stay, arrived_at: datetime, days: LocalDays, most: int
    ) -> Departure | None:
        """The last end of another stay, if it is no more than so many local dates back."""
        before = _last_before(self._ended_stays, stay, arrived_at)
        if before is None:
            return None
        elapsed = days.date_of(arrived_at) - days.date_of(before.at)
        return before if elapsed.days <= most else None

    def transferred_from(self, stay: Stay) -> Stay | None:
        """The visit of which this admission is the next leg."""
        arrived_at = self._taken_in_at(stay)
        if arrived_at is None:
            return None
        before = _last_before(self._departures, stay, arrived_at)
        soon = before is not None and arrived_at - before.at <= TRANSFER_WITHIN
        if before and soon and before.stay.leads_to(stay):
            return before.stay
        return self._emergency_before(stay, arrived_at)

    def _emergency_before(self, stay: Stay, arrived_at: datetime) -> Stay | None:
        """The emergency visit that ended, a little later, in this admission: its books lag."""
        lagging = _between(self._departures, arrived_at, arrived_at + TRANSFER_WITHIN)
        for one in lagging:
            last, began_at = one.stay.standing, one.stay.admitted_at
            came_first = began_at is not None and began_at <= arrived_at
            if one.stay is not stay and came_first and last and is_admitted_here(last):
                return one.stay
        return None

    def _taken_in_at(self, stay: Stay) -> datetime | None:
        return stay.admitted_at if stay.is_admission and stay.stands else None

    def episode_begins_with(self, stay: Stay) -> Stay:
        """The first leg of the journey that this stay belongs to."""
        first, seen = stay, {stay.visit_key}
        while (before := self.transferred_from(first)) and before.visit_key not in seen:
            first = before
            seen.add(before.visit_key)
        return first


E = TypeVar("E", Arrival, Departure)


def _place(one: Arrival | Departure) -> tuple[datetime, VisitKey]:
    return one.at, one.stay.visit_key


def _between(found: Sequence[E], since: datetime, until: datetime) -> Iterator[E]:
    """Those of a sorted list that fall into a span, its ends included."""
    first = bisect_left(found, since, key=_instant)
    return takewhile(lambda one: one.at <= until, islice(found, first, None))


def _last_before(found: Sequence[Departure], stay: Stay, at: datetime) -> Departure | None:
    """The last departure from another visit up to an instant."""
    places = range(bisect_right(found, at, key=_instant) - 1, -1, -1)
    return next((found[place] for place in places if found[place].stay is not stay), None)


def _awaited(before: Departure, arrived_at: datetime) -> bool:
    """Whether the stay ended in a transfer to a hospital, a day before the arrival at most."""
    last = before.stay.standing
    is_transfer = last is not None and last.final.route.kind is TransitionKind.ACUTE_TRANSFER_WATCH
    return is_transfer and arrived_at - before.at <= TRANSFER_WITHIN


def _instant(one: Arrival | Departure) -> datetime:
    return one.at
