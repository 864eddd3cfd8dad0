"""One whole stack for the end-to-end tests; its clock stands before all worked cases."""

from collections.abc import Generator

import pytest
from tests.conftest import run_folder
from tests.support.chain import Chain, token_for
from tests.support.stack import Stack

CLOCK_START = "2026-03-01T12:00:00Z"


@pytest.fixture(scope="session")
def stack() -> Generator[Stack]:
    """The stack; it is stopped when the session ends."""
    running = Stack(
        run_folder() / "e2e", sites_dir="tests/data/sites", CARE_CLOCK_START=CLOCK_START
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chain(stack: Stack) -> Chain:
    """The stack as an integration client sees it."""
    return Chain(stack, token_for("integration"))
