"""Waits for what other programs or tasks bring about, with a deadline instead of a sleep."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast, overload

T = TypeVar("T")


@overload
async def eventually(
    probe: Callable[[], Awaitable[T]],
    *,
    until: Callable[[T], object] = bool,
    within: float = 30.0,
    every: float = 0.05,
) -> T: ...


@overload
async def eventually(
    probe: Callable[[], T],
    *,
    until: Callable[[T], object] = bool,
    within: float = 30.0,
    every: float = 0.05,
) -> T: ...


async def eventually(
    probe: Callable[[], T | Awaitable[T]],
    *,
    until: Callable[[T], object] = bool,
    within: float = 30.0,
    every: float = 0.05,
) -> T:
    """Ask until the answer satisfies `until` and give it back.

    A probe that raises AssertionError has answered "not yet"; after the deadline its error, or one
    that shows the last answer, ends the test.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            answer = probe()
            value = cast("T", await answer if inspect.isawaitable(answer) else answer)
            if until(value):
                return value
            refusal = AssertionError(f"still {value!r} after {within} s")
        except AssertionError as error:
            refusal = error
        if time.monotonic() > deadline:
            raise refusal
        await asyncio.sleep(every)  # noqa: TID251 - the one place where tests wait


def eventually_sync(
    probe: Callable[[], T],
    *,
    until: Callable[[T], object] = bool,
    within: float = 30.0,
    every: float = 0.05,
) -> T:
    """The same for tests without an event loop."""
    deadline = time.monotonic() + within
    while True:
        try:
            value = probe()
            if until(value):
                return value
            refusal = AssertionError(f"still {value!r} after {within} s")
        except AssertionError as error:
            refusal = error
        if time.monotonic() > deadline:
            raise refusal
        time.sleep(every)  # noqa: TID251 - the one place where tests wait
