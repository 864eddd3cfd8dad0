"""SQL lives in named files: none in Python, and every query says in a sentence what it does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.architecture.house import CHASSIS, SERVICES, package_of, shown

_SQL = re.compile(
    r"\bSELECT\b.+\bFROM\b|\bINSERT\s+INTO\b|\bUPDATE\s+\w+\s+SET\b|\bDELETE\s+FROM\b"
    r"|\b(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|SCHEMA|ROLE)\b",
    re.DOTALL,
)
_NAME = re.compile(r"^-- ([a-z0-9_]+) --$", re.MULTILINE)
_SENTENCE = re.compile(r"\A\n-- [A-Z][^\n]*")
_PACKAGES = [CHASSIS, *(package_of(service) for service in SERVICES)]
_FILES = sorted(file for package in _PACKAGES for file in package.glob("sql/*.sql"))


def _texts_of(path: Path) -> Iterator[ast.Constant]:
    """The string literals of a module that are not documentation."""
    tree = ast.parse(path.read_text("utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node


@pytest.mark.parametrize("package", _PACKAGES, ids=lambda package: package.name)
def test_python_holds_no_sql(package: Path) -> None:
    found = [
        f"{shown(path)}:{text.lineno}"
        for path in package.rglob("*.py")
        if "migrations" not in path.parts
        for text in _texts_of(path)
        if _SQL.search(str(text.value))
    ]
    assert not found


@pytest.mark.parametrize("file", _FILES, ids=shown)
def test_every_query_says_in_a_sentence_what_it_does(file: Path) -> None:
    before, *pieces = _NAME.split(file.read_text("utf-8"))
    assert "\n\n" not in before.strip(), "SQL before the first query's name"
    named = dict(zip(pieces[::2], pieces[1::2], strict=True))
    assert named, "a file without queries"
    assert len(named) == len(pieces) / 2, "two queries of one name"
    silent = [name for name, text in named.items() if not _says_something(text)]
    assert not silent


def _says_something(text: str) -> bool:
    comment = re.match(r"\n((?:-- [^\n]+\n)+)", text)
    return bool(comment and _SENTENCE.match(text) and comment.group(1).strip().endswith("."))
