"""How a measure stands on a day: what was told of it has no date of its own."""

from datetime import date
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """How a measure stands."""

    OPEN = "open"
    MET = "met"
    MISSED = "missed"
    EXCLUDED = "excluded"


class Window(Protocol):
    """What is known of a measure."""

    @property
    def last_on(self) -> date: ...
    @property
    def met_on(self) -> date | None: ...
    @property
    def excluded_for(self) -> str | None: ...


def standing_of(measure: Window, today: date) -> Standing:
    """How it stands; its last day still counts."""
    if measure.excluded_for is not None:
        return Standing.EXCLUDED
    if measure.met_on is not None:
        return Standing.MET
    return Standing.MISSED if today > measure.last_on else Standing.OPEN
