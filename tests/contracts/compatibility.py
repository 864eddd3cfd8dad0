"""Tells whether a newer JSON Schema of a body keeps what users of an older one rely on.

Services are deployed one by one and topics hold old records, so both directions matter: what was
written must stay readable, and what is written now must be readable by yesterday's reader.
"""

from collections.abc import Iterator, Mapping
from typing import Any


def breaks(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Every break of the rule "fields are added, never changed or removed", in words."""
    return list(_Comparison(old, new).of(old, new, "body"))


class _Comparison:
    """Walks two schemas side by side, each with its own definitions."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self._old_root = old
        self._new_root = new
        self._walked: set[tuple[str, str]] = set()

    def of(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[str]:
        pair = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if all(pair) and pair in self._walked:
            return
        self._walked.add(pair)
        was = _alternatives(self._old_root, old)
        now = _alternatives(self._new_root, new)
        if was.keys() != now.keys():
            yield f"{place}: was {_words(was)}, is {_words(now)}"
            return
        for shape, before in was.items():
            yield from self._alternative(before, now[shape], place)

    def _alternative(
        self, old: Mapping[str, Any], new: Mapping[str, Any], place: str
    ) -> Iterator[str]:
        yield from _lost_values(old, new, place)
        yield from self._fields(old, new, place)
        if "items" in old:
            yield from self.of(old["items"], new.get("items", {}), f"{place}[]")

    def _fields(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[str]:
        was: Mapping[str, Any] = old.get("properties", {})
        now: Mapping[str, Any] = new.get("properties", {})
        for name in sorted(was.keys() - now.keys()):
            yield f"{place}.{name}: was removed"
        for name in sorted(was.keys() & now.keys()):
            yield from self.of(was[name], now[name], f"{place}.{name}")
        needed, needs = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(needs - needed):
            yield f"{place}.{name}: is required now"
        for name in sorted((needed - needs) & now.keys()):
            yield f"{place}.{name}: may be missing now"


def _alternatives(root: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """What the schema allows, by shape: the type, and the format where it names one."""
    if "$ref" in schema:
        return _alternatives(root, root["$defs"][schema["$ref"].rpartition("/")[2]])
    found: dict[str, Any] = {}
    for option in schema.get("anyOf", ()):
        found |= _alternatives(root, option)
    kinds = schema.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        found[f"{kind} {schema['format']}" if "format" in schema else kind] = schema
    return found


def _lost_values(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[str]:
    """An enumeration may grow (readers are deployed before writers) and never shrinks."""
    was, now = old.get("enum"), new.get("enum")
    if was is None and now is not None:
        yield f"{place}: is limited to certain values now"
    if was is not None:
        for value in sorted(set(was) - set(now or was)):
            yield f"{place}: {value!r} is no longer allowed"


def _words(alternatives: Mapping[str, Any]) -> str:
    return " or ".join(sorted(alternatives)) or "anything"
