"""What a merge leaves of the follow-ups of what it merges: at most one that is live."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from transition_orchestrator.domain.desired import Desired
from transition_orchestrator.domain.merging import Stamp
from transition_orchestrator.domain.stays import Stay
from transition_orchestrator.domain.transitions import Reason, TransitionState

_LIVES_ON = (TransitionState.ACTIVE, TransitionState.PROVISIONAL, TransitionState.INTERRUPTED)


def ended_by_merge(desired: Desired) -> Desired:
    """A follow-up whose visit was merged into one that has its own (A42)."""
    view = desired.view
    if view.state not in _LIVES_ON:
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
            if desired.view.state.is_open
            and accounts & stay.accounts
            and desired.began_at < stamp.recorded_at
        ]
        for *_, place in sorted(live)[:-1]:
            stay, desired = left[place]
            left[place] = stay, ended_by_merge(desired)
    return [desired for _, desired in left]
