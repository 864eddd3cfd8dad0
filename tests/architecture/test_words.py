"""Words and names: the chassis knows nothing of care, and nothing is named after nothing."""

import ast
import re
from pathlib import Path

import pytest
from tests.architecture.house import CHASSIS, shown, sources

_CARE_WORDS = frozenset(
    (
        "patient", "visit", "encounter", "discharge", "admission", "episode", "hospital", "ward",
        "nurse", "pharmacist", "clinician", "practitioner", "physician", "coordinator",
        "diagnosis", "medication", "hl7", "adt", "mllp", "fhir", "mrn",
        "task", "transition", "worklist", "reminder", "notification",
    )
)  # fmt: skip
_EXCEPTIONS = {
    "identity.py": {"nurse", "pharmacist", "coordinator"},  # the roles that tokens may name
    "logs.py": {"task", "transition", "reminder", "notification"},  # names of opaque ids, allowed
    "workers.py": {"patient"},  # the adjective
}
_ASYNCIO = re.compile(r"\b(?:TaskGroup|create_task|asyncio\.Task)\b")
_WORD = re.compile(r"[A-Z]?[a-z]+[0-9]*|[A-Z]+(?![a-z])[0-9]*")

_NAMES_THAT_SAY_NOTHING = frozenset({"utils", "util", "helpers", "helper", "common", "misc"})
_ENDINGS_THAT_SAY_NOTHING = ("Manager", "Processor", "Handler", "Service", "Helper", "Util")


def _words_of(text: str) -> set[str]:
    """The words of a text, identifiers taken apart, and plurals as singulars too."""
    words = {word.lower() for word in _WORD.findall(_ASYNCIO.sub("", text))}
    return words | {word.removesuffix("s") for word in words}


@pytest.mark.parametrize(
    "path", [path for path in sorted(CHASSIS.rglob("*")) if path.is_file()], ids=lambda p: p.name
)
def test_the_chassis_contains_no_care_word(path: Path) -> None:
    if path.suffix in {".py", ".sql", ".ddl"}:
        found = _words_of(path.read_text("utf-8")) & _CARE_WORDS
        assert found - _EXCEPTIONS.get(path.name, set()) == set()


def test_every_exception_to_the_chassis_words_is_still_needed() -> None:
    for name, words in _EXCEPTIONS.items():
        assert words <= _words_of((CHASSIS / name).read_text("utf-8"))


def test_no_chassis_module_is_called_base() -> None:
    assert not [shown(path) for path in CHASSIS.rglob("*.py") if path.stem == "base"]


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [*sources(), *{path.parent for path in sources()}]
    assert not [shown(path) for path in named if path.stem in _NAMES_THAT_SAY_NOTHING]


def test_no_class_has_a_name_that_says_nothing() -> None:
    found = [
        f"{shown(path)}: {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and node.name.endswith(_ENDINGS_THAT_SAY_NOTHING)
        and not _is_a_library_s_word(node)
    ]
    assert not found


def _is_a_library_s_word(node: ast.ClassDef) -> bool:
    """A subclass of a library's `Handler` may say what it is a kind of."""
    return any(ast.unparse(base).endswith(_ENDINGS_THAT_SAY_NOTHING) for base in node.bases)


def test_every_module_opens_by_saying_what_it_is_for() -> None:
    silent = [
        shown(path)
        for path in sources()
        if ast.get_docstring(ast.parse(path.read_text("utf-8"))) is None
    ]
    assert not silent
