"""The fit finds what can be worked out by hand; calibration tells a model that is off."""

from math import log

import pytest

from risk_training.calibration import bands_of, calibration_of
from risk_training.fitting import NotFittedError, fitted


def outcomes(yes: int, of: int) -> list[bool]:
    return [number < yes for number in range(of)]


def test_two_groups_have_the_log_odds_of_their_shares() -> None:
    rows = [(1.0, 0.0)] * 10 + [(1.0, 1.0)] * 20
    base, added = fitted(rows, outcomes(2, 10) + outcomes(15, 20))
    assert base == pytest.approx(log(2 / 8))
    assert base + added == pytest.approx(log(15 / 5))


def test_what_is_known_besides_is_left_out_of_the_fit() -> None:
    (added,) = fitted([(1.0,)] * 10, outcomes(5, 10), [2.0] * 10)
    assert added == pytest.approx(-2)


@pytest.mark.parametrize("yes", [0, 10])
def test_what_always_happens_has_no_coefficient(yes: int) -> None:
    with pytest.raises(NotFittedError):
        fitted([(1.0,)] * 10, outcomes(yes, 10))


def test_a_column_that_repeats_another_cannot_be_told_from_it() -> None:
    with pytest.raises(NotFittedError):
        fitted([(1.0, 1.0)] * 10, outcomes(5, 10))


def test_predictions_that_hold_are_told_so() -> None:
    predictions = [0.1] * 10 + [0.5] * 10
    told = calibration_of(predictions, outcomes(1, 10) + outcomes(5, 10))
    assert (told.stays, told.intercept, told.slope) == (20, 0, 1)
    assert told.brier == pytest.approx((0.09 + 0.25) / 2)


def test_predictions_too_low_and_too_extreme_are_told_so() -> None:
    predictions = [0.01] * 10 + [0.5] * 10
    told = calibration_of(predictions, outcomes(2, 10) + outcomes(6, 10))
    assert told.intercept > 0
    assert told.slope < 1


def test_stays_of_one_prediction_are_in_one_band() -> None:
    bands = bands_of([0.1] * 15 + [0.3] * 5, outcomes(3, 15) + outcomes(1, 5))
    assert [(one.above, one.up_to, one.stays) for one in bands] == [(0, 0.1, 15), (0.1, 1, 5)]
    assert [(one.predicted, one.observed) for one in bands] == [(0.1, 0.2), (0.3, 0.2)]
