"""Roles, schemas and migrations: what stands in PostgreSQL before the services start."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from care_devstack.services import SERVICES_WITH_DATABASE, snake

_ONE_AT_A_TIME = 0x43415245
"""The advisory lock under which roles, which all databases of a server share, are made."""


def service_url(admin_url: str, service: str, password: str) -> str:
    """The address of a service's own role in the database of the administrator's address."""
    address = urlsplit(admin_url)
    place = address.netloc.rpartition("@")[2]
    login = f"{quote(snake(service))}:{quote(password, safe='')}"
    return address._replace(netloc=f"{login}@{place}").geturl()


def sibling_url(url: str, database: str) -> str:
    """The same server and role, another database."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def apply_roles(admin_url: str, folder: Path, passwords: Mapping[str, str]) -> None:
    """Run the SQL files of a folder in order of name, then set the roles' passwords.

    Roles belong to the whole server: the lock is taken in the database that every server has.
    """
    with psycopg.connect(sibling_url(admin_url, "postgres"), autocommit=True) as gate:
        gate.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        with psycopg.connect(admin_url) as connection:
            for file in sorted(folder.glob("*.sql")):
                connection.execute(sql.SQL(file.read_text("utf-8")))  # pyright: ignore[reportArgumentType]
            for service, password in passwords.items():
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                        sql.Identifier(snake(service)), sql.Literal(password)
                    )
                )


def migrate_all(urls: Mapping[str, str]) -> None:
    """Bring every service's schema to its newest revision."""
    for service in SERVICES_WITH_DATABASE:
        migrate_one(service, urls[service])


def migrate_one(service: str, url: str) -> None:
    """Bring one service's schema to its newest revision."""
    # Here, because it takes a second to load, and most commands do not need it.
    from care_chassis.migrations import migrate  # noqa: PLC0415

    migrate(snake(service), url)
