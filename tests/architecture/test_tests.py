"""The rules of the tests themselves: fakes and not mocks, nothing skipped, sentences for names."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.house import modules_of_tests, shown

_NEVER = frozenset({"skip", "skipif", "xfail", "importorskip", "MagicMock", "AsyncMock"})
_WAITS = frozenset({"time.sleep", "asyncio.sleep"})
_MAY_WAIT = frozenset({"tests/support/eventually.py"})


def _named(path: Path) -> Iterator[tuple[int, str]]:
    """Every dotted name that a module uses or imports, with its line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node)
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_nothing_is_skipped_or_expected_to_fail() -> None:
    found = [
        f"{shown(path)}:{line}: {name}"
        for path in modules_of_tests()
        for line, name in _named(path)
        if name.rpartition(".")[2] in _NEVER
    ]
    assert not found


def test_there_are_fakes_and_no_mocks() -> None:
    found = [
        f"{shown(path)}:{line}"
        for path in modules_of_tests()
        for line, name in _named(path)
        if "unittest.mock" in name or name == "mock"
    ]
    assert not found


def test_no_test_sleeps() -> None:
    found = [
        f"{shown(path)}:{line}"
        for path in modules_of_tests()
        if shown(path) not in _MAY_WAIT
        for line, name in _named(path)
        if name in _WAITS
    ]
    assert not found


def test_the_unit_tier_searches_for_no_counterexamples() -> None:
    """Even one property there makes every process of that tier load what searches."""
    found = [
        f"{shown(path)}:{line}"
        for path in modules_of_tests()
        if shown(path).startswith("tests/unit/")
        for line, name in _named(path)
        if name.partition(".")[0] == "hypothesis"
    ]
    assert not found


def test_every_test_says_a_sentence() -> None:
    found = [
        f"{shown(path)}: {node.name}"
        for path in modules_of_tests()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and node.name.count("_") < 3
    ]
    assert not found
