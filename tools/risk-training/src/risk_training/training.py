"""From simulated stays to a model file: fit on one half, measure on the other, write both down."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any, Final

import yaml

from risk_training.calibration import bands_of, calibration_of
from risk_training.fitting import fitted
from risk_training.simulation import TRUE_FACTORS, SimulatedStay, simulated_stays
from transition_orchestrator.domain.logistic import LogisticModel, TierLimits
from transition_orchestrator.domain.scoring import Calibration, RiskBand, StayFacts

NAME: Final = "simulated-logistic"
TITLE: Final = "Logistic model trained on simulated data, not for clinical use"
SEED: Final = 20
STAYS: Final = 10_000
"""To learn from, and as many more to measure on."""
TIERS: Final = TierLimits(moderate_from=0.1, high_from=0.2)
"""Own choice: about what HOSPITAL's bands are told to come back."""

_UNITS: Final = tuple(replace(one, coefficient=1.0) for one in TRUE_FACTORS)
_PLACES: Final = 4
_HEAD: Final = (
    "# Written by `python -m risk_training`, which says how: do not edit, a test compares.\n"
)


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and the stays that were kept from it."""

    model: LogisticModel
    readmitted: float
    """The share among those that it learnt from."""
    held_out: tuple[SimulatedStay, ...]


def trained_model() -> Trained:
    """The model, calibrated on as many stays again as it learnt from."""
    rng = Random(SEED)  # noqa: S311 - a simulation, and no secret
    stays, held_out = simulated_stays(rng, STAYS), simulated_stays(rng, STAYS)
    came_back = [one.readmitted for one in stays]
    model = _calibrated(_learnt(stays, came_back), held_out)
    return Trained(model, round(sum(came_back) / STAYS, _PLACES), tuple(held_out))


def _learnt(stays: Sequence[SimulatedStay], came_back: Sequence[bool]) -> LogisticModel:
    """The coefficients of greatest likelihood; how well they hold is not known yet."""
    base, *coefficients = fitted([_row(one.facts) for one in stays], came_back)
    return LogisticModel(
        name=NAME,
        version=1,
        title=TITLE,
        trained_on="simulated stays",
        base=round(base, _PLACES),
        factors=tuple(
            replace(factor, coefficient=round(one, _PLACES))
            for factor, one in zip(TRUE_FACTORS, coefficients, strict=True)
        ),
        tiers=TIERS,
        calibration=Calibration(0, 0.0, 0.0, 1.0),
        bands=(RiskBand(0.0, 1.0, 0, 0.0, 0.0),),
    )


def _row(facts: StayFacts) -> list[float]:
    """What the coefficients are multiplied with, after a 1 for the base."""
    return [1.0, *(one.of(facts).log_odds or 0.0 for one in _UNITS)]


def _calibrated(model: LogisticModel, held_out: Sequence[SimulatedStay]) -> LogisticModel:
    predictions = [model.predict(one.facts).lowest for one in held_out]
    came_back = [one.readmitted for one in held_out]
    return replace(
        model,
        calibration=calibration_of(predictions, came_back),
        bands=bands_of(predictions, came_back),
    )


def written(trained: Trained) -> str:
    """The model file."""
    model = trained.model
    content: dict[str, Any] = {
        "name": model.name,
        "version": model.version,
        "title": model.title,
        "training": {
            "data": model.trained_on,
            "stays": STAYS,
            "readmitted": trained.readmitted,
            "seed": SEED,
        },
        "base": model.base,
        "factors": [asdict(one) for one in model.factors],
        "tiers": asdict(model.tiers),
        "calibration": {
            **asdict(model.calibration),
            "bands": [asdict(one) for one in model.bands],
        },
    }
    return _HEAD + yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=120)
