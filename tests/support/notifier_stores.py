"""The stores of the notifier that the port suites try: the one in memory and the real one."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from tests.support.notifier_fakes import FakeNotebook, NoticeStore

from care_chassis.database import Database
from notifier.store import Store

KINDS = ("memory", "postgresql")


@asynccontextmanager
async def notice_store(request: pytest.FixtureRequest) -> AsyncGenerator[NoticeStore]:
    """An empty store of the kind that the fixture's parameter names."""
    if request.param == "memory":
        yield FakeNotebook()
        return
    make_database: Callable[[str], str] = request.getfixturevalue("make_database")
    async with Database(make_database("notifier")) as database:
        async with database.transaction() as connection:
            await connection.execute(
                "TRUNCATE people, visits, attempts, notices, inbox, outbox"
                ", follow_ups, stopped_numbers"
            )
        yield Store(database)
