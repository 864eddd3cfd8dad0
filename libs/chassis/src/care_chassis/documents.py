"""Reviewed YAML files read into pydantic models, with errors that name file, line and rule."""

from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


class DocumentError(Exception):
    """A file that people wrote cannot be used as it stands."""

    def __init__(self, path: Path, line: int, rule: str) -> None:
        super().__init__(f"{path}, line {line}: {rule}")
        self.path = path
        self.line = line
        self.rule = rule


def load_document(path: Path, model: type[M]) -> M:
    """Read one file. Raises DocumentError for what is not YAML or breaks a rule of the model."""
    try:
        text = path.read_text("utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise DocumentError(path, mark.line + 1 if mark else 1, f"not YAML: {problem}") from error
    except (OSError, ValueError) as error:  # a date such as 30 February, or bytes that are no UTF-8
        raise DocumentError(path, 1, f"it cannot be read: {error}") from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        rule = f"{where}: {first['msg']}"
        raise DocumentError(path, _line_of(node, first["loc"]), rule) from error


def load_documents(folder: Path, model: type[M]) -> list[M]:
    """Read every `*.yaml` of a folder, in the order of their names."""
    return [load_document(path, model) for path in _files(folder)]


def _files(folder: Path) -> list[Path]:
    """The documents of a folder; an editor's hidden files are none."""
    return sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("."))


def _line_of(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """The line of the deepest part of `place` that the file has."""
    line = node.start_mark.line + 1 if node else 1
    for part in place:
        inner: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == str(part):
                    line, inner = name.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            inner = node.value[part]
            line = node.value[part].start_mark.line + 1
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
        self._documents = tuple(load_documents(folder, model))
        self.trouble: DocumentError | None = None

    def _look(self) -> tuple[tuple[str, int, int], ...]:
        stamps: list[tuple[str, int, int]] = []
        for path in _files(self._folder):
            with suppress(FileNotFoundError):  # it went while we looked: that is a change, too
                stat = path.stat()
                stamps.append((path.name, stat.st_mtime_ns, stat.st_size))
        return tuple(stamps)

    def refresh(self) -> bool:
        """Look at the folder; true if the documents were read anew."""
        stamps = self._look()
        if stamps == self._stamps:
            return False
        try:
            self._documents = tuple(load_documents(self._folder, self._model))
            self.trouble = None
        except DocumentError as error:
            self.trouble = error
        self._stamps = stamps
        return self.trouble is None

    @property
    def documents(self) -> tuple[M, ...]:
        """The documents as last read."""
        return self._documents
