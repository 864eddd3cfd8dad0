"""The separators that a message declares in MSH-1 and MSH-2."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from adt_ingest.domain.refusals import Problem, Refusal

_NONE: Final = "\uffff"
"""Stands for a delimiter that the message does not declare: no text contains it."""
_LONGEST_MSH2: Final = 5


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The five separators of every version, and the mark of what was cut off from v2.7 on."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = _NONE

    def by_letter(self) -> dict[str, str]:
        """Those that are declared, by the letters that stand for them in escape sequences."""
        letters = {
            "F": self.field,
            "S": self.component,
            "R": self.repetition,
            "E": self.escape,
            "T": self.subcomponent,
            "L": self.truncation,
            "P": self.truncation,
        }
        return {letter: sign for letter, sign in letters.items() if sign != _NONE}


def delimiters_of(line: bytes) -> Delimiters:
    """The delimiters of a message by its first line. Raises Refusal where they are of no use."""
    end = line.find(line[3:4], 4)
    return _declared(line[3 : end if end >= 0 else len(line)][: _LONGEST_MSH2 + 2])


@lru_cache(maxsize=64)
def _declared(declaration: bytes) -> Delimiters:
    """Nearly every message in the world declares the same."""
    given = declaration.decode("latin-1")
    separator, marks = given[:1], given[1:]
    if not separator or separator.isalnum() or separator.isspace() or not separator.isascii():
        raise Refusal(Problem.SEGMENT_SEQUENCE, "MSH-1 is not a field separator", "MSH-1")
    if (
        not marks
        or len(marks) > _LONGEST_MSH2
        or len(set(given)) < len(given)
        or not given.isascii()
        or any(mark.isalnum() or not mark.isprintable() for mark in given)
    ):
        raise Refusal(Problem.DATA_TYPE, "MSH-2 does not declare usable delimiters", "MSH-2")
    return Delimiters(separator, *marks.ljust(4, _NONE))
