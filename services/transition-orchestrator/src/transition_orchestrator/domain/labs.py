"""Laboratory values of a visit: which one counts, whatever order the results arrived in.

A statement holds all that one message says of one code, as a list of readings. A reading is known
by when it was taken; the newest word on it holds, and a result that was taken back is none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from transition_orchestrator.domain.merging import NEVER_SAID, Facts, Json, instant_of

HEMOGLOBIN: Final = "hemoglobin"
"""The fact with readings of LOINC 718-7, in g/dL."""
SODIUM: Final = "sodium"
"""The fact with readings of LOINC 2951-2, in mmol/L."""
LABS: Final = frozenset({HEMOGLOBIN, SODIUM})
FACT_BY_LOINC: Final[Mapping[str, str]] = {"718-7": HEMOGLOBIN, "2951-2": SODIUM}

_SCALES: Final[Mapping[str, Mapping[str, float]]] = {
    HEMOGLOBIN: {"": 1.0, "g/dl": 1.0, "gm/dl": 1.0, "g/l": 0.1},
    SODIUM: {"": 1.0, "mmol/l": 1.0, "meq/l": 1.0},
}
"""What a unit is worth in the fact's own; a value in any other is not used."""
_RELIABLE = frozenset({"final", "amended", "corrected", "unknown"})
_TAKEN_BACK = frozenset({"cancelled", "entered_in_error"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One value, in the unit of its fact."""

    value: float
    comparator: str
    observed_at: datetime

    def is_below(self, limit: float) -> bool | None:
        """Whether it is; None where `<` or `>` leaves that open."""
        if self.comparator in ("", "="):
            return self.value < limit
        if self.comparator == "<" and self.value <= limit:
            return True
        if self.comparator in ("<", "<="):
            return True if self.value < limit else None
        return False if self.value >= limit and self.comparator in (">", ">=") else None


def last_reading(facts: Facts, name: str, until: datetime) -> Reading | None:
    """The last value of a visit that was taken by `until` and can be relied on."""
    standing: dict[datetime, dict[str, Json]] = {}
    for said in _readings(facts, name):
        at = instant_of(said.get("observed_at"))
        if at is None or at > until:
            continue
        known = standing.get(at, {})
        # Final without a number: the one that was reported before holds
        number = said.get("number") if said.get("number") is not None else known.get("number")
        standing[at] = {**said, "number": number}
    found = [_reading(name, at, said) for at, said in sorted(standing.items())]
    return next((one for one in reversed(found) if one), None)


def _readings(facts: Facts, name: str) -> Iterable[Mapping[str, Json]]:
    """What was said, oldest message first."""
    for statement in facts.get(name, NEVER_SAID).statements:
        entries = statement.value if isinstance(statement.value, list) else ()
        yield from (one for one in entries if isinstance(one, dict))


def _reading(name: str, at: datetime, said: Mapping[str, Json]) -> Reading | None:
    number, status = said.get("number"), str(said.get("status") or "unknown")
    scale = _SCALES[name].get(str(said.get("unit") or "").strip().lower())
    if status in _TAKEN_BACK or status not in _RELIABLE or scale is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    # Rounded only to undo the scale's binary noise: 119.96 g/L is below 12 g/dL
    return Reading(round(number * scale, 6), str(said.get("comparator") or ""), at)
