"""Remembers what was made of texts that senders repeat, and never of long ones."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_LONGEST: Final = 200
"""Characters: so many long ones would be as many megabytes, at the pleasure of any sender."""


def remembered(
    most: int,
) -> Callable[[Callable[Concatenate[str, P], R]], Callable[Concatenate[str, P], R]]:
    """A function of a text, and of what can be a key beside it, that is asked once for each."""

    def remember(function: Callable[Concatenate[str, P], R]) -> Callable[Concatenate[str, P], R]:
        known = lru_cache(maxsize=most)(function)

        @wraps(function)
        def ask(text: str, *rest: P.args, **named: P.kwargs) -> R:
            return (known if len(text) <= _LONGEST else function)(text, *rest, **named)

        return ask

    return remember
