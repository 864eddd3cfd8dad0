"""A model that predicts: off until a site says so, explained, and deciding only where it may."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from tests.support.transition_orchestrator_fakes import (
    MODELS,
    PROGRAMMES,
    FakeScorer,
    FakeSites,
    MemoryLedgers,
    following,
    message_deliveries,
    said,
)

from care_chassis.documents import DocumentError, load_document
from care_contracts.scores import Risk
from care_contracts.sites import Site
from care_contracts.transitions import TransitionSnapshot
from transition_orchestrator.domain.comorbidity import Comorbidity
from transition_orchestrator.domain.lace import LaceRules, LosMethod, Tier
from transition_orchestrator.domain.logistic import TierLimits
from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.risk import RiskRules
from transition_orchestrator.model_files import load_models
from transition_orchestrator.site_rules import risk_rules_of, rules_in

LABEL = "simulated-logistic@1"
SHIPPED = MODELS[LABEL]
SHOWN = RiskRules(scorer=SHIPPED)
DECIDES = RiskRules(scorer=SHIPPED, prediction_sets_tier=True)

ADMITTED = said(
    MessageKind.ADMITTED,
    "2026-06-05T08:00:00-04:00",
    encounter_class="inpatient",
    admission_type="E",
    admitted_at="2026-06-05T07:40:00-04:00",
    diagnoses=[{"code": "I50.9", "system": "I10", "text": "", "kind": "F"}],
)
DISCHARGED = said(
    MessageKind.DISCHARGED,
    "2026-06-10T13:05:00-04:00",
    encounter_class="inpatient",
    disposition="01",
    discharged_at="2026-06-10T13:00:00-04:00",
)


def lab(name: str, number: float, unit: str) -> Message:
    reading: Any = {
        "observed_at": "2026-06-09T06:00:00-04:00",
        "number": number,
        "unit": unit,
        "status": "final",
    }
    facts: dict[str, Any] = {name: [reading]}
    return said(MessageKind.RESULT_REPORTED, "2026-06-09T07:00:00-04:00", event_id=name, **facts)


LABS = (lab("hemoglobin", 11.0, "g/dL"), lab("sodium", 140, "mmol/L"))


async def told(*messages: Message, rules: RiskRules) -> TransitionSnapshot:
    """The transition as it is told after these messages."""
    ledgers = MemoryLedgers()
    follow = following(ledgers, "2026-06-13T00:00:00Z", sites=FakeSites(rules))
    await follow.follow(message_deliveries(messages))
    events = [one for one in ledgers.said if one.type.startswith("transition.")]
    return TransitionSnapshot.model_validate_json(events[-1].data)


async def risk(*messages: Message, rules: RiskRules = SHOWN) -> Risk:
    return (await told(*messages, rules=rules)).risk


def visit_rule(one: TransitionSnapshot) -> str:
    (rule,) = (step.rule for step in one.steps if step.code == "follow_up_visit")
    return rule


async def test_nothing_is_predicted_unless_a_site_says_so() -> None:
    assert (await risk(ADMITTED, *LABS, DISCHARGED, rules=RiskRules())).prediction is None


async def test_every_factor_is_told_with_what_it_adds() -> None:
    prediction = (await risk(ADMITTED, *LABS, DISCHARGED)).prediction
    assert prediction
    assert (prediction.model, prediction.trained_on) == (LABEL, "simulated stays")
    values = {one.factor: one.value for one in prediction.contributions}
    assert values == {
        "days": 5,
        "acute": 1,
        "comorbidity": 2,
        "ed_visits": 0,
        "admissions": 0,
        "low_hemoglobin": 1,
        "low_sodium": 0,
    }
    assert prediction.probability == prediction.lowest == prediction.highest
    assert prediction.band
    assert prediction.probability
    assert prediction.band.above < prediction.probability <= prediction.band.up_to
    assert prediction.calibration.stays == 10_000


async def test_without_laboratory_values_nothing_is_predicted_but_a_range() -> None:
    prediction = (await risk(ADMITTED, DISCHARGED)).prediction
    assert prediction
    assert (prediction.probability, prediction.band, prediction.incomplete) == (None, None, True)
    assert prediction.missing == ["low_hemoglobin", "low_sodium"]
    complete = (await risk(ADMITTED, *LABS, DISCHARGED)).prediction
    assert complete
    assert complete.probability
    assert prediction.lowest < complete.probability < prediction.highest


async def test_every_order_of_messages_ends_in_the_same_prediction() -> None:
    orders = tuple(permutations((ADMITTED, *LABS, DISCHARGED)))
    found = [(await risk(*order)).prediction for order in orders]
    assert found[0]
    assert found == [found[0]] * len(orders)


async def test_a_stay_whose_begin_is_not_known_is_not_predicted() -> None:
    assert (await risk(DISCHARGED)).prediction is None


async def test_a_model_sees_the_same_stay_whatever_form_of_lace_a_site_uses() -> None:
    form = LaceRules(Comorbidity.CMAJ, LosMethod.INCLUSIVE)
    other = await risk(ADMITTED, *LABS, DISCHARGED, rules=replace(SHOWN, lace=form))
    assert other.lace
    assert other.lace.length_of_stay == 4
    assert other.prediction == (await risk(ADMITTED, *LABS, DISCHARGED)).prediction


async def test_a_prediction_that_is_only_shown_leaves_the_plan_as_it_was() -> None:
    low = replace(SHIPPED, tiers=TierLimits(0.98, 0.99))
    shown = await told(ADMITTED, *LABS, DISCHARGED, rules=RiskRules(scorer=low))
    plain = await told(ADMITTED, *LABS, DISCHARGED, rules=RiskRules())
    assert shown.risk.prediction
    assert (shown.risk.prediction.tier, shown.risk.prediction_sets_tier) == ("low", False)
    assert (shown.steps, shown.enrolments) == (plain.steps, plain.enrolments)


@pytest.mark.parametrize(
    ("limits", "tier", "days"),
    [(TierLimits(0.98, 0.99), "low", 14), (TierLimits(0.01, 0.02), "high", 7)],
)
async def test_where_a_site_lets_it_the_tier_of_the_prediction_decides(
    limits: TierLimits, tier: str, days: int
) -> None:
    rules = replace(DECIDES, scorer=replace(SHIPPED, tiers=limits))
    one = await told(ADMITTED, *LABS, DISCHARGED, rules=rules)
    assert one.risk.prediction
    assert (one.risk.prediction.tier, one.risk.prediction_sets_tier) == (tier, True)
    assert visit_rule(one).startswith(f"{days} days")


async def test_a_prediction_without_a_tier_leaves_the_plan_to_lace() -> None:
    one = await told(ADMITTED, DISCHARGED, rules=DECIDES)
    assert one.risk.prediction
    assert (one.risk.prediction.tier, one.risk.prediction_sets_tier) == (None, False)
    plain = await told(ADMITTED, DISCHARGED, rules=RiskRules())
    assert visit_rule(one) == visit_rule(plain)


async def test_what_is_missing_leaves_the_tier_where_it_cannot_change_it() -> None:
    rules = replace(DECIDES, scorer=replace(SHIPPED, tiers=TierLimits(0.01, 0.02)))
    decided = await risk(ADMITTED, DISCHARGED, rules=rules)
    assert decided.prediction
    assert (decided.prediction.tier, decided.prediction.probability) == (Tier.HIGH, None)
    assert decided.prediction_sets_tier


async def test_a_scorer_of_another_make_takes_the_same_place() -> None:
    rules = RiskRules(scorer=FakeScorer(), prediction_sets_tier=True)
    one = await told(ADMITTED, DISCHARGED, rules=rules)
    assert one.risk.prediction
    assert (one.risk.prediction.model, one.risk.prediction.tier) == ("fake@1", "low")
    assert visit_rule(one).startswith("14 days")


# --- the site file


def rules_of(prediction: dict[str, Any]) -> RiskRules:
    site = {
        "code": "NEW",
        "name": "New",
        "time_zone": "America/Chicago",
        "risk": {"prediction": prediction},
    }
    return risk_rules_of(Site.model_validate(site).risk, MODELS)


def test_a_site_switches_a_model_on_and_lets_it_decide_separately() -> None:
    assert rules_of({}) == RiskRules()
    assert rules_of({"model": LABEL}) == SHOWN
    assert rules_of({"model": LABEL, "sets_tier": True}) == DECIDES


def test_a_model_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=f"no model 'guess@1'; there are: {LABEL}$"):
        rules_of({"model": "guess@1"})


def test_a_model_that_is_not_there_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "NEW.yaml"
    path.write_text(
        "code: NEW\nname: New\ntime_zone: America/Chicago\n"
        "risk:\n  prediction:\n    model: simulated-logistic@9\n"
    )
    with pytest.raises(DocumentError, match="no model 'simulated-logistic@9'") as raised:
        rules_in(path, load_document(path, Site), PROGRAMMES, MODELS)
    assert raised.value.line == 6


def test_nothing_decides_without_a_model() -> None:
    with pytest.raises(ValueError, match="sets_tier needs a model"):
        rules_of({"sets_tier": True})


# --- the model file

FILE = """\
name: ours
version: 1
title: Ours
training: {data: stays of 2024, stays: 5000, readmitted: 0.15}
base: -2.5
factors:
- {fact: days, title: days, coefficient: 0.05, at_most: 14}
tiers: {moderate_from: 0.1, high_from: 0.2}
calibration:
  stays: 900
  brier: 0.12
  intercept: 0.1
  slope: 0.9
  bands:
  - {above: 0, up_to: 0.1, stays: 450, predicted: 0.08, observed: 0.09}
  - {above: 0.1, up_to: 1, stays: 450, predicted: 0.2, observed: 0.22}
"""


def test_a_hospital_brings_a_model_of_its_own_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(FILE)
    models = load_models(tmp_path)
    assert set(models) == {LABEL, "ours@1"}
    assert models["ours@1"].trained_on == "stays of 2024"


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("fact: days", "fact: age", 7, "'age' is no fact of a stay; there are: days, acute"),
        ("coefficient: 0.05", "coefficient: 5", 1, "nothing is that certain"),
        ("high_from: 0.2", "high_from: 0.1", 1, "the high tier begins where the moderate one"),
        ("above: 0.1,", "above: 0.2,", 1, "leave a gap between 0 and 1"),
        ("up_to: 0.1, stays", "up_to: 0, stays", 1, "leave a gap"),
        ("  brier: 0.12\n", "", 9, "calibration.brier: is required"),
        ("name: ours", "name: simulated-logistic", 2, f"there is a {LABEL} already"),
        ("name: ours", "name: Our Own", 1, "name: "),
        ("at_most: 14}", "at_most: 14}\n- {fact: days, title: x, coefficient: 1}", 1, "twice"),
    ],
)
def test_a_model_that_cannot_be_used_is_named_by_file_line_and_rule(
    tmp_path: Path, old: str, new: str, line: int, rule: str
) -> None:
    (tmp_path / "ours.yaml").write_text(FILE.replace(old, new))
    with pytest.raises(DocumentError, match=rule) as raised:
        load_models(tmp_path)
    assert (raised.value.path.name, raised.value.line) == ("ours.yaml", line)
