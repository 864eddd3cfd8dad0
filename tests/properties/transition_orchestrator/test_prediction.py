"""A logistic model is what it says: its sum, its direction, and never a certainty."""

from dataclasses import fields, replace
from math import exp
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.support.transition_orchestrator_fakes import MODELS

from transition_orchestrator.domain.logistic import Factor, LogisticModel
from transition_orchestrator.domain.scoring import StayFacts

SHIPPED = MODELS["simulated-logistic@1"]
YES = st.booleans()
MAYBE = st.none() | st.booleans()
COUNTS = st.integers(0, 40)


@st.composite
def facts(draw: st.DrawFn, known: st.SearchStrategy[bool | None] = YES) -> StayFacts:
    return StayFacts(
        days=draw(COUNTS),
        acute=draw(YES),
        comorbidity=draw(COUNTS),
        ed_visits=draw(COUNTS),
        admissions=draw(COUNTS),
        low_hemoglobin=draw(known),
        low_sodium=draw(known),
        from_oncology=draw(known),
        has_cancer=draw(YES),
        had_procedure=draw(known),
    )


@st.composite
def models(draw: st.DrawFn) -> LogisticModel:
    """Any factors and coefficients, as far as a file may say them."""
    names = [one.name for one in fields(StayFacts)]
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=5, unique=True))
    factors = [
        Factor(
            name,
            name,
            draw(st.floats(-0.2, 0.2)),
            reference=draw(st.integers(0, 5)),
            at_most=draw(st.integers(1, 5)),
        )
        for name in chosen
    ]
    return replace(SHIPPED, factors=tuple(factors), base=draw(st.floats(-4, 4)))


@given(models(), facts())
def test_the_contributions_add_up_to_the_log_odds(model: LogisticModel, stay: StayFacts) -> None:
    told = model.predict(stay)
    log_odds = told.base + sum(one.log_odds or 0.0 for one in told.contributions)
    assert told.probability is not None
    assert abs(told.probability - 1 / (1 + exp(-log_odds))) < 1e-6


@given(models(), facts(MAYBE))
def test_a_probability_is_between_nothing_and_certainty(
    model: LogisticModel, stay: StayFacts
) -> None:
    told = model.predict(stay)
    assert 0 < told.lowest <= told.highest < 1
    assert told.incomplete == (told.probability is None)


@given(models(), facts(), st.data())
def test_more_of_a_factor_goes_the_way_of_its_coefficient(
    model: LogisticModel, stay: StayFacts, data: st.DataObject
) -> None:
    factor = data.draw(st.sampled_from(model.factors))
    less: int = getattr(stay, factor.fact)
    raised: dict[str, Any] = {factor.fact: max(less, data.draw(COUNTS))}
    before, after = model.predict(stay).lowest, model.predict(replace(stay, **raised)).lowest
    assert before <= after if factor.coefficient > 0 else before >= after


@given(models(), facts(MAYBE), facts())
def test_what_is_missing_never_leads_out_of_the_range_that_was_told(
    model: LogisticModel, stay: StayFacts, other: StayFacts
) -> None:
    told = model.predict(stay)
    filled: dict[str, Any] = {name: getattr(other, name) for name in told.missing}
    complete = model.predict(replace(stay, **filled))
    assert complete.probability is not None
    assert told.lowest <= complete.probability <= told.highest
    assert told.tier in (None, complete.tier)
