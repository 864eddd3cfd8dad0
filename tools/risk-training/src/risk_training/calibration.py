"""How well predictions hold on stays that the model has not learnt from."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log
from typing import Final

from risk_training.fitting import fitted
from transition_orchestrator.domain.scoring import Calibration, RiskBand

_BANDS: Final = 10
_PLACES: Final = 4


def calibration_of(predictions: Sequence[float], outcomes: Sequence[bool]) -> Calibration:
    """Brier score; intercept with the slope held at 1; slope with an intercept of its own."""
    log_odds = [log(one / (1 - one)) for one in predictions]
    (intercept,) = fitted([(1.0,)] * len(log_odds), outcomes, log_odds)
    _, slope = fitted([(1.0, one) for one in log_odds], outcomes)
    errors = ((one - came) ** 2 for one, came in zip(predictions, outcomes, strict=True))
    return Calibration(
        stays=len(predictions),
        brier=_mean(errors),
        intercept=round(intercept, _PLACES),
        slope=round(slope, _PLACES),
    )


def bands_of(predictions: Sequence[float], outcomes: Sequence[bool]) -> tuple[RiskBand, ...]:
    """Tenths of the predictions, lowest first; stays of one prediction are in one band."""
    ordered = sorted(zip(predictions, outcomes, strict=True))
    cuts = {ordered[len(ordered) * tenth // _BANDS - 1][0] for tenth in range(1, _BANDS)}
    ends = [0.0, *sorted(cuts - {ordered[-1][0]}), 1.0]
    return tuple(
        _band(above, up_to, [one for one in ordered if above < one[0] <= up_to])
        for above, up_to in pairwise(ends)
    )


def _band(above: float, up_to: float, stays: Sequence[tuple[float, bool]]) -> RiskBand:
    predicted, observed = _mean(one for one, _ in stays), _mean(came for _, came in stays)
    return RiskBand(above, up_to, len(stays), predicted, observed)


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return round(sum(found) / len(found), _PLACES)
