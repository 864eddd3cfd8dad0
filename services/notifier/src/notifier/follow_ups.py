"""Reads from `transitions.v1` how a follow-up stands, as far as a text to its patient goes."""

from care_chassis.events import Event
from care_contracts.transitions import TransitionKind, TransitionSnapshot, TransitionState
from notifier.domain.replies import number_in
from notifier.domain.stories import DIED
from notifier.domain.texts import FollowUp

_SILENCING = frozenset({"deceased", "suppress_patient_messages"})
"""Flags of a transition whose patient is not to be written to."""


def read_follow_up(event: Event) -> FollowUp:
    """How a transition stands, as far as a text to its patient goes."""
    body = TransitionSnapshot.model_validate_json(event.data)
    numbers = (number_in(phone) for phone in body.patient.phones)
    return FollowUp(
        transition_id=body.transition_id,
        version=body.version,
        site=body.site,
        patient_key=body.patient.patient_key,
        visit_key=body.visit_key,
        number=next(filter(None, numbers), None),
        is_wanted=_is_text_wanted(body),
        discharged_at=body.discharged_at,
        correlation_id=event.correlation_id,
        traceparent=event.traceparent,
    )


def _is_text_wanted(body: TransitionSnapshot) -> bool:
    """Not while it is only supposed that the patient went home: a provisional one waits."""
    return (
        body.kind is TransitionKind.HOME_VISIT
        and body.state is TransitionState.ACTIVE
        and not body.patient.deceased
        and _SILENCING.isdisjoint(body.flags)
        and body.disposition not in DIED
        and not body.retracted
    )
