"""Waiting for something to become true, with an end."""

import time
from collections.abc import Callable


def wait_until(happened: Callable[[], bool], *, seconds: float, every: float = 0.1) -> bool:
    """Ask until the answer is yes or the time is over; gives back the last answer."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
