"""Models that predict readmission, from YAML files: checked at the start, slips named by line."""

from importlib.resources import as_file, files
from pathlib import Path

from care_chassis.documents import DocumentError, files_of, line_of, load_document
from transition_orchestrator.domain.logistic import LogisticModel
from transition_orchestrator.model_format import ModelFile


def load_models(more: Path | None = None) -> dict[str, LogisticModel]:
    """The shipped models and those in the folder `more`, by label such as `simulated-logistic@1`.

    Raises DocumentError for a file that cannot be used, or that says once more what stands in
    another: scores that were told by a version must stay what it would say.
    """
    found: dict[str, LogisticModel] = {}
    with as_file(files("transition_orchestrator").joinpath("models")) as shipped:
        for folder in (shipped, more) if more else (shipped,):
            for path in files_of(folder):
                model = load_document(path, ModelFile).model()
                if model.label in found:
                    rule = f"version: there is a {model.label} already; give this one the next"
                    raise DocumentError(path, line_of(path, "version"), rule)
                found[model.label] = model
    return found
