"""A package declares what it imports: a workspace has everything installed, an image only that."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from tests.architecture.house import ROOT

_PACKAGES = {
    path.parent.name: path.parent
    for pattern in ("libs/*", "services/*", "tools/*", "schemas")
    for path in sorted(ROOT.glob(f"{pattern}/pyproject.toml"))
}
_NEEDED_BESIDES = {"fastapi.templating": "jinja2", "fastapi.Form": "python-multipart"}
"""What a library imports only when it is asked for this."""

_ONLY_IN_DEVELOPMENT = {"devstack": {"playwright"}}  # it gets a browser for the tests


def _name(folder: str) -> str:
    return _project(_PACKAGES[folder])["name"]


def _project(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]


def _locked() -> dict[str, dict[str, Any]]:
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    return {package["name"]: package for package in lock["package"]}


def _installed_with(name: str) -> set[str]:
    """What an image of the package contains, found by following the lock."""
    locked, found, waiting = _locked(), set[str](), [name]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            package = locked[here]
            waiting += [one["name"] for one in package.get("dependencies", ())]
            for extra in package.get("optional-dependencies", {}).values():
                waiting += [one["name"] for one in extra]
    return found


def _imported(folder: Path) -> Iterator[str]:
    for path in folder.rglob("src/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _distributions(imported: set[str]) -> set[str]:
    known = packages_distributions()
    roots = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    besides = {needed for name, needed in _NEEDED_BESIDES.items() if name in imported}
    return besides | {_canonical(known[root][0]) for root in roots if root in known}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("folder", _PACKAGES)
def test_everything_imported_comes_with_the_package(folder: str) -> None:
    needed = _distributions(set(_imported(_PACKAGES[folder])))
    spared = _ONLY_IN_DEVELOPMENT.get(folder, set[str]())
    assert needed - _installed_with(_name(folder)) - spared == set()


@pytest.mark.parametrize("folder", _PACKAGES)
def test_the_lock_knows_what_the_package_asks_for(folder: str) -> None:
    asked = {
        _canonical(re.split(r"[\[<>=~! ]", one, maxsplit=1)[0])
        for one in _project(_PACKAGES[folder]).get("dependencies", ())
    }
    locked = {one["name"] for one in _locked()[_name(folder)].get("dependencies", ())}
    assert asked == locked
