"""What the orchestrator says on `transitions.v1`: domain values turned into the contracts."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from care_chassis.events import OutgoingEvent
from care_contracts.base import Contract
from care_contracts.topics import TRANSITIONS
from care_contracts.transitions import (
    EncounterSnapshot,
    TransitionEventType,
    TransitionSnapshot,
)
from transition_orchestrator.domain.cluster import FollowedEncounter
from transition_orchestrator.domain.plan import Step, StepState
from transition_orchestrator.domain.standing import Change
from transition_orchestrator.domain.transitions import (
    EncounterView,
    Transition,
    TransitionView,
    former_encounter_id_of,
    task_id_of,
)

_SOURCE = "/transition-orchestrator"
_NAMES = {
    told: tuple(field.name for field in fields(told))
    for told in (TransitionView, EncounterView, Step)
}


@dataclass(frozen=True, slots=True)
class Cause:
    """The event that a change follows from, as far as it travels on."""

    correlation_id: str = ""
    traceparent: str = ""


def change_event(change: Change, cause: Cause, changed_at: datetime) -> OutgoingEvent:
    """The event that tells how a transition now stands."""
    kind = TransitionEventType(f"transition.{change.announcement.value}")
    body = transition_snapshot(change.transition, changed_at)
    return _event(kind, str(body.transition_id), body, cause, changed_at)


def followed_event(
    followed: FollowedEncounter, cause: Cause, changed_at: datetime
) -> Sequence[OutgoingEvent]:
    """The event that tells how a visit now stands; none for a visit that is not told of."""
    if followed.view is None:
        return ()
    body = encounter_snapshot(followed.view, followed.version, changed_at)
    kind = TransitionEventType.ENCOUNTER_FOLLOWED
    return (_event(kind, str(body.encounter_id), body, cause, changed_at),)


def transition_snapshot(transition: Transition, changed_at: datetime) -> TransitionSnapshot:
    """The whole state of a transition."""
    view = transition.view
    steps = [
        _told(step) | {"task_id": task_id_of(transition.transition_id, step.code)}
        for step in view.steps
        if step.state is not StepState.DROPPED
    ]
    return TransitionSnapshot.model_validate(
        _told(view)
        | {
            "transition_id": transition.transition_id,
            "version": transition.version,
            "retracted": transition.is_retracted,
            "steps": steps,
            "changed_at": changed_at,
        },
        from_attributes=True,
    )


def encounter_snapshot(
    view: EncounterView, version: int, changed_at: datetime
) -> EncounterSnapshot:
    """The whole state of a visit."""
    return EncounterSnapshot.model_validate(
        _told(view)
        | {
            "encounter_id": view.encounter_id or former_encounter_id_of(view.visit_key),
            "version": version,
            "changed_at": changed_at,
        },
        from_attributes=True,
    )


def _told(value: TransitionView | EncounterView | Step) -> dict[str, Any]:
    """The fields of a domain value by name, its parts as they are.

    The contracts read those by attribute; `asdict`, which copies them to the last, takes two
    thirds of the time of a whole batch.
    """
    return {name: getattr(value, name) for name in _NAMES[type(value)]}


def _event(
    kind: TransitionEventType,
    subject: str,
    body: TransitionSnapshot | EncounterSnapshot,
    cause: Cause,
    changed_at: datetime,
) -> OutgoingEvent:
    contract: Contract = body
    return OutgoingEvent(
        topic=TRANSITIONS,
        key=body.patient.patient_key,
        event_id=f"{kind.value}:{subject}:{body.version}",
        type=kind.value,
        source=_SOURCE,
        subject=subject,
        time=changed_at,
        data=contract.to_json(),
        correlation_id=cause.correlation_id,
        traceparent=cause.traceparent,
    )
