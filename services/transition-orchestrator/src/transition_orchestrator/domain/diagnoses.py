"""What was coded of a stay: which diagnoses count, and which of them led to it."""

from collections.abc import Iterable, Mapping, Sequence

from transition_orchestrator.domain.merging import NEVER_SAID, Facts

_KINDS = ("F", "W", "A", "")
"""Final ones, else the working ones, else those at admission, else such as say nothing of it."""


def listed(facts: Facts, name: str) -> Sequence[Mapping[str, object]]:
    """The entries of a fact that is a list: its `diagnoses` or `procedures`."""
    value = facts.get(name, NEVER_SAID).value
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def coded(diagnoses: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """The codes to count (rulebook section 5): DG1-6 F, else W, else A; the first is principal."""
    by_kind: dict[str, list[str]] = {}
    for diagnosis in diagnoses:
        kind = str(diagnosis.get("kind") or "").upper()
        by_kind.setdefault(kind, []).append(str(diagnosis.get("code") or ""))
    chosen = next((by_kind[kind] for kind in _KINDS if kind in by_kind), list[str]())
    return tuple(code for code in chosen if code)
