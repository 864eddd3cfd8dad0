"""The place of a model that predicts readmission: what it may look at, what it must lay open."""

from dataclasses import dataclass
from typing import Protocol

from transition_orchestrator.domain.lace import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class StayFacts:
    """What a model may look at: what LACE and HOSPITAL stand on, and nothing else of the patient.

    None is not known. Days are local midnights and comorbidity is Charlson's points by the table
    `tool`, whatever form of the scores a site uses: a model is only good for what it learnt from.
    """

    days: int
    acute: bool
    comorbidity: int
    ed_visits: int
    """In the six months before, in this network."""
    admissions: int
    """In the twelve months before, in this network."""
    low_hemoglobin: bool | None
    """The last value below 12 g/dL."""
    low_sodium: bool | None
    """The last value below 135 mmol/L."""
    from_oncology: bool | None
    has_cancer: bool
    had_procedure: bool | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one factor adds, in log-odds; None where its value is not known."""

    factor: str
    title: str
    value: int | None
    log_odds: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How predictions and outcomes agreed on stays that the model had not learnt from."""

    stays: int
    brier: float
    """The mean squared error of the probability: 0 is perfect."""
    intercept: float
    """Log-odds to add to every prediction for as many to come back as were predicted; 0 is best."""
    slope: float
    """1 is best; below it, predictions are too extreme."""


@dataclass(frozen=True, slots=True)
class RiskBand:
    """The held-out stays of which about the same was predicted, and how many came back."""

    above: float
    up_to: float
    """Probabilities: above the one, and up to the other itself."""
    stays: int
    predicted: float
    """The mean of the predictions."""
    observed: float
    """The share that came back."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The probability of an unplanned readmission within 30 days, and all that it is made of."""

    model: str
    """Name and version, such as `simulated-logistic@1`."""
    title: str
    trained_on: str
    """Such as `simulated stays`."""
    probability: float | None
    """None while it is incomplete."""
    lowest: float
    highest: float
    """What it can come to, whatever is missing; both are the probability where nothing is."""
    tier: Tier | None
    """None while what is missing could change it."""
    missing: tuple[str, ...]
    """Names of factors."""
    base: float
    """The log-odds of a stay to which no factor adds anything."""
    contributions: tuple[Contribution, ...]
    calibration: Calibration
    band: RiskBand | None
    """Where the prediction lies among those held out; None while it is incomplete."""

    @property
    def incomplete(self) -> bool:
        return bool(self.missing)


class Scorer(Protocol):
    """Predicts readmission from the facts of a stay. It gives reasons, or it is not one."""

    def predict(self, facts: StayFacts) -> Prediction:
        """The same facts give the same prediction.

        The log-odds of the probability are the base and all contributions added up. Where a factor
        is not known there is no probability, only what it can come to.
        """
        ...
