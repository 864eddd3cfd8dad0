"""Every named query means something to the migrated schema, and no service reaches another's."""

from collections.abc import Callable

import asyncpg
import pytest

from care_chassis.database import load_queries
from care_chassis.migrations import migrate
from care_devstack.databases import service_url
from care_devstack.services import SERVICES_WITH_DATABASE, snake


@pytest.mark.parametrize("service", SERVICES_WITH_DATABASE)
async def test_every_query_of_a_service_can_be_prepared(
    service: str, make_database: Callable[[str], str]
) -> None:
    queries = {**load_queries("care_chassis"), **load_queries(snake(service))}
    connection = await asyncpg.connect(make_database(service))
    try:
        problems = [await _problem(connection, *item) for item in queries.items()]
    finally:
        await connection.close()
    assert not [problem for problem in problems if problem]


async def _problem(
    connection: "asyncpg.Connection[asyncpg.Record]", name: str, query: str
) -> str | None:
    try:
        await connection.prepare(query)
    except asyncpg.PostgresError as error:
        return f"{name}: {error}"
    return None


@pytest.fixture
def two_services(make_database: Callable[[str], str]) -> dict[str, str]:
    """The addresses of two services whose schemas stand in one database, as they do for real."""
    one = make_database("worklist")
    other = service_url(one, "reminders", "reminders")
    migrate("reminders", other)
    return {"worklist": one, "reminders": other}


@pytest.mark.parametrize(("who", "whose"), [("worklist", "reminders"), ("reminders", "worklist")])
@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT * FROM {schema}.inbox",
        "INSERT INTO {schema}.inbox (event_id, seen_at) VALUES ('1', now())",
        "DELETE FROM {schema}.outbox",
        "CREATE TABLE {schema}.foothold (id int)",
        "SET ROLE {schema}",
        "CREATE TABLE public.common_ground (id int)",
    ],
)
async def test_a_service_can_do_nothing_in_another_s_schema(
    who: str, whose: str, attempt: str, two_services: dict[str, str]
) -> None:
    connection = await asyncpg.connect(two_services[who])
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attempt.format(schema=whose))
    finally:
        await connection.close()


async def test_a_service_works_in_its_own_schema_without_naming_it(
    two_services: dict[str, str],
) -> None:
    connection = await asyncpg.connect(two_services["reminders"])
    try:
        assert await connection.fetchval("SELECT current_schema()") == "reminders"
        assert await connection.fetchval("SELECT count(*) FROM inbox") == 0
    finally:
        await connection.close()
