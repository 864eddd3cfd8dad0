"""`python -m risk_training`: write the model file anew, the same bytes every time."""

import argparse
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from risk_training.training import trained_model, written

_SHIPPED = "models/simulated-logistic-1.yaml"


def main(arguments: Sequence[str] | None = None) -> None:
    """Train on simulated stays, measure on others, and write both down."""
    parser = argparse.ArgumentParser(prog="risk_training", description=__doc__)
    shipped = Path(str(files("transition_orchestrator").joinpath(_SHIPPED)))
    parser.add_argument("file", type=Path, nargs="?", default=shipped)
    chosen = parser.parse_args(arguments)
    chosen.file.write_text(written(trained_model()), encoding="utf-8")


if __name__ == "__main__":
    main()
