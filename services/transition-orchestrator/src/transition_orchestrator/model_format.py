"""The format of a model file: a logistic model, what it was trained on, how well it held."""

from dataclasses import fields
from itertools import pairwise
from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from transition_orchestrator.domain.logistic import Factor, LogisticModel, TierLimits
from transition_orchestrator.domain.scoring import Calibration, RiskBand, StayFacts

_FACTS = tuple(one.name for one in fields(StayFacts))
_MOST_LOG_ODDS = 10.0
"""Beyond, a probability would be told as a certainty."""


def _fact(value: str) -> str:
    if value not in _FACTS:
        message = f"{value!r} is no fact of a stay; there are: {', '.join(_FACTS)}"
        raise ValueError(message)
    return value


_Probability: TypeAlias = Annotated[float, Field(ge=0, le=1)]


class _Closed(BaseModel):
    """A misspelt key is an error and not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _FactorFile(_Closed):
    fact: Annotated[str, AfterValidator(_fact)]
    title: str
    coefficient: float
    reference: int = Field(default=0, ge=0)
    at_most: int = Field(default=1, ge=1)


class _TiersFile(_Closed):
    moderate_from: _Probability
    high_from: _Probability


class _BandFile(_Closed):
    above: _Probability
    up_to: _Probability
    stays: int = Field(ge=1)
    predicted: _Probability
    observed: _Probability


class _CalibrationFile(_Closed):
    stays: int = Field(ge=1)
    brier: _Probability
    intercept: float
    slope: float
    bands: list[_BandFile] = Field(min_length=1)


class _TrainingFile(_Closed):
    data: str
    stays: int = Field(ge=1)
    readmitted: _Probability
    seed: int | None = None


class ModelFile(_Closed):
    """A whole file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(ge=1)
    title: str
    training: _TrainingFile
    base: float
    factors: list[_FactorFile] = Field(min_length=1)
    tiers: _TiersFile
    calibration: _CalibrationFile

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        named = [one.fact for one in self.factors]
        if twice := next((fact for fact in named if named.count(fact) > 1), None):
            message = f"the fact {twice} is a factor twice"
            raise ValueError(message)
        if self.tiers.high_from <= self.tiers.moderate_from:
            message = "the high tier begins where the moderate one does, or before"
            raise ValueError(message)
        bands = self.calibration.bands
        ends = [0.0, *(one.up_to for one in bands)]
        if [one.above for one in bands] != ends[:-1] or ends[-1] != 1:
            message = "the bands of the calibration leave a gap between 0 and 1"
            raise ValueError(message)
        if any(low >= high for low, high in pairwise(ends)):
            message = "a band of the calibration holds nothing"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _stays_unsure(self) -> Self:
        ends = [one.extremes for one in self.model().factors]
        low, high = (self.base + sum(one[end] for one in ends) for end in (0, 1))
        if low < -_MOST_LOG_ODDS or high > _MOST_LOG_ODDS:
            message = f"log-odds from {low:g} to {high:g}: keep within 10, nothing is that certain"
            raise ValueError(message)
        return self

    def model(self) -> LogisticModel:
        told = self.calibration
        return LogisticModel(
            name=self.name,
            version=self.version,
            title=self.title,
            trained_on=self.training.data,
            base=self.base,
            factors=tuple(Factor(**one.model_dump()) for one in self.factors),
            tiers=TierLimits(self.tiers.moderate_from, self.tiers.high_from),
            calibration=Calibration(told.stays, told.brier, told.intercept, told.slope),
            bands=tuple(RiskBand(**one.model_dump()) for one in told.bands),
        )
