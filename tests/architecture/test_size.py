"""The size budget: small functions in small files, so that a module can be read in one sitting."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest
from tests.architecture.house import shown, sources

_MOST_PARAMETERS = 6


@dataclass(frozen=True)
class _Function:
    path: Path
    name: str
    lines: int
    parameters: int

    def __str__(self) -> str:
        return f"{shown(self.path)}: {self.name} ({self.lines} lines, {self.parameters} parameters)"


@pytest.fixture(scope="module")
def functions() -> list[_Function]:
    return [found for path in sources() for found in _functions_of(path)]


@pytest.fixture(scope="module")
def files() -> dict[Path, int]:
    return {path: len(path.read_text("utf-8").splitlines()) for path in sources()}


def _functions_of(path: Path) -> Iterator[_Function]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _Function(path, node.name, _lines_of(node), _parameters_of(node))


def _lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Its lines from `def` on, but for the docstring: explaining costs nothing."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return lines
    said = node.body[0]
    return lines - ((said.end_lineno or said.lineno) - said.lineno + 1)


def _parameters_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([one for one in taken if one.arg not in ("self", "cls")])


def _at_most_one_in_twenty(longer: Sequence[object], of: int) -> None:
    listed = "\n".join(str(one) for one in longer)
    assert len(longer) * 20 <= of, f"{len(longer)} of {of} are longer:\n{listed}"


def test_half_of_all_functions_have_at_most_eight_lines(functions: list[_Function]) -> None:
    assert median(one.lines for one in functions) <= 8


def test_nineteen_of_twenty_functions_have_at_most_thirty_lines(
    functions: list[_Function],
) -> None:
    _at_most_one_in_twenty([one for one in functions if one.lines > 30], len(functions))


def test_nineteen_of_twenty_domain_functions_have_at_most_fifteen_lines(
    functions: list[_Function],
) -> None:
    domain = [one for one in functions if "domain" in one.path.parts]
    _at_most_one_in_twenty([one for one in domain if one.lines > 15], len(domain))


def test_no_function_has_more_than_sixty_lines(functions: list[_Function]) -> None:
    assert [str(one) for one in functions if one.lines > 60] == []


def test_no_function_takes_more_than_six_parameters(functions: list[_Function]) -> None:
    assert [str(one) for one in functions if one.parameters > _MOST_PARAMETERS] == []


def test_nineteen_of_twenty_files_have_at_most_250_lines(files: dict[Path, int]) -> None:
    longer = [shown(path) for path, lines in files.items() if lines > 250]
    _at_most_one_in_twenty(longer, len(files))


def test_no_file_has_more_than_400_lines(files: dict[Path, int]) -> None:
    assert [shown(path) for path, lines in files.items() if lines > 400] == []
