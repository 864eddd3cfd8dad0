"""Care protocols from YAML files: checked at the start, errors named by file, line and rule."""

from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

from care_chassis.documents import (
    DocumentError,
    faults_in,
    files_of,
    line_of,
    load_document,
)
from transition_orchestrator.domain.protocol import Protocol
from transition_orchestrator.domain.soundness import Unsound, unsound
from transition_orchestrator.protocol_format import ProtocolFile


def faults_of(path: Path) -> list[DocumentError]:
    """All that keeps a protocol file from being used, by line; nothing where it can be."""
    faults = faults_in(path, ProtocolFile)
    if faults:
        return faults
    read = load_document(path, ProtocolFile)
    slips = [
        DocumentError(path, line_of(path, _place(read, one)), f"{one.code}: {one.rule}")
        for one in unsound(read.protocol())
    ]
    return sorted(slips, key=lambda one: one.line)


def _place(read: ProtocolFile, slip: Unsound) -> str:
    """Where in the file the step stands; of a repetition, the step that repeats."""
    steps = read.plans[slip.kind].steps
    number = max(
        (n for n, one in enumerate(steps) if slip.code.startswith(one.code.removesuffix("_1"))),
        key=lambda n: (steps[n].code == slip.code, len(steps[n].code), n),
    )
    return f"plans.{slip.kind}.steps.{number}.{slip.key}"


def load_protocol(path: Path) -> Protocol:
    """One protocol. Raises DocumentError for the first slip of a file that cannot be used."""
    for fault in faults_of(path):
        raise fault
    return load_document(path, ProtocolFile).protocol()


def load_protocols(more: Path | None = None) -> dict[str, Protocol]:
    """The shipped protocols and those in the folder `more`, by label such as `default@1`.

    Raises DocumentError for a file that cannot be used, or that says once more what stands in
    another: a version that transitions run on is never changed, it gets a successor.
    """
    found: dict[str, Protocol] = {}
    with as_file(files("transition_orchestrator").joinpath("protocols")) as shipped:
        for folder in (shipped, more) if more else (shipped,):
            for path in files_of(folder):
                protocol = load_protocol(path)
                _once(path, protocol, found)
                found[protocol.label] = protocol
    return found


def _once(path: Path, protocol: Protocol, found: Mapping[str, Protocol]) -> None:
    if protocol.label in found:
        rule = f"version: there is a {protocol.label} already; give this one the next version"
        raise DocumentError(path, line_of(path, "version"), rule)
