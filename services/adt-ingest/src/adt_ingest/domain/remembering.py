"""Remembers what was made of texts that senders repeat, and never of long ones."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar, TypeVarTuple

Rest = TypeVarTuple("Rest")
R = TypeVar("R")

_LONGEST: Final = 200
"""Characters: so many long ones would be as many megabytes, at the pleasure of any sender."""


def remembered(
    most: int,
) -> Callable[[Callable[[str, *Rest], R]], Callable[[str, *Rest], R]]:
    """A function of a text, and of what can be a key beside it, that is asked once for each."""

    def remember(function: Callable[[str, *Rest], R]) -> Callable[[str, *Rest], R]:
        known = lru_cache(maxsize=most)(function)

        @wraps(function)
        def ask(text: str, *rest: *Rest) -> R:
            return known(text, *rest) if len(text) <= _LONGEST else function(text, *rest)

        return ask

    return remember
