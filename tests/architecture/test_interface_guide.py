"""The guide for interface teams names every error that a sender can be told, and every command."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import typer
from tests.architecture.house import ROOT, package_of, shown
from typer.core import TyperGroup

from adt_ingest.cli import cli
from adt_ingest.domain.charsets import why_unreadable
from adt_ingest.domain.refusals import Problem

_GUIDE = ROOT / "docs/interface-teams.md"
_HEARD_NOT_SAID = {"replies.py"}
"""What others answer us is no error of ours."""
_GAP = "…"
_CHOSEN = {
    "why_unreadable": {why_unreadable(name) for name in ("EBCDIC", "UTF-16", "CNS 11643-1992")}
}
"""Functions that choose a sentence, and what they choose from."""


def _modules() -> list[Path]:
    return [
        path
        for path in sorted(package_of("adt-ingest").rglob("*.py"))
        if "Problem." in path.read_text("utf-8") and path.name not in _HEARD_NOT_SAID
    ]


def _text_of(node: ast.expr, names: dict[str, ast.expr]) -> str | None:
    """A sentence as the guide has it, with a gap for what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            return text.replace("{}", _GAP)
        case ast.JoinedStr(values=parts):
            return "".join(_text_of(part, names) or _GAP for part in parts)
        case ast.Name(id=name) if name in names:
            return _text_of(names[name], names)
        case _:
            return None


def _problem(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Problem":
        return Problem[node.attr].code
    return None


def _said(path: Path) -> Iterator[tuple[str, str]]:
    """Every pair of code and sentence: the first arguments of a Refusal, or a pair in a table."""
    tree = ast.parse(path.read_text("utf-8"))
    names: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            names[node.target.id] = node.value
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names[node.targets[0].id] = node.value
    for node in ast.walk(tree):
        pair = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
        code = _problem(pair[0]) if len(pair) > 1 else None
        if code is not None:
            text = _text_of(pair[1], names)
            texts = _CHOSEN.get(ast.unparse(pair[1]).partition("(")[0], {text})
            assert None not in texts, f"{shown(path)}:{pair[1].lineno}: say the sentence in place"
            yield from ((code, str(one)) for one in texts)


def _rows() -> set[tuple[str, str]]:
    """The codes and sentences of the guide's table."""
    rows = re.findall(r"^\| (\d{3}) \| ([^|]+) \|", _GUIDE.read_text("utf-8"), re.MULTILINE)
    return {(code, words) for code, words in rows}


@pytest.mark.parametrize("path", _modules(), ids=lambda path: path.name)
def test_every_error_that_a_sender_is_told_stands_in_the_guide(path: Path) -> None:
    assert set(_said(path)) - _rows() == set()


def test_every_error_in_the_guide_can_be_told() -> None:
    assert _rows() - {said for path in _modules() for said in _said(path)} == set()


def test_every_command_stands_in_the_guide() -> None:
    text = _GUIDE.read_text("utf-8")
    group = cast("TyperGroup", typer.main.get_command(cli))
    for name, command in group.commands.items():
        inner = list(command.commands) if isinstance(command, TyperGroup) else []
        for told in [f"{name} {one}" for one in inner] or [name]:
            assert f"adt-ingest {told}" in text, told


def test_every_link_in_the_guide_leads_somewhere() -> None:
    text = _GUIDE.read_text("utf-8")
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if link.startswith("#"):
            assert link.removeprefix("#") in headings, link
        elif not link.startswith("http"):
            assert (_GUIDE.parent / link).exists(), link
