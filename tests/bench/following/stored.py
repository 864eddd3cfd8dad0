"""Fills the orchestrator's database with encounters as if it had followed them for a year.

A dozen visits are followed for real; their rows are copied under other numbers, so that what is
stored is what the program itself would have written.
"""

import asyncio
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5
from itertools import cycle, islice
from pathlib import Path

import psycopg
from psycopg import sql
from tests.bench.following.events import SECRET, events_of
from tests.bench.following.in_process import following
from tests.bench.following.stories import Told, Visit, messages, patient_number, told_of
from tests.support.transition_orchestrator_fakes import deliveries

from care_contracts.identifiers import patient_key, visit_key
from transition_orchestrator.domain.messages import PatientKey, VisitKey, VisitNumber
from transition_orchestrator.domain.routing import TransitionKind
from transition_orchestrator.domain.transitions import (
    encounter_id_of,
    episode_id_of,
    transition_ids_of,
)

_AGES = (400, 350, 300, 250, 200, 150, 100, 80, 60, 40, 12, 1)
"""Days since the visits began that the copies are made of: most of them are long closed."""
_TABLES = ("persons", "encounters", "transitions")
_SEEN_TWICE = 2
_SITE = {"site": "GHH", "authority": "GHH"}


@dataclass(frozen=True, slots=True)
class _FollowUp:
    """A stored transition, by what makes its id."""

    transition_id: str
    kind: TransitionKind
    discharges: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Original:
    """A visit that was followed for real, with its rows by their tables."""

    patient: str
    visit: str
    follow_ups: tuple[_FollowUp, ...]
    rows: Mapping[str, str]

    @property
    def _messages(self) -> list[str]:
        return sorted({one for each in self.follow_ups for one in each.discharges})

    def names(self) -> list[str]:
        """All that is its own in the rows: every copy has others, in the same order."""
        opened = [one.transition_id for one in self.follow_ups]
        return [*_names_of(self.patient, self.visit), *self._messages, *opened]

    def names_of_copy(self, number: int) -> list[str]:
        """The names of the copy that has this number."""
        new = {one: md5(f"{one}{number}".encode()).hexdigest() for one in self._messages}
        opened = [
            str(next(transition_ids_of(one.kind, frozenset(new[each] for each in one.discharges))))
            for one in self.follow_ups
        ]
        numbers = _names_of(patient_number(number), f"STORED{number:07}")
        return [*numbers, *new.values(), *opened]


def _names_of(patient: str, visit: str) -> list[str]:
    key = VisitKey(visit_key(SECRET, visit=visit, **_SITE))
    person = PatientKey(patient_key(SECRET, mrn=patient, **_SITE))
    number = VisitNumber(key, person)
    ids = [str(encounter_id_of(number)), str(episode_id_of(number))]
    return [person, patient, key, visit, *ids]


def store(url: str, admin_url: str, count: int, *, now: datetime, sites_dir: Path) -> None:
    """Store so many encounters of as many patients, and the events that told of them as seen."""
    originals = [
        Visit(number, f"PATTERN{number}", f"PATTERNVISIT{number}", now - timedelta(days=age))
        for number, age in enumerate(_AGES)
    ]
    told = [one for one in told_of(originals) if one.at < now and one.trigger != "A40"]
    asyncio.run(_follow(url, told, sites_dir))
    with _patient_with_the_log(admin_url):
        _copy_all(url, originals, count)
        with psycopg.connect(url) as connection:
            connection.execute(
                "INSERT INTO inbox"
                " SELECT md5(number::text), %s FROM generate_series(1, %s) AS number",
                [now, count * _SEEN_TWICE],
            )


@contextmanager
def _patient_with_the_log(admin_url: str) -> Generator[None]:
    """Let the server write its log for long before it writes it all out; tidy up in the end."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_wal_size = '16GB'")
        connection.execute("SELECT pg_reload_conf()")
        yield
        connection.execute("ANALYZE")
        connection.execute("ALTER SYSTEM RESET max_wal_size")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")


async def _follow(url: str, told: Sequence[Told], sites_dir: Path) -> None:
    async with following(url, sites_dir) as follow:
        await follow.follow(deliveries(events_of(messages(told), sites_dir)))


def _copy_all(url: str, originals: Sequence[Visit], count: int) -> None:
    with psycopg.connect(url) as connection:
        rows = {table: _rows_of(connection, table) for table in _TABLES}
        patterns = [_original(connection, one, rows) for one in originals]
    with ExitStack() as stack:
        copies: dict[str, psycopg.Copy] = {}
        for table in _TABLES:
            cursor = stack.enter_context(psycopg.connect(url)).cursor()
            cursor.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
            into = sql.SQL("COPY {} FROM STDIN (FREEZE)").format(sql.Identifier(table))
            copies[table] = stack.enter_context(cursor.copy(into))
        for some in _blocks(patterns, count):
            for table, copy in copies.items():
                copy.write("".join(some[table]))


def _rows_of(connection: psycopg.Connection, table: str) -> list[str]:
    out = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(out) as copy:
        return "".join(bytes(block).decode() for block in copy).splitlines(keepends=True)


def _original(
    connection: psycopg.Connection, visit: Visit, rows: Mapping[str, Sequence[str]]
) -> _Original:
    key = visit_key(SECRET, visit=visit.visit, **_SITE)
    person = patient_key(SECRET, mrn=visit.patient, **_SITE)
    found = connection.execute(
        "SELECT transition_id::text, view ->> 'kind', opened_from FROM transitions"
        " WHERE view ->> 'visit_key' = %s",
        [key],
    )
    follow_ups = [_FollowUp(one[0], TransitionKind(one[1]), frozenset(one[2])) for one in found]
    mine = {table: "".join(row for row in rows[table] if person in row) for table in rows}
    return _Original(visit.patient, visit.visit, tuple(follow_ups), mine)


def _blocks(patterns: Sequence[_Original], count: int) -> Iterator[Mapping[str, Sequence[str]]]:
    """The rows of all copies by their tables, some hundred copies at a time."""
    numbers = iter(range(count))
    originals = cycle([(one, one.names()) for one in patterns])
    while some := list(islice(numbers, 500)):
        made: dict[str, list[str]] = {table: [] for table in _TABLES}
        for number, (one, before) in zip(some, originals, strict=False):
            after = one.names_of_copy(number)
            for table, rows in one.rows.items():
                made[table].append(_renamed(rows, before, after))
        yield made


def _renamed(row: str, before: Sequence[str], after: Sequence[str]) -> str:
    for old, new in zip(before, after, strict=True):
        row = row.replace(old, new)
    return row
