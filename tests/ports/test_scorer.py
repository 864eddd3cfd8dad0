"""One suite for what predicts readmission: it gives reasons that add up, or it is no scorer."""

from dataclasses import replace
from itertools import product
from math import exp

import pytest
from tests.support.transition_orchestrator_fakes import MODELS, FakeScorer

from transition_orchestrator.domain.scoring import Scorer, StayFacts

ANY = StayFacts(
    days=4,
    acute=True,
    comorbidity=2,
    ed_visits=1,
    admissions=1,
    low_hemoglobin=True,
    low_sodium=False,
    from_oncology=None,
    has_cancer=False,
    had_procedure=None,
)
KNOWN = [
    replace(ANY, days=days, ed_visits=visits, low_sodium=low, acute=low)
    for days, visits, low in product((0, 3, 40), (0, 2, 9), (True, False))
]
UNKNOWN = [replace(one, low_hemoglobin=None, low_sodium=None) for one in KNOWN]
NAMES = (*MODELS, "fake")


@pytest.fixture(params=NAMES)
def scorer(request: pytest.FixtureRequest) -> Scorer:
    return FakeScorer() if request.param == "fake" else MODELS[request.param]


def test_the_log_odds_are_the_base_and_all_that_is_added(scorer: Scorer) -> None:
    for facts in KNOWN:
        told = scorer.predict(facts)
        log_odds = told.base + sum(one.log_odds or 0.0 for one in told.contributions)
        assert told.probability == pytest.approx(1 / (1 + exp(-log_odds)), abs=1e-6)


def test_a_prediction_is_never_a_certainty(scorer: Scorer) -> None:
    for facts in (*KNOWN, *UNKNOWN):
        told = scorer.predict(facts)
        assert 0 < told.lowest <= told.highest < 1


def test_nothing_is_predicted_where_a_factor_is_not_known(scorer: Scorer) -> None:
    for facts in UNKNOWN:
        told = scorer.predict(facts)
        unknown = {one.factor for one in told.contributions if one.log_odds is None}
        assert (told.probability is None) == told.incomplete == bool(unknown)
        assert set(told.missing) == unknown
        assert (told.band is None) == told.incomplete


def test_the_model_is_named_with_its_version_and_calibration(scorer: Scorer) -> None:
    told = scorer.predict(ANY)
    name, _, version = told.model.partition("@")
    assert name
    assert version.isdigit()
    assert told.title
    assert told.trained_on
    assert told.calibration.stays > 0
    assert told.band
    assert told.probability
    assert told.band.above < told.probability <= told.band.up_to


def test_the_same_facts_give_the_same_prediction(scorer: Scorer) -> None:
    assert [scorer.predict(one) for one in KNOWN] == [scorer.predict(one) for one in KNOWN]
