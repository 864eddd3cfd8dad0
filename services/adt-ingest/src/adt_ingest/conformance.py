"""Holds messages against the HL7 standard with hl7apy, in a process of its own and in bounded time.

hl7apy is accurate and slow, and what it says may quote a value: only sentences whose pattern is
known are passed on, without the value. What it cannot check is said so. It never stands on the way
of a message that is to be taken.
"""

import importlib
import multiprocessing
import re
import tempfile
import warnings
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

_SENTENCES: Final = (
    (re.compile(r"Missing required child \w+\.(?P<place>\w+)"), "required, and missing"),
    (re.compile(r"Child limit exceeded \w+\.(?P<place>\w+)"), "repeated more often than allowed"),
    (
        re.compile(
            r"Value .* not in table HL7(?P<more>\d+) in element \w+\.(?P<place>\w+)", re.DOTALL
        ),
        "a value that is not in table {more}",
    ),
    (
        re.compile(r"Exceeded max length \((?P<more>\d+)\) of \w+\.(?P<place>\w+)"),
        "longer than {more}",
    ),
    (
        re.compile(
            r"Datatype \w+ is not correct for \w+\.(?P<place>\w+) \(it must be (?P<more>\w+)\)"
        ),
        "not of the data type {more}",
    ),
    (
        re.compile(r"Invalid children detected for <\w+ (?P<place>\w+)"),
        "more parts than this version has",
    ),
)
_UNSHOWN: Final = "something that is not shown here, because the sentence may quote a value"
_LONG_START: Final = 60.0
_LAST_KNOWN: Final = "2.7"
"""Of later versions it has some structures, and takes good messages for bad ones."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What hl7apy said of a message."""

    findings: tuple[str, ...] = ()
    not_checked: str = ""
    """Why it could not be checked; nothing where it was."""


class ConformanceCheck:
    """A worker process that is started when it is needed, and ended when it takes too long."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._worker: tuple[BaseProcess, Connection] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def check(self, text: str) -> Checked:
        """Hold a message, already decoded, against the version that it names."""
        try:
            _, pipe = self._worker or self._start()
            pipe.send(text)
            if pipe.poll(self._seconds):
                findings, not_checked = pipe.recv()
                return Checked(tuple(findings), not_checked)
        except (EOFError, OSError):
            self._end()
            return Checked(not_checked="hl7apy broke on it")
        self._end()
        return Checked(not_checked=f"hl7apy took longer than {self._seconds:g} s")

    def _start(self) -> tuple[BaseProcess, Connection]:
        here, there = multiprocessing.Pipe()
        spawned = multiprocessing.get_context("spawn")
        process = spawned.Process(target=_work, args=(there,), daemon=True)
        process.start()
        there.close()
        here.poll(_LONG_START)  # its first word: it has imported what it needs
        here.recv()
        self._worker = process, here
        return self._worker

    def _end(self) -> None:
        if self._worker is not None:
            process, pipe = self._worker
            self._worker = None
            process.kill()
            process.join()
            pipe.close()


def _work(pipe: Connection) -> None:
    """The worker: a message in, what is to be said of it out."""
    warnings.simplefilter("ignore")
    importlib.import_module("hl7apy.parser")  # half a second that only this process pays
    pipe.send("ready")
    with tempfile.TemporaryDirectory() as folder:
        while True:
            try:
                text: str = pipe.recv()
            except EOFError:
                return
            pipe.send(checked_by_hl7apy(text, Path(folder) / "report"))


def checked_by_hl7apy(text: str, report: Path) -> tuple[list[str], str]:
    """The findings, and why there are none if it could not be checked."""
    from hl7apy import exceptions, parser  # noqa: PLC0415

    untyped: Any = parser  # hl7apy has no annotations
    try:
        message = untyped.parse_message(text, find_groups=True)
        if message.version > _LAST_KNOWN:
            return [], "hl7apy knows this version in part only"
        with suppress(exceptions.ValidationError):  # the first of those that stand in the report
            message.validate(report_file=str(report))
        lines = report.read_text("utf-8").splitlines()
    except exceptions.UnsupportedVersion:
        return [], "hl7apy does not know this version"
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may quote a value
        return [], f"hl7apy cannot read it ({type(error).__name__})"
    return list(dict.fromkeys(map(_without_values, lines))), ""


def _without_values(line: str) -> str:
    sentence = line.partition(": ")[2]
    for pattern, words in _SENTENCES:
        found = pattern.search(sentence)
        if found:
            named = found.groupdict()
            return f"{named['place'].replace('_', '-')}: {words.format(**named)}"
    return _UNSHOWN
