"""PostgreSQL: a pool that tells "away for now" from "wrong", and SQL that lives in named files."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files
from types import TracebackType
from typing import Self, TypeAlias

import asyncpg
import orjson

from care_chassis.errors import TransientError

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.SerializationError,
    asyncpg.exceptions.DeadlockDetectedError,
    asyncpg.exceptions.ReadOnlySQLTransactionError,
    asyncpg.exceptions.ConnectionDoesNotExistError,
    OSError,
    TimeoutError,
)
_QUERY_NAME = re.compile(r"^-- ([a-z0-9_]+) --$", re.MULTILINE)


class Database:
    """A pool of connections; every use of it is a transaction."""

    def __init__(self, url: str, *, most_connections: int = 10) -> None:
        self._url = url
        self._most = most_connections
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Connect. Raises TransientError where the server does not answer."""
        with _telling_away_from_wrong():
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=1,
                max_size=self._most,
                timeout=5,
                command_timeout=60,
                init=_speak_json,
            )

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """One transaction, committed at the end and rolled back on any exception.

        Raises TransientError where the server is away or chose this transaction as a victim.
        """
        if self._pool is None:
            raise TransientError("PostgreSQL")
        with _telling_away_from_wrong():
            async with self._pool.acquire(timeout=10) as connection, connection.transaction():
                yield connection

    async def listen_connection(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection of one's own, for LISTEN. Raises TransientError."""
        with _telling_away_from_wrong():
            return await asyncpg.connect(self._url, timeout=5)


class _telling_away_from_wrong:  # noqa: N801 - reads as a phrase after `with`
    """Turns a lost server into TransientError and leaves every other error as it is."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        lost = isinstance(error, asyncpg.InterfaceError) and not isinstance(
            error, asyncpg.DataError
        )
        if lost or isinstance(error, _AWAY):
            raise TransientError("PostgreSQL") from error


async def _speak_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            encoder=lambda value: orjson.dumps(value).decode(),
            decoder=orjson.loads,
            schema="pg_catalog",
        )


def load_queries(package: str) -> Mapping[str, str]:
    """The named queries of a package's `sql/*.sql`.

    A query begins at a line `-- its_name --`; the comment under it says in a sentence what it does.
    """
    queries: dict[str, str] = {}
    for file in sorted(files(package).joinpath("sql").iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            pieces = _QUERY_NAME.split(file.read_text("utf-8"))
            for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
                if name in queries:
                    raise ValueError(f"two queries of {package} are called {name}")
                queries[name] = text.strip()
    return queries
