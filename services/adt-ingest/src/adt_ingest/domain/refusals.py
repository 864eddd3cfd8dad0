"""Why a message cannot be taken: HL7's code for it, words for a person, and the place."""

from enum import Enum
from typing import Self


class Problem(Enum):
    """A condition of HL7 table 0357, with its code and its name there."""

    SEGMENT_SEQUENCE = ("100", "Segment sequence error")
    REQUIRED_FIELD = ("101", "Required field missing")
    DATA_TYPE = ("102", "Data type error")
    TABLE_VALUE = ("103", "Table value not found")
    TOO_LONG = ("104", "Value too long")
    UNSUPPORTED_VERSION = ("203", "Unsupported version id")
    UNKNOWN_KEY = ("204", "Unknown key identifier")
    INTERNAL = ("207", "Application internal error")

    def __init__(self, code: str, title: str) -> None:
        self.code = code
        self.title = title


class Refusal(Exception):  # noqa: N818 - a judgement about a message, not a fault of ours
    """A message cannot be taken; `reason` is for people and never holds a value of a patient."""

    def __init__(self, problem: Problem, reason: str, place: str = "") -> None:
        super().__init__(f"{reason} (at {place})" if place else reason)
        self.problem = problem
        self.reason = reason
        self.place = place

    def bare(self) -> Self:
        """The same without where it was raised: that would hold on to the whole message."""
        return type(self)(self.problem, self.reason, self.place)


class FormRefusal(Refusal):
    """A message can be read, but has a slip of form that its site does not forgive."""
