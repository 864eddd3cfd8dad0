"""A visit with what follows from it: its course, its discharges, and where they lead."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from transition_orchestrator.domain.course import (
    Course,
    EncounterStatus,
    course_of,
    expects_discharge,
    status_of,
)
from transition_orchestrator.domain.discharges import Discharge, discharge_of
from transition_orchestrator.domain.encounter import Encounter, EncounterClass, MomentKind
from transition_orchestrator.domain.lace import is_urgent
from transition_orchestrator.domain.merging import instant_of, text_of, value_of
from transition_orchestrator.domain.messages import VisitKey
from transition_orchestrator.domain.routing import ADMITTED_HERE, TransitionKind, normalised

_ADMITTING = frozenset(
    {EncounterClass.INPATIENT, EncounterClass.OBSERVATION, EncounterClass.OBSTETRICS}
)


@dataclass(frozen=True)
class Stay:
    """A visit with what follows from it."""

    encounter: Encounter
    former_visits: tuple[str, ...] = ()
    """Numbers under which it was spoken of before."""
    accounts: frozenset[str] = frozenset()
    is_purged: bool = False

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

    @cached_property
    def standing(self) -> Discharge | None:
        return self.discharges[-1] if self.course.standing else None

    @property
    def visit_key(self) -> VisitKey:
        return self.encounter.visit_key

    @cached_property
    def admitted_at(self) -> datetime | None:
        return self.encounter.admitted_at

    @cached_property
    def stands(self) -> bool:
        """Whether the patient came; a plan is no visit yet."""
        return self.status not in (EncounterStatus.CANCELLED, EncounterStatus.PLANNED)

    @property
    def expects_discharge(self) -> bool:
        """Whether a discharge is planned for a stay that is under way."""
        return expects_discharge(self.encounter, self.course)

    @property
    def expected_discharge_at(self) -> datetime | None:
        """When the planned discharge is expected, as last said; None where none is planned."""
        said = value_of(self.encounter.facts, "expected_discharge_at")
        return instant_of(said) if self.expects_discharge else None

    @cached_property
    def is_admission(self) -> bool:
        """Whether the patient was taken in: by class, or by an A01 where the class is not known."""
        known = self.encounter.encounter_class
        if known in (None, EncounterClass.UNKNOWN):
            return any(one.kind is MomentKind.ADMITTED for one in self.encounter.moments)
        return known in _ADMITTING

    @property
    def ended_in_death(self) -> bool:
        """Whether its disposition says so, as it stands."""
        last = self.standing
        return last is not None and last.final.route.has_died

    @cached_property
    def is_emergency(self) -> bool:
        return self.encounter.encounter_class is EncounterClass.EMERGENCY

    def leads_to(self, arrival: "Stay") -> bool:
        """Whether another visit, beginning within a day, is the next leg of the same journey.

        After a transfer to a hospital any admission is; after one to a nursing or rehabilitation
        facility one that was arranged; after an emergency visit that ended in an admission here,
        that admission. Rulebook section 6, PV1-36, and section 2 on stays in a facility.
        """
        last = self.standing
        if last is None:
            return False
        if is_admitted_here(last):
            return True
        kind = last.final.route.kind
        if kind is TransitionKind.FACILITY_TRACKING:
            return not arrival.is_urgent
        return kind is TransitionKind.ACUTE_TRANSFER_WATCH

    @cached_property
    def is_urgent(self) -> bool:
        """Whether the admission was an emergency or urgent, as far as the visit itself tells."""
        said = text_of(self.encounter.facts, "admission_type")
        return is_urgent(said, came_by_emergency=self.encounter.was_emergency)


def is_admitted_here(discharge: Discharge) -> bool:
    """Whether the discharge was but the end of an out-patient's or emergency visit."""
    return normalised(discharge.final.disposition) in ADMITTED_HERE
