"""Reviewed YAML files read into pydantic models, with errors that name file, line and rule."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
_Place: TypeAlias = Sequence[int | str]


class DocumentError(Exception):
    """A file that people wrote cannot be used as it stands."""

    def __init__(self, path: Path, line: int, rule: str) -> None:
        super().__init__(f"{path}, line {line}: {rule}")
        self.path = path
        self.line = line
        self.rule = rule


def load_document(path: Path, model: type[M]) -> M:
    """Read one file. Raises DocumentError for what is not YAML or breaks a rule of the model."""
    node, content = _read(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _faults(path, node, error)[0] from error


def faults_in(path: Path, model: type[BaseModel]) -> list[DocumentError]:
    """All that keeps a file from being used, by line; nothing where it can be."""
    try:
        node, content = _read(path)
    except DocumentError as error:
        return [error]
    try:
        model.model_validate(content)
    except ValidationError as error:
        return _faults(path, node, error)
    return []


def line_of(path: Path, place: str) -> int:
    """The line where a file that can be read says `place`, such as `address.street`."""
    node, _ = _read(path)
    return _line_of(node, place.split("."))


def load_documents(folder: Path, model: type[M]) -> list[M]:
    """Read every `*.yaml` of a folder, in the order of their names."""
    return [load_document(path, model) for path in files_of(folder)]


def files_of(folder: Path) -> list[Path]:
    """The documents of a folder; an editor's hidden files are none."""
    return sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("."))


def _read(path: Path) -> tuple[yaml.Node | None, Any]:
    try:
        text = path.read_text("utf-8")
        loader: Any = yaml.CSafeLoader(text)  # its stubs say too little
        node = loader.get_single_node()
        for name, line in _said_twice(node):  # YAML would quietly take the last
            raise DocumentError(path, line, f"{name}: stands here twice")
        content = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise DocumentError(path, mark.line + 1 if mark else 1, f"not YAML: {problem}") from error
    except (OSError, ValueError) as error:  # a date such as 30 February, or bytes that are no UTF-8
        raise DocumentError(path, 1, f"it cannot be read: {error}") from error
    return node, content


def _said_twice(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Keys that a mapping has more than once, with the line of the later one."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            if name.value in seen:
                yield str(name.value), name.start_mark.line + 1
            seen.add(name.value)
            yield from _said_twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _said_twice(value)


def _faults(path: Path, node: yaml.Node | None, error: ValidationError) -> list[DocumentError]:
    faults = [
        DocumentError(path, _line_of(node, one["loc"]), _rule_of(one))
        for one in error.errors(include_url=False)
    ]
    return sorted(faults, key=lambda fault: fault.line)


def _rule_of(fault: ErrorDetails) -> str:
    """What is wrong, in words for whoever wrote the file."""
    where = ".".join(str(part) for part in fault["loc"]) or "the document"
    match fault["type"]:
        case "missing":
            what = "is required"
        case "extra_forbidden":
            what = "there is no such key"
        case "string_type" if isinstance(fault["input"], int | float | date):
            what = "write it in quotes: it is to be text"
        case _:
            what = fault["msg"].removeprefix("Value error, ")
    return f"{where}: {what}"


def _line_of(node: yaml.Node | None, place: _Place) -> int:
    """The line of the deepest part of `place` that the file has."""
    line = node.start_mark.line + 1 if node else 1
    for part in place:
        inner: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == str(part):
                    line, inner = name.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and str(part).isdigit():
            inner = node.value[int(part)]
            line = node.value[int(part)].start_mark.line + 1
        if inner is None:
            return line
        node = inner
    return line


class WatchedFolder(Generic[M]):
    """The documents of a folder, read again when a file came, went or changed.

    A change that cannot be read leaves the documents as they were and is kept in `trouble`, so that
    a slip in one file takes no site off the air.
    """

    def __init__(self, folder: Path, model: type[M]) -> None:
        self._folder = folder
        self._model = model
        self._stamps = self._look()
        self._by_path = self._load()
        self.trouble: DocumentError | None = None

    def _look(self) -> tuple[tuple[str, int, int], ...]:
        stamps: list[tuple[str, int, int]] = []
        for path in files_of(self._folder):
            with suppress(FileNotFoundError):  # it went while we looked: that is a change, too
                stat = path.stat()
                stamps.append((path.name, stat.st_mtime_ns, stat.st_size))
        return tuple(stamps)

    def _load(self) -> dict[Path, M]:
        return {path: load_document(path, self._model) for path in files_of(self._folder)}

    def refresh(self) -> bool:
        """Look at the folder; true if the documents were read anew."""
        stamps = self._look()
        if stamps == self._stamps:
            return False
        try:
            self._by_path = self._load()
            self.trouble = None
        except DocumentError as error:
            self.trouble = error
        self._stamps = stamps
        return self.trouble is None

    @property
    def documents(self) -> tuple[M, ...]:
        """The documents as last read."""
        return tuple(self._by_path.values())

    @property
    def by_path(self) -> Mapping[Path, M]:
        """The documents as last read, by the file that each stands in."""
        return MappingProxyType(self._by_path)
