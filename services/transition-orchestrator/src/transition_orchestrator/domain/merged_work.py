"""What a merge leaves of the follow-ups of what it merges: at most one that is live."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from transition_orchestrator.domain.desired import Desired
from transition_orchestrator.domain.merging import Stamp
from transition_orchestrator.domain.stays import Stay
from transition_orchestrator.domain.transitions import Reason, TransitionState


def ended_by_merge(desired: Desired) -> Desired:
    """A follow-up whose visit was merged into one that has its own (A42)."""
    view = desired.view
    if view.state in (TransitionState.VOIDED, TransitionState.SUPERSEDED):
        return desired
    return replace(desired, view=view.ended(TransitionState.SUPERSEDED, Reason.MERGED))


def of_one_account(
    wanted: Sequence[tuple[Stay, Desired]], merges: Iterable[tuple[Stamp, frozenset[str]]]
) -> list[Desired]:
    """Of the live follow-ups of accounts that were merged (A41), only that of the last discharge.

    `merges` are the accounts that came together, with when. What was discharged after that is
    somebody's next visit on the account, and no part of the merge.
    """
    left = list(wanted)
    for stamp, accounts in merges:
        live = [
            (desired.view.discharged_at, stay.visit_key, place)
            for place, (stay, desired) in enumerate(left)
            if accounts & stay.accounts and _was_live_at(desired, stamp.recorded_at)
        ]
        for *_, place in sorted(live)[:-1]:
            stay, desired = left[place]
            left[place] = stay, ended_by_merge(desired)
    return [desired for _, desired in left]


def _was_live_at(desired: Desired, at: datetime) -> bool:
    """Whether the follow-up was open at an instant, whatever has ended it since."""
    match desired.view.state:
        case TransitionState.ACTIVE | TransitionState.PROVISIONAL:
            lived_on = True
        case TransitionState.CLOSED:
            lived_on = desired.view.closes_at > at
        case TransitionState.INTERRUPTED:
            lived_on = desired.readmitted_at is not None and desired.readmitted_at > at
        case _:
            lived_on = False
    return lived_on and desired.began_at < at
