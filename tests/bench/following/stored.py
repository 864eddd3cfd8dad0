"""Fills the orchestrator's database with encounters as if it had followed them for a year.

A dozen visits are followed for real; their rows are copied under other numbers, so that what is
stored is what the program itself would have written.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

import psycopg
from psycopg import sql
from tests.bench.following.events import SECRET, events_of
from tests.bench.following.in_process import deliveries, following
from tests.bench.following.stories import Told, Visit, messages, patient_number, told_of

from care_contracts.identifiers import patient_key, visit_key
from transition_orchestrator.domain.messages import VisitKey
from transition_orchestrator.domain.transitions import episode_id_of, transition_id_of

_AGES = (400, 350, 300, 250, 200, 150, 100, 80, 60, 40, 12, 1)
"""Days since the visits began that the copies are made of: most of them are long closed."""
_TABLES = ("persons", "encounters", "transitions")
_SEEN_TWICE = 2
_SITE = {"site": "GHH", "authority": "GHH"}


@dataclass(frozen=True, slots=True)
class _Names:
    """Everything in the rows of one visit that is its own."""

    patient: str
    visit: str

    def texts(self) -> tuple[str, ...]:
        visit = VisitKey(visit_key(SECRET, visit=self.visit, **_SITE))
        return (
            patient_key(SECRET, mrn=self.patient, **_SITE),
            self.patient,
            visit,
            self.visit,
            str(episode_id_of(visit)),
            str(transition_id_of(visit, 0)),
        )


def store(url: str, admin_url: str, count: int, *, now: datetime, sites_dir: Path) -> None:
    """Store so many encounters of as many patients, and the events that told of them as seen."""
    originals = [
        Visit(number, f"PATTERN{number}", f"PATTERNVISIT{number}", now - timedelta(days=age))
        for number, age in enumerate(_AGES)
    ]
    told = [one for one in told_of(originals) if one.at < now and one.trigger != "A40"]
    asyncio.run(_follow(url, told, sites_dir))
    with psycopg.connect(url) as connection:
        for table in _TABLES:
            _copy(connection, table, originals, count)
        connection.execute(
            "INSERT INTO inbox SELECT md5(number::text), %s FROM generate_series(1, %s) AS number",
            [now, count * _SEEN_TWICE],
        )
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


async def _follow(url: str, told: Sequence[Told], sites_dir: Path) -> None:
    async with following(url, sites_dir) as follow:
        await follow.follow(deliveries(events_of(messages(told), sites_dir)))


def _copy(
    connection: psycopg.Connection, table: str, originals: Sequence[Visit], count: int
) -> None:
    names = [_Names(one.patient, one.visit).texts() for one in originals]
    out = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    into = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
    with connection.cursor() as cursor:
        with cursor.copy(out) as copy:
            rows = "".join(bytes(block).decode() for block in copy).splitlines(keepends=True)
        patterns = [[row for row in rows if one[0] in row] for one in names]
        with cursor.copy(into) as copy:
            for block in _blocks(patterns, names, count):
                copy.write(block)


def _blocks(
    patterns: Sequence[Sequence[str]], names: Sequence[tuple[str, ...]], count: int
) -> Iterator[str]:
    """The rows of all copies, some hundred of them at a time."""
    numbers = iter(range(count))
    originals = cycle(zip(patterns, names, strict=True))
    while some := list(islice(numbers, 500)):
        yield "".join(
            _renamed(row, before, _Names(patient_number(number), f"STORED{number:07}").texts())
            for number, (rows, before) in zip(some, originals, strict=False)
            for row in rows
        )


def _renamed(row: str, before: tuple[str, ...], after: tuple[str, ...]) -> str:
    for old, new in zip(before, after, strict=True):
        row = row.replace(old, new)
    return row
