"""The list of fields to be read, as every Python reader gets it: standard library only."""

import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Wanted(NamedTuple):
    """One line of `fields.txt`: of a segment, fields in order with their components."""

    kind: str
    segment: str
    fields: tuple[tuple[int, tuple[int, ...]], ...]


def wanted() -> list[Wanted]:
    lines = (FOLDER / "fields.txt").read_text("utf-8").splitlines()
    return [_wanted(line) for line in lines if line and not line.startswith("#")]


def _wanted(line: str) -> Wanted:
    kind, segment, *places = line.split()
    fields: dict[int, list[int]] = {}
    for place in places:
        number, _, component = place.partition(".")
        fields.setdefault(int(number), []).append(int(component))
    return Wanted(kind, segment, tuple((n, tuple(parts)) for n, parts in fields.items()))


class Sample(NamedTuple):
    """A message to be read; `text` spares readers of text the decoding."""

    name: str
    data: bytes
    text: str


def samples(folder: Path) -> list[Sample]:
    found: list[Sample] = []
    for path in sorted(folder.glob("*.hl7")):
        data = path.read_bytes()
        codec = "latin-1" if re.search(rb"\|8859/1", data.partition(b"\r")[0]) else "utf-8"
        found.append(Sample(path.name, data, data.decode(codec)))
    return found
