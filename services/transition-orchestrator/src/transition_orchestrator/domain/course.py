"""A visit's course: which discharges stand and which were taken back, from the set of moments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from transition_orchestrator.domain.encounter import (
    CHANGED_CLASS,
    Encounter,
    EncounterClass,
    Moment,
    MomentKind,
)
from transition_orchestrator.domain.merging import Stamp, Statement


class EncounterStatus(StrEnum):
    """Where the visit stands."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Run:
    """The discharge messages between two cancels: one discharge, said once or several times."""

    discharges: tuple[Moment, ...]
    after: Stamp | None
    """The cancel before it, which is where its own story begins."""
    cancelled_by: Moment | None

    @property
    def event_ids(self) -> frozenset[str]:
        return frozenset(moment.event_id for moment in self.discharges)

    @property
    def began_at(self) -> datetime:
        """When the discharge was first recorded."""
        return min(moment.recorded_at for moment in self.discharges)

    def tells(self, statement: Statement) -> bool:
        """Whether a statement was made in this run's own time."""
        stamp = statement.stamp
        if stamp.event_id in self.event_ids:
            return True
        begun = self.after is None or stamp.recorded_at > self.after.recorded_at
        return begun and self.precedes_its_end(statement)

    def precedes_its_end(self, statement: Statement) -> bool:
        end = self.cancelled_by
        return end is None or statement.stamp.recorded_at < end.recorded_at


@dataclass(frozen=True, slots=True)
class Course:
    """How a visit went."""

    runs: tuple[Run, ...]
    is_cancelled: bool

    @property
    def standing(self) -> Run | None:
        """The discharge that nothing has taken back."""
        last = self.runs[-1] if self.runs else None
        return last if last and last.cancelled_by is None else None


def course_of(moments: Iterable[Moment]) -> Course:
    """The course that a set of moments tells, in whatever order they became known."""
    tracing = _Tracing()
    ordered = _in_order(tuple(moments))
    for moment in ordered:
        tracing.add(moment)
    tracing.close(None)
    return Course(tuple(tracing.runs), tracing.is_cancelled)


class _Tracing:
    """Builds the runs, moment by moment."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.is_cancelled = False
        self._open: list[Moment] = []
        self._after: Stamp | None = None

    def add(self, moment: Moment) -> None:
        match moment.kind:
            case MomentKind.ADMITTED | MomentKind.REGISTERED:
                self.is_cancelled = False
            case MomentKind.DISCHARGED:
                self.is_cancelled = False
                self._open.append(moment)
            case MomentKind.DISCHARGE_CANCELLED:
                if not self._names_an_earlier_discharge(moment):
                    self.close(moment)
            case MomentKind.ADMISSION_CANCELLED:
                self.is_cancelled = True
                self.close(moment)
            case _:  # plans begin and end nothing
                pass

    def close(self, cancel: Moment | None) -> None:
        if self._open:
            self.runs.append(Run(tuple(self._open), self._after, cancel))
            self._open = []
            self._after = cancel.stamp if cancel else None

    def _names_an_earlier_discharge(self, cancel: Moment) -> bool:
        """A cancel sent again, after the patient was discharged anew, cancels nothing more."""
        if cancel.occurred_at is None or _takes_place(self._open, cancel.occurred_at):
            return False
        return any(_takes_place(run.discharges, cancel.occurred_at) for run in self.runs)


def _takes_place(discharges: Sequence[Moment], at: datetime) -> bool:
    return any(moment.took_place_at == at for moment in discharges)


def _in_order(moments: tuple[Moment, ...]) -> list[Moment]:
    """By when they were recorded; in the same instant a cancel follows what it cancels."""
    named: dict[datetime, set[datetime]] = {}
    for moment in moments:
        if moment.kind is MomentKind.DISCHARGE_CANCELLED and moment.occurred_at:
            named.setdefault(moment.recorded_at, set()).add(moment.occurred_at)

    def place(moment: Moment) -> tuple[datetime, int, str]:
        return moment.recorded_at, _rank(moment, named.get(moment.recorded_at)), moment.event_id

    return sorted(moments, key=place)


def _rank(moment: Moment, named_by_cancels: set[datetime] | None) -> int:
    if moment.kind.is_cancel:
        return 2
    if moment.kind is not MomentKind.DISCHARGED:
        return 0
    # A correction sent as a pair, cancel and new discharge, in one instant
    is_new = named_by_cancels is not None and moment.took_place_at not in named_by_cancels
    return 3 if is_new else 1


_UNDER_WAY = (EncounterClass.INPATIENT, EncounterClass.OBSERVATION, EncounterClass.EMERGENCY)


def status_of(encounter: Encounter, course: Course) -> EncounterStatus:
    """Where a visit stands; an update alone never changes that."""
    if course.is_cancelled:
        return EncounterStatus.CANCELLED
    if course.standing:
        return EncounterStatus.FINISHED
    if _was_admitted(encounter) or course.runs:
        return EncounterStatus.IN_PROGRESS
    return _status_of_plan(encounter) or _status_by_class(encounter.encounter_class)


def _was_admitted(encounter: Encounter) -> bool:
    return any(
        moment.kind in (MomentKind.ADMITTED, MomentKind.DISCHARGE_CANCELLED)
        for moment in encounter.moments
    )


def _status_of_plan(encounter: Encounter) -> EncounterStatus | None:
    """Where a visit stands that was planned, and of which nothing has come yet."""
    kinds = {moment.kind for moment in encounter.moments}
    if MomentKind.REGISTERED in kinds or CHANGED_CLASS in encounter.facts:
        return None
    plan = newest_of(encounter, MomentKind.PLANNED, MomentKind.PLAN_CANCELLED)
    if plan is None:
        return None
    stands = plan.kind is MomentKind.PLANNED
    return EncounterStatus.PLANNED if stands else EncounterStatus.CANCELLED


def newest_of(encounter: Encounter, *kinds: MomentKind) -> Moment | None:
    """The last moment of some kinds; in one instant a cancel follows what it cancels."""
    found = [moment for moment in encounter.moments if moment.kind in kinds]
    return max(
        found, key=lambda one: (one.recorded_at, one.kind.is_cancel, one.event_id), default=None
    )


def expects_discharge(encounter: Encounter, course: Course) -> bool:
    """Whether a discharge is planned (A16) that is neither called off (A25) nor has come since."""
    plan = newest_of(encounter, MomentKind.DISCHARGE_PLANNED, MomentKind.DISCHARGE_PLAN_CANCELLED)
    if plan is None or plan.kind.is_cancel or course.is_cancelled or course.standing:
        return False
    return not course.runs or plan.recorded_at > course.runs[-1].began_at


def _status_by_class(encounter_class: EncounterClass | None) -> EncounterStatus:
    if encounter_class in _UNDER_WAY:
        return EncounterStatus.IN_PROGRESS
    if encounter_class is EncounterClass.PREADMIT:
        return EncounterStatus.PLANNED
    return EncounterStatus.ARRIVED
