"""The page of rules names tests that exist, and leaves out no worked case."""

import json
import re

from tests.architecture.house import ROOT

_PAGE = (ROOT / "docs/rules.md").read_text("utf-8")
_TESTS = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", _PAGE)
_CASE = r"[A-Z]+-(?:\d\d)?"


def test_every_test_that_the_page_names_exists() -> None:
    assert _TESTS
    gone = [
        f"{path}::{name}"
        for path, name in _TESTS
        if not (ROOT / path).is_file()
        or not re.search(rf"def {name}\(", (ROOT / path).read_text("utf-8"))
    ]
    assert not gone


def test_every_worked_case_is_on_the_page() -> None:
    path = ROOT / "tests/data/worked-cases.json"
    lines = _PAGE.partition("## Worked cases")[2].splitlines()
    named = {case for line in lines if line.startswith("- ") for case in re.findall(_CASE, line)}
    missing = [
        case["id"]
        for case in json.loads(path.read_text("utf-8"))["cases"]
        if not case["id"].startswith(tuple(named))
    ]
    assert not missing
