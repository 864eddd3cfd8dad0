"""What there is to do before a discharge that is planned (A16): rulebook sections 6 and 11."""

from dataclasses import dataclass, replace
from datetime import datetime

from transition_orchestrator.domain.attribution import attribution_of
from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.clocks import Clocks, Hedis
from transition_orchestrator.domain.course import Run
from transition_orchestrator.domain.desired import Desired
from transition_orchestrator.domain.encounter import Moment, MomentKind
from transition_orchestrator.domain.merging import instant_of, value_of
from transition_orchestrator.domain.person import Person
from transition_orchestrator.domain.plan import Case, Step
from transition_orchestrator.domain.programme import Programme
from transition_orchestrator.domain.routing import Eligibility, TransitionKind
from transition_orchestrator.domain.schedule import Schedule
from transition_orchestrator.domain.situations import Place
from transition_orchestrator.domain.stays import Stay
from transition_orchestrator.domain.tcm_terms import Tcm
from transition_orchestrator.domain.transitions import Reason, TransitionState, TransitionView

_KIND = TransitionKind.DISCHARGE_PLANNING


@dataclass(frozen=True, slots=True)
class Planned:
    """A stay for which a discharge was planned at least once."""

    person: Person
    stay: Stay
    plans: tuple[Moment, ...]
    """The messages that planned it, oldest first."""

    @property
    def event_ids(self) -> frozenset[str]:
        return frozenset(one.event_id for one in self.plans)

    def expected_at(self, place: Place) -> datetime:
        """As last said, also where it has come or was called off; else by the end of the next day.

        A message that gives no time means a discharge that is near (own choice).
        """
        said = instant_of(value_of(self.stay.encounter.facts, "expected_discharge_at"))
        return said or place.days.end_of_next_day(self.plans[-1].recorded_at)


def planned_of(person: Person, stay: Stay) -> Planned | None:
    """The planning that a stay ever called for; None where no discharge was planned.

    What is said of a plan when the patient is gone already plans nothing.
    """
    plans = tuple(
        one
        for one in stay.encounter.moments
        if one.kind is MomentKind.DISCHARGE_PLANNED
        and not any(_is_gone(run, one) for run in stay.course.runs)
    )
    return Planned(person, stay, plans) if plans and not stay.is_purged else None


def _is_gone(run: Run, plan: Moment) -> bool:
    back = run.cancelled_by
    return run.began_at <= plan.recorded_at and not (back and back.recorded_at <= plan.recorded_at)


def planning_of(planned: Planned, place: Place, programme: Programme) -> Desired | None:
    """The planning as it must stand, a function of all that is known.

    A25 withdraws it, a later A16 brings it back, the discharge takes its place.
    """
    plan = programme.plans.get(_KIND)
    if plan is None:
        return None
    expected_at, began_at = planned.expected_at(place), planned.plans[0].recorded_at
    closes_at = plan.period.due_at(expected_at, place.days)
    state, reason = _standing(planned, closes_at, place.now)
    case = case_before(expected_at, began_at, planned.stay.admitted_at, place.days)
    schedule = Schedule(plan, case, case.circumstances, is_open=True)
    view = _view(planned, programme, case, schedule.steps())
    attribution = attribution_of(
        planned.person, planned.stay.encounter.facts, _KIND, None, place.attribution
    )
    view = replace(view, closes_at=closes_at, attribution=attribution)
    ended = None if reason is None else view.ended(state, reason)
    return Desired(planned.event_ids, began_at, None, ended or view, schedule)


def case_before(
    expected_at: datetime, began_at: datetime, admitted_at: datetime | None, days: LocalDays
) -> Case:
    """What the steps before a discharge depend on: its time, and when it was first planned."""
    return Case(
        expected_at,
        frozenset(),
        days,
        admitted_at=admitted_at,
        expected_discharge_at=expected_at,
        begins_at=began_at,
    )


def _standing(
    planned: Planned, closes_at: datetime, now: datetime
) -> tuple[TransitionState, Reason | None]:
    course = planned.stay.course
    if course.is_cancelled:
        return TransitionState.VOIDED, Reason.ADMISSION_CANCELLED
    if planned.person.known_dead_since:
        return TransitionState.CLOSED, Reason.DECEASED
    if not planned.stay.expects_discharge:
        return _answered(planned)
    over = now > closes_at
    return (TransitionState.CLOSED, Reason.PERIOD_OVER) if over else (TransitionState.ACTIVE, None)


def _answered(planned: Planned) -> tuple[TransitionState, Reason]:
    """The discharge came, or was called off."""
    if planned.stay.course.runs:
        return TransitionState.SUPERSEDED, Reason.DISCHARGED
    return TransitionState.VOIDED, Reason.DISCHARGE_PLAN_CANCELLED


def _view(
    planned: Planned, programme: Programme, case: Case, steps: tuple[Step, ...]
) -> TransitionView:
    encounter = planned.stay.encounter
    return TransitionView(
        site=encounter.site,
        patient=planned.person.patient,
        visit_key=encounter.visit_key,
        visit=encounter.visit,
        former_visits=planned.stay.former_visits,
        kind=_KIND,
        state=TransitionState.ACTIVE,
        reason=None,
        flags=(),
        protocol=programme.label,
        programme=programme.followed,
        discharged_at=case.discharged_at,
        discharged_on=case.days.date_of(case.discharged_at),
        disposition=None,
        closes_at=case.discharged_at,
        business_days=(),
        tcm=Tcm(Eligibility.NO),
        clocks=Clocks(),
        hedis=Hedis(),
        steps=steps,
        attending=None,
        primary_care_provider=planned.person.primary_care_provider,
        diagnoses=(),
    )
