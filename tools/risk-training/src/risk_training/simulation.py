"""Stays that nobody had: drawn by a model that is written down here, and of which all is known.

Every patient has a frailty between 0 and 1, each value as likely as another, which no record tells.
It makes what a record does tell likelier: a Poisson count of days, comorbidity, earlier visits and
admissions, and the chance of an acute admission and of low values. Whether the patient comes back
follows from what is recorded, by the coefficients below, and from the frailty itself. No number
here was taken from patients; they were chosen to bring back about one in seven.
"""

from dataclasses import dataclass
from math import exp
from random import Random
from typing import Final

from transition_orchestrator.domain.logistic import Factor, probability_of
from transition_orchestrator.domain.scoring import StayFacts

TRUE_BASE: Final = -2.8
TRUE_FACTORS: Final = (
    Factor("days", "days in hospital", 0.04, reference=3, at_most=14),
    Factor("acute", "acute admission", 0.35),
    Factor("comorbidity", "Charlson points", 0.09, at_most=8),
    Factor("ed_visits", "emergency visits in six months", 0.18, at_most=4),
    Factor("admissions", "admissions in twelve months", 0.2, at_most=5),
    Factor("low_hemoglobin", "haemoglobin below 12 g/dL", 0.25),
    Factor("low_sodium", "sodium below 135 mmol/L", 0.3),
)
"""What a fact adds to the log-odds of coming back: the truth that a model is to find."""
TRUE_FRAILTY: Final = 0.9
"""What the frailest have more than the least frail, and no model can see."""


@dataclass(frozen=True, slots=True)
class SimulatedStay:
    """What is recorded of one, and what came of it."""

    facts: StayFacts
    readmitted: bool


def simulated_stays(rng: Random, count: int) -> list[SimulatedStay]:
    """So many stays; the same generator gives the same ones."""
    return [_stay(rng) for _ in range(count)]


def _stay(rng: Random) -> SimulatedStay:
    frailty = rng.random()
    facts = StayFacts(
        days=_poisson(rng, 2 + 5 * frailty),
        acute=rng.random() < 0.55 + 0.25 * frailty,
        comorbidity=_poisson(rng, 4 * frailty),
        ed_visits=_poisson(rng, 1.2 * frailty),
        admissions=_poisson(rng, 1.6 * frailty),
        low_hemoglobin=rng.random() < 0.15 + 0.4 * frailty,
        low_sodium=rng.random() < 0.08 + 0.2 * frailty,
        from_oncology=None,
        has_cancer=False,
        had_procedure=None,
    )
    added = sum(one.of(facts).log_odds or 0.0 for one in TRUE_FACTORS)
    log_odds = TRUE_BASE + added + TRUE_FRAILTY * (frailty - 0.5)
    return SimulatedStay(facts, rng.random() < probability_of(log_odds))


def _poisson(rng: Random, mean: float) -> int:
    """How many uniform draws it takes until their product is below exp(-mean), less one."""
    limit, product, count = exp(-mean), rng.random(), 0
    while product >= limit:
        product *= rng.random()
        count += 1
    return count
