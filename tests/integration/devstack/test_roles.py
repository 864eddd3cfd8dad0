"""Each service has a role and a schema of its own, and no way into another's."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql

from care_devstack.databases import apply_roles, service_url, sibling_url
from care_devstack.postgres import create_database
from care_devstack.services import SERVICES_WITH_DATABASE, snake
from care_devstack.settings import CHECKOUT

_DATABASE = "roles_test"
_CREATE = sql.SQL("CREATE TABLE {} (value int)")
_PASSWORDS = {service: snake(service) for service in SERVICES_WITH_DATABASE}


@pytest.fixture(scope="module")
def admin_url(postgres_url: str) -> Iterator[str]:
    """A database in which the roles were applied twice."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        create_database(connection, _DATABASE)
        url = sibling_url(postgres_url, _DATABASE)
        for _ in range(2):
            apply_roles(url, CHECKOUT / "deploy" / "postgres", _PASSWORDS)
        yield url
        connection.execute("DROP DATABASE roles_test WITH (FORCE)")


def _as(admin_url: str, service: str) -> psycopg.Connection:
    return psycopg.connect(service_url(admin_url, service, snake(service)), autocommit=True)


@pytest.mark.parametrize("service", SERVICES_WITH_DATABASE)
def test_a_service_makes_its_tables_in_its_own_schema(admin_url: str, service: str) -> None:
    with _as(admin_url, service) as connection:
        connection.execute("CREATE TABLE mine (value int)")
        found = connection.execute("SELECT 'mine'::regclass::oid, current_schema()").fetchone()
    assert found is not None
    assert found[1] == snake(service)


@pytest.mark.parametrize("service", SERVICES_WITH_DATABASE)
def test_a_service_reaches_no_other_schema(admin_url: str, service: str) -> None:
    with _as(admin_url, service) as connection:
        for other in (*SERVICES_WITH_DATABASE, "public"):
            if other != service:
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(_CREATE.format(sql.Identifier(snake(other), "theirs")))


def test_the_wrong_password_opens_nothing(admin_url: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(service_url(admin_url, "worklist", "wrong"))
