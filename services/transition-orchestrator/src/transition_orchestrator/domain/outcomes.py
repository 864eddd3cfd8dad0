"""What becomes of the follow-ups that one discharge has called for, whatever came after it."""

from dataclasses import dataclass
from datetime import datetime

from transition_orchestrator.domain.discharges import Belief, Discharge
from transition_orchestrator.domain.encounter import MomentKind
from transition_orchestrator.domain.history import TRANSFER_WITHIN
from transition_orchestrator.domain.routing import Flag, TransitionKind
from transition_orchestrator.domain.transitions import Reason, TransitionState

_DEAD = frozenset({Flag.DECEASED, Flag.SUPPRESS_PATIENT_MESSAGES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What else is known of the person, as far as it concerns one discharge."""

    dead_since: datetime | None
    """When it was said that the person is dead, or a visit ended in death."""
    readmitted_at: datetime | None
    came_to_emergency: bool
    came_home_at: datetime | None
    """When a facility of our own that the patient was sent to discharged them."""
    record_deleted: bool
    closes_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """One follow-up and how it must stand."""

    kind: TransitionKind
    belief: Belief
    state: TransitionState
    reason: Reason | None
    flags: frozenset[Flag]


def outcomes_of(discharge: Discharge, around: Around) -> tuple[Outcome, ...]:
    """One outcome for each kind of follow-up that was ever right for the discharge.

    All of them are a function of what is known: a follow-up that was voided, superseded or closed
    is there even if the message that ended it was the first to arrive.
    """
    if around.dead_since and discharge.came_with_death:
        return ()
    leading = leading_kind(discharge, around.dead_since)
    return tuple(
        _led(kind, belief, discharge, around)
        if kind is leading
        else _outcome(
            kind, belief, TransitionState.SUPERSEDED, Reason.DISPOSITION_CORRECTED, frozenset()
        )
        for kind, belief in discharge.by_kind.items()
    )


def leading_kind(discharge: Discharge, dead_since: datetime | None) -> TransitionKind | None:
    """The follow-up that stands for the discharge; None where it came to need none."""
    route = discharge.final.route
    ended = discharge.run.cancelled_by or dead_since or route.has_died
    if route.kind is None and ended:
        return next(reversed(discharge.by_kind), None)
    return route.kind


def _led(kind: TransitionKind, belief: Belief, discharge: Discharge, around: Around) -> Outcome:
    cancel = discharge.run.cancelled_by
    if cancel:
        taken_back = cancel.kind is MomentKind.DISCHARGE_CANCELLED
        reason = Reason.DISCHARGE_CANCELLED if taken_back else Reason.ADMISSION_CANCELLED
        return _outcome(kind, belief, TransitionState.VOIDED, reason, frozenset())
    flags = frozenset[Flag]()
    if around.came_to_emergency:
        flags |= {Flag.ED_REVISIT}
    if around.record_deleted:
        flags |= {Flag.RECORD_DELETED}
    if around.dead_since or discharge.final.route.has_died:
        flags |= _DEAD
    state, reason = _standing(kind, belief, discharge, around)
    if reason is Reason.READMITTED:
        flags |= {Flag.READMITTED}
    return _outcome(kind, belief, state, reason, flags)


def _standing(
    kind: TransitionKind, belief: Belief, discharge: Discharge, around: Around
) -> tuple[TransitionState, Reason | None]:
    elsewhere = _taken_elsewhere(kind, discharge, around)
    if elsewhere:
        return elsewhere
    if _died_before(around.closes_at, discharge, around):
        return TransitionState.CLOSED, Reason.DECEASED
    if around.now > around.closes_at:
        return TransitionState.CLOSED, Reason.PERIOD_OVER
    provisional = belief.route.is_provisional
    return (TransitionState.PROVISIONAL if provisional else TransitionState.ACTIVE), None


def _taken_elsewhere(
    kind: TransitionKind, discharge: Discharge, around: Around
) -> tuple[TransitionState, Reason] | None:
    """How a follow-up ends whose patient has another visit that goes on with it, if so."""
    if kind is TransitionKind.FACILITY_TRACKING and _came_home(discharge, around):
        return TransitionState.COMPLETED, Reason.TRANSFERRED
    if around.readmitted_at and not _died_before(around.readmitted_at, discharge, around):
        return _readmitted(kind, discharge, around.readmitted_at)
    return None


def _came_home(discharge: Discharge, around: Around) -> bool:
    """Whether the facility has discharged the patient, whose follow-up is now that of its stay."""
    at = around.came_home_at
    if at is None or at > around.closes_at or _died_before(at, discharge, around):
        return False
    return around.readmitted_at is None or at <= around.readmitted_at


def _died_before(instant: datetime, discharge: Discharge, around: Around) -> bool:
    if discharge.final.route.has_died:
        return True
    return around.dead_since is not None and around.dead_since < instant


def _readmitted(
    kind: TransitionKind, discharge: Discharge, readmitted_at: datetime
) -> tuple[TransitionState, Reason]:
    awaited = kind is TransitionKind.ACUTE_TRANSFER_WATCH
    if awaited and readmitted_at - discharge.discharged_at <= TRANSFER_WITHIN:
        return TransitionState.COMPLETED, Reason.TRANSFERRED
    return TransitionState.INTERRUPTED, Reason.READMITTED


def _outcome(
    kind: TransitionKind,
    belief: Belief,
    state: TransitionState,
    reason: Reason | None,
    flags: frozenset[Flag],
) -> Outcome:
    return Outcome(kind, belief, state, reason, belief.route.flags | flags)
