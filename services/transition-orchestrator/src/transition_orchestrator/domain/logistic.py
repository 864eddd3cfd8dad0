"""A logistic model as data: every factor adds its log-odds, and the sum is the prediction."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp

from transition_orchestrator.domain.lace import Tier
from transition_orchestrator.domain.protocol import label_of
from transition_orchestrator.domain.scoring import (
    Calibration,
    Contribution,
    Prediction,
    RiskBand,
    StayFacts,
)

_PLACES = 4
"""Log-odds are told and added as they are shown, so that what is shown adds up."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One fact of a stay and what it adds."""

    fact: str
    """A field of StayFacts; yes counts as 1."""
    title: str
    coefficient: float
    """Log-odds for each unit."""
    reference: int = 0
    """The value that adds nothing."""
    at_most: int = 1
    """What is more counts as this much."""

    def of(self, facts: StayFacts) -> Contribution:
        known: int | None = getattr(facts, self.fact)
        if known is None:
            return Contribution(self.fact, self.title, None, None)
        value = max(0, min(int(known), self.at_most))
        return Contribution(self.fact, self.title, value, self.adds(value))

    def adds(self, value: int) -> float:
        return round(self.coefficient * (value - self.reference), _PLACES)

    @property
    def extremes(self) -> tuple[float, float]:
        """The least and the most that it can add."""
        ends = self.adds(0), self.adds(self.at_most)
        return min(ends), max(ends)


@dataclass(frozen=True, slots=True)
class TierLimits:
    """From which probability on a tier begins."""

    moderate_from: float
    high_from: float

    def tier_of(self, probability: float) -> Tier:
        if probability >= self.high_from:
            return Tier.HIGH
        return Tier.MODERATE if probability >= self.moderate_from else Tier.LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticModel:
    """A scorer that can be read: a base, factors with coefficients, and how well it held."""

    name: str
    version: int
    title: str
    trained_on: str
    base: float
    factors: tuple[Factor, ...]
    tiers: TierLimits
    calibration: Calibration
    bands: tuple[RiskBand, ...]
    """Lowest first; together they hold every probability."""

    @property
    def label(self) -> str:
        return label_of(self.name, self.version)

    def predict(self, facts: StayFacts) -> Prediction:
        contributions = tuple(one.of(facts) for one in self.factors)
        missing = tuple(one.factor for one in contributions if one.log_odds is None)
        lowest, highest = self._between(contributions)
        tiers = self.tiers.tier_of(lowest), self.tiers.tier_of(highest)
        return Prediction(
            model=self.label,
            title=self.title,
            trained_on=self.trained_on,
            probability=None if missing else lowest,
            lowest=lowest,
            highest=highest,
            tier=tiers[0] if tiers[0] is tiers[1] else None,
            missing=missing,
            base=self.base,
            contributions=contributions,
            calibration=self.calibration,
            band=None if missing else self._band_of(lowest),
        )

    def _between(self, contributions: Iterable[Contribution]) -> tuple[float, float]:
        """The least and the most that the probability can be."""
        low = high = self.base
        for factor, one in zip(self.factors, contributions, strict=True):
            ends = factor.extremes if one.log_odds is None else (one.log_odds, one.log_odds)
            low, high = low + ends[0], high + ends[1]
        return probability_of(low), probability_of(high)

    def _band_of(self, probability: float) -> RiskBand:
        return next((one for one in self.bands if probability <= one.up_to), self.bands[-1])


def probability_of(log_odds: float) -> float:
    """Between 0 and 1, to six places."""
    return round(1 / (1 + exp(-log_odds)), 6)
