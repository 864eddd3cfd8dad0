"""The readers that are measured, one function each: a message in, its values out, in one order.

Runs in the environment of the peers or in ours: whatever it needs is imported when asked for.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from sys import path as search_path
from typing import Any

search_path.insert(0, str(Path(__file__).parent))
_spec: Any = import_module("spec")
_PLAN: Any = [
    (kind, name, fields, [""] * sum(len(components) for _, components in fields))
    for kind, name, fields in _spec.wanted()
]

Reader = Callable[[bytes, str], list[str]]
"""Reads from the bytes, or from the text where it knows nothing of character sets."""


def _walk(
    every: Callable[[str], Sequence[Any]],
    take: Callable[[Any, str, int, tuple[int, ...]], list[str]],
) -> list[str]:
    """All that is wanted, where `every` gives segments by name and `take` the values of a field."""
    values: list[str] = []
    for kind, name, fields, nothing in _PLAN:
        found = every(name)
        if not found and kind == "one":
            values += nothing
        for segment in found if kind == "all" else found[:1]:
            for number, components in fields:
                values += take(segment, kind, number, components)
    return values


def homeward() -> Reader:
    """Ours, from the bytes; `fields.txt` is written out, as the translation writes out its own."""
    return import_module("homeward_reader").read


def homeward_translation() -> Reader:
    """Ours to the end: what the message tells of, ready for its records. Gives no values."""
    return import_module("homeward_reader").translate_all


def hl7() -> Reader:
    """python-hl7."""
    library: Any = import_module("hl7")

    def component(unescape: Any, repetition: Any, number: int) -> str:
        if isinstance(repetition, str):
            part: Any = repetition if number == 1 else ""
        else:
            part = repetition[number - 1] if number <= len(repetition) else ""
        while not isinstance(part, str):
            part = part[0] if len(part) else ""
        return unescape(part) if "\\" in part else part

    def read(_: bytes, text: str) -> list[str]:
        message = library.parse(text)
        unescape = message.unescape
        by_name: dict[str, list[Any]] = {}
        for segment in message:
            by_name.setdefault(str(segment[0]), []).append(segment)

        def take(segment: Any, kind: str, number: int, components: tuple[int, ...]) -> list[str]:
            field = segment[number] if number < len(segment) else [""]
            whole = [each for each in field if str(each)] if kind == "each" else [field[0]]
            return [component(unescape, each, n) for each in whole for n in components]

        return _walk(lambda name: by_name.get(name, []), take)

    return read


def hl7apy() -> Reader:
    """hl7apy, tolerant and without groups; its fields are taken apart as text: that is quicker."""
    parser: Any = import_module("hl7apy.parser")
    tolerant = import_module("hl7apy.consts").VALIDATION_LEVEL.TOLERANT

    def component(repetition: str, number: int) -> str:
        parts = repetition.split("^")
        return parts[number - 1].partition("&")[0] if number <= len(parts) else ""

    def take(segment: Any, kind: str, number: int, components: tuple[int, ...]) -> list[str]:
        found = [each.to_er7() for each in getattr(segment, f"{segment.name}_{number}".lower())]
        whole = [each for each in found if each] if kind == "each" else found[:1] or [""]
        return [component(each, n) for each in whole for n in components]

    def read(_: bytes, text: str) -> list[str]:
        message = parser.parse_message(text, validation_level=tolerant, find_groups=False)
        by_name: dict[str, list[Any]] = {}
        for segment in message.children:
            by_name.setdefault(segment.name, []).append(segment)
        return _walk(lambda name: by_name.get(name, []), take)

    return read


def hl7kit() -> Reader:
    """hl7kit, written in Rust."""
    library: Any = import_module("hl7kit")

    @cache
    def place_of(segment: str, number: int, repetition: int) -> str:
        return f"{segment}-{number}[{repetition}]"

    @cache
    def places(place: str, components: tuple[int, ...]) -> list[str]:
        return [f"{place}.{component}.1" for component in components]

    @cache
    def segments(name: str, count: int) -> list[str]:
        return [f"{name}[{at}]" for at in range(1, count + 1)]

    def read(data: bytes, _: str) -> list[str]:
        message = library.parse(data)
        get = message.get
        there = message.segments()

        def take(segment: str, kind: str, number: int, components: tuple[int, ...]) -> list[str]:
            place = place_of(segment, number, 1)
            if kind != "each":
                return [get(each) or "" for each in places(place, components)]
            values: list[str] = []
            repetition = 1
            while get(place):
                values += [get(each) or "" for each in places(place, components)]
                repetition += 1
                place = place_of(segment, number, repetition)
            return values

        return _walk(lambda name: segments(name, there.count(name)), take)

    return read


READERS: dict[str, Callable[[], Reader]] = {
    "homeward": homeward,
    "homeward_translation": homeward_translation,
    "hl7": hl7,
    "hl7apy": hl7apy,
    "hl7kit": hl7kit,
}
