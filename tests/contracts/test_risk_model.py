"""The model that ships is the one that its training writes, and holds as well as it says."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.architecture.house import ROOT

from risk_training.__main__ import main
from risk_training.calibration import calibration_of
from risk_training.simulation import SimulatedStay
from risk_training.training import Trained, trained_model
from transition_orchestrator.domain.logistic import LogisticModel
from transition_orchestrator.model_files import load_models

_FOLDER = ROOT / "services/transition-orchestrator/src/transition_orchestrator/models"
_FILE = _FOLDER / "simulated-logistic-1.yaml"


@pytest.fixture(scope="module")
def trained() -> Trained:
    return trained_model()


@pytest.fixture(scope="module")
def shipped() -> LogisticModel:
    return load_models()["simulated-logistic@1"]


def test_training_again_writes_the_committed_file_byte_for_byte(tmp_path: Path) -> None:
    again = tmp_path / "again.yaml"
    main([str(again)])
    assert again.read_bytes() == _FILE.read_bytes(), "run `python -m risk_training` and commit"


def test_nobody_can_take_it_for_a_model_of_patients(shipped: LogisticModel) -> None:
    assert shipped.label.startswith("simulated-")
    assert "trained on simulated data, not for clinical use" in shipped.title
    assert shipped.trained_on == "simulated stays"


def _score(model: LogisticModel, stays: Sequence[SimulatedStay]) -> list[tuple[float, bool]]:
    return [(model.predict(one.facts).lowest, one.readmitted) for one in stays]


def test_the_bands_are_those_of_the_stays_that_were_held_out(
    shipped: LogisticModel, trained: Trained
) -> None:
    scored = _score(shipped, trained.held_out)
    for band in shipped.bands:
        inside = [(p, came) for p, came in scored if band.above < p <= band.up_to]
        assert len(inside) == band.stays
        assert band.predicted == round(sum(p for p, _ in inside) / len(inside), 4)
        assert band.observed == round(sum(came for _, came in inside) / len(inside), 4)
    assert sum(band.stays for band in shipped.bands) == shipped.calibration.stays == len(scored)


def test_the_calibration_is_that_of_the_stays_that_were_held_out(
    shipped: LogisticModel, trained: Trained
) -> None:
    scored, told = _score(shipped, trained.held_out), shipped.calibration
    predictions, came_back = [p for p, _ in scored], [came for _, came in scored]
    assert told.brier == round(sum((p - came) ** 2 for p, came in scored) / len(scored), 4)
    assert told == calibration_of(predictions, came_back)
    assert told.intercept != 0  # what it is on those that a model learnt from, by construction
