"""A person's visits side by side: which admission follows which discharge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.course import (
    Course,
    EncounterStatus,
    course_of,
    status_of,
)
from transition_orchestrator.domain.discharges import Discharge, discharge_of
from transition_orchestrator.domain.encounter import Encounter, EncounterClass, MomentKind
from transition_orchestrator.domain.messages import VisitKey
from transition_orchestrator.domain.routing import TransitionKind, is_stay

READMISSION_DAYS = 30
TRANSFER_WITHIN = timedelta(hours=24)
_ADMITTING = frozenset(
    {EncounterClass.INPATIENT, EncounterClass.OBSERVATION, EncounterClass.OBSTETRICS}
)


@dataclass(frozen=True)
class Stay:
    """A visit with what follows from it."""

    encounter: Encounter

    @cached_property
    def course(self) -> Course:
        return course_of(self.encounter.moments)

    @cached_property
    def status(self) -> EncounterStatus:
        return status_of(self.encounter, self.course)

    @cached_property
    def discharges(self) -> tuple[Discharge, ...]:
        """All discharges, those taken back among them, oldest first."""
        return tuple(discharge_of(self.encounter, run) for run in self.course.runs)

    @property
    def standing(self) -> Discharge | None:
        return self.discharges[-1] if self.course.standing else None

    @property
    def visit_key(self) -> VisitKey:
        return self.encounter.visit_key

    @cached_property
    def admitted_at(self) -> datetime | None:
        return self.encounter.admitted_at

    @property
    def stands(self) -> bool:
        return self.status is not EncounterStatus.CANCELLED

    @property
    def is_admission(self) -> bool:
        """Whether the patient was taken in: by class, or by an A01 where the class is not known."""
        known = self.encounter.encounter_class
        if known in (None, EncounterClass.UNKNOWN):
            return any(one.kind is MomentKind.ADMITTED for one in self.encounter.moments)
        return known in _ADMITTING

    @property
    def is_emergency(self) -> bool:
        return self.encounter.encounter_class is EncounterClass.EMERGENCY

    @property
    def awaits_transfer(self) -> bool:
        last = self.standing
        return last is not None and last.final.route.kind is TransitionKind.ACUTE_TRANSFER_WATCH


@dataclass(frozen=True)
class History:
    """All visits of one person."""

    stays: Sequence[Stay]

    def admission_after(self, stay: Stay, since: datetime, until: datetime) -> datetime | None:
        """When the person was next taken in, in another visit, within a span."""
        return min(
            (at for other, at in self._arrivals(stay, since, until) if other.is_admission),
            default=None,
        )

    def came_to_emergency(self, stay: Stay, since: datetime, until: datetime) -> bool:
        return any(other.is_emergency for other, _ in self._arrivals(stay, since, until))

    def emergency_visits_before(self, stay: Stay, since: datetime, until: datetime) -> int:
        """Registrations in the emergency department under other visit numbers, `until` excluded."""
        return sum(
            other.encounter.was_emergency and at < until
            for other, at in self._arrivals(stay, since, until)
        )

    def admissions(self, stay: Stay, since: datetime, until: datetime) -> Sequence[Stay]:
        """The other admissions of a span, `until` excluded."""
        arrivals = self._arrivals(stay, since, until)
        return [other for other, at in arrivals if other.is_admission and at < until]

    def _arrivals(
        self, stay: Stay, since: datetime, until: datetime
    ) -> Iterable[tuple[Stay, datetime]]:
        for other in self.stays:
            at = other.admitted_at
            if other is not stay and other.stands and at and since <= at <= until:
                yield other, at

    def index_of(self, stay: Stay, days: LocalDays) -> Stay | None:
        """The stay that this admission is a readmission after; a transfer is none."""
        before = self._last_discharge_before(stay)
        if before is None or before is self.transferred_from(stay):
            return None
        index, at = stay.admitted_at, before.standing
        if not (index and at and is_stay(before.encounter.encounter_class)):
            return None
        elapsed = days.date_of(index) - days.date_of(at.discharged_at)
        return before if elapsed.days <= READMISSION_DAYS else None

    def transferred_from(self, stay: Stay) -> Stay | None:
        """The stay that ended in a transfer to another hospital, of which this is the next leg."""
        before = self._last_discharge_before(stay)
        if before is None or before.standing is None or stay.admitted_at is None:
            return None
        soon = stay.admitted_at - before.standing.discharged_at <= TRANSFER_WITHIN
        return before if soon and before.awaits_transfer else None

    def episode_begins_with(self, stay: Stay) -> Stay:
        """The first leg of the journey that this stay belongs to."""
        first, seen = stay, {stay.visit_key}
        while (before := self.transferred_from(first)) and before.visit_key not in seen:
            first = before
            seen.add(before.visit_key)
        return first

    def _last_discharge_before(self, stay: Stay) -> Stay | None:
        admitted_at = stay.admitted_at
        if admitted_at is None or not stay.is_admission or not stay.stands:
            return None
        earlier = [
            (last.discharged_at, other.visit_key, other)
            for other in self.stays
            if other is not stay and (last := other.standing) and last.discharged_at <= admitted_at
        ]
        return max(earlier, key=lambda one: one[:2])[2] if earlier else None
