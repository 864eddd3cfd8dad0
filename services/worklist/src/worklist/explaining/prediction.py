"""The sentences about a prediction: what it is made of, how far to trust it, what it decides."""

from collections.abc import Iterator
from typing import Final

from care_contracts.scores import Contribution, Prediction, RiskBand
from worklist.explaining.sentences import Sentence, listed

_OF: Final = "an unplanned readmission within 30 days"
_DECIDES: Final = {
    True: "The plan goes by this tier, as the site has chosen.",
    False: "The plan goes by LACE and not by this.",
}


def about_prediction(prediction: Prediction, *, sets_tier: bool) -> Iterator[Sentence]:
    """What a model says, factor by factor, with its calibration: never the number alone."""
    told = (
        ("risk:prediction", f"{_said(prediction)} {_DECIDES[sets_tier]}"),
        ("risk:prediction:factors", _factors(prediction)),
        ("risk:prediction:calibration", _held(prediction)),
    )
    for about, text in told:
        yield Sentence(about, text, prediction.model)


def summary(prediction: Prediction) -> str:
    """For example `simulated-logistic@1: 14.2 %, moderate risk`."""
    tier = f", {prediction.tier} risk" if prediction.tier else ""
    if prediction.probability is None:
        return f"{prediction.model}: incomplete{tier}"
    return f"{prediction.model}: {_percent(prediction.probability)}{tier}"


def caution(prediction: Prediction) -> str:
    """What has to be known of the model before its number is believed."""
    return f"{prediction.title}, learnt from {prediction.trained_on}"


def _said(prediction: Prediction) -> str:
    model = f"The model {prediction.model} ({caution(prediction)})"
    if prediction.probability is not None:
        chance = _percent(prediction.probability)
        return f"{model} predicts {chance} for {_OF}: {prediction.tier} risk."
    missing = listed([_title(prediction, name) for name in prediction.missing])
    tier = f", {prediction.tier} risk in any case" if prediction.tier else ""
    return (
        f"{model} predicts nothing for {_OF}, because it is not known: {missing}. "
        f"It would be {_percent(prediction.lowest)} to {_percent(prediction.highest)}{tier}."
    )


def _title(prediction: Prediction, name: str) -> str:
    return next((one.title for one in prediction.contributions if one.factor == name), name)


def _factors(prediction: Prediction) -> str:
    known = [_added(one) for one in prediction.contributions if one.log_odds is not None]
    added = f": {listed(known)}" if known else ", and nothing is known"
    return f"In log-odds, {prediction.model} starts from {prediction.base:+.2f}{added}."


def _added(one: Contribution) -> str:
    return f"{one.title} ({one.value}) adds {one.log_odds:+.2f}"


def _held(prediction: Prediction) -> str:
    told = prediction.calibration
    here = f"{_in_band(prediction.band)} " if prediction.band else ""
    return (
        f"{here}On {told.stays} held-out {prediction.trained_on} the calibration of "
        f"{prediction.model} has intercept {told.intercept:+.2f}, slope {told.slope:.2f} and "
        f"Brier score {told.brier:.3f}."
    )


def _in_band(band: RiskBand) -> str:
    return (
        f"Of {band.stays} stays held out of the training and predicted "
        f"{_percent(band.above)} to {_percent(band.up_to)}, {_percent(band.predicted)} were "
        f"predicted and {_percent(band.observed)} came back."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
