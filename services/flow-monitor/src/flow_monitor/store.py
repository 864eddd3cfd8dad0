"""PostgreSQL for the journal; the SQL itself stands in `sql/*.sql`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime

import asyncpg

from care_chassis.database import Connection, Database, load_queries
from flow_monitor.domain.entries import Entry, Facts, Position, Sighting
from flow_monitor.domain.journeys import IdKind
from flow_monitor.ports import MessageFilter, TopicCount

_QUERIES = load_queries("flow_monitor")
_TEXTS = (
    "site", "control_id", "trigger", "outcome", "reason", "place", "answer", "detail",
    "patient_key", "mrn", "visit_key", "visit", "transition_id", "task_id",
)  # fmt: skip
"""The columns that facts fill, in the order of the query that writes them."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_END = Position(datetime(9000, 1, 1, tzinfo=UTC), "~", 0, 0)


class Store:
    """The journal in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entries: Sequence[Entry]) -> int:
        async with self._database.transaction() as connection:
            added: int = await connection.fetchval(_QUERIES["append_entries"], *_columns(entries))
            await _note_merges(connection, [entry.facts for entry in entries])
            await _note_transitions(connection, entries)
        return added

    async def prepare(self, month: date) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(_QUERIES["prepare_month"], month)

    async def drop_before(self, month: date) -> int:
        async with self._database.transaction() as connection:
            dropped: int = await connection.fetchval(_QUERIES["drop_months_before"], month)
        return dropped

    async def correlations_of(self, kind: IdKind, value: str, site: str) -> set[str]:
        rows = await self._fetch(f"correlations_of_{kind}", value, site)
        return {row["correlation_id"] for row in rows}

    async def stations(self, correlations: Collection[str], most: int) -> list[Sighting]:
        return _sightings(await self._fetch("stations", list(correlations), most))

    async def messages(self, wanted: MessageFilter) -> list[Sighting]:
        before = wanted.before or _END
        rows = await self._fetch(
            "received_messages",
            wanted.verdict,
            wanted.site,
            wanted.control_id,
            wanted.since or _BEGINNING,
            before.stored_at,
            before.partition,
            before.offset,
            wanted.most,
        )
        return _sightings(rows)

    async def effects(self, correlations: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        effects: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for row in await self._fetch("effects", list(correlations)):
            effects[row["correlation_id"]][row["type"]] = row["count"]
        return effects

    async def dead_letters(self, before: Position | None, most: int) -> list[Sighting]:
        end = before or _END
        rows = await self._fetch(
            "dead_letters", end.stored_at, end.topic, end.partition, end.offset, most
        )
        return _sightings(rows)

    async def counts(self) -> list[TopicCount]:
        return [TopicCount(**dict(row)) for row in await self._fetch("counts")]

    async def open_transitions(self) -> Mapping[str, int]:
        return {row["site"]: row["count"] for row in await self._fetch("open_transitions")}

    async def _fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        async with self._database.transaction() as connection:
            return await connection.fetch(_QUERIES[query], *arguments)


def _columns(entries: Sequence[Entry]) -> list[list[object]]:
    """What `append_entries` takes: a list for every column."""
    return [
        [entry.position.stored_at for entry in entries],
        [entry.position.topic for entry in entries],
        [entry.position.partition for entry in entries],
        [entry.position.offset for entry in entries],
        [entry.type for entry in entries],
        [entry.event_id for entry in entries],
        [entry.correlation_id for entry in entries],
        [entry.occurred_at for entry in entries],
        *([getattr(entry.facts, name) for entry in entries] for name in _TEXTS),
        [entry.digest for entry in entries],
        [entry.key for entry in entries],
        [dict(entry.headers) for entry in entries],
        [entry.payload for entry in entries],
    ]


async def _note_merges(connection: Connection, facts: Sequence[Facts]) -> None:
    merges = [fact for fact in facts if fact.prior_patient_key and fact.patient_key]
    if merges:
        await connection.execute(
            _QUERIES["note_merges"],
            [fact.prior_patient_key for fact in merges],
            [fact.patient_key for fact in merges],
            [fact.site for fact in merges],
            [fact.prior_mrn for fact in merges],
        )


async def _note_transitions(connection: Connection, entries: Sequence[Entry]) -> None:
    """Only a transition's own events have a version; dead letters of them are not its state."""
    facts = [entry.facts for entry in entries if entry.facts.version and entry.facts.transition_id]
    if facts:
        await connection.execute(
            _QUERIES["note_transition_states"],
            [fact.transition_id for fact in facts],
            [fact.site for fact in facts],
            [fact.version for fact in facts],
            [fact.outcome for fact in facts],
        )


def _sightings(rows: Sequence[asyncpg.Record]) -> list[Sighting]:
    return [
        Sighting(
            position=Position(row["stored_at"], row["topic"], row["partition"], row["position"]),
            type=row["type"],
            event_id=row["event_id"],
            correlation_id=row["correlation_id"],
            occurred_at=row["occurred_at"],
            facts=Facts(**{name: row[name] for name in _TEXTS}),
            digest=row["digest"],
        )
        for row in rows
    ]
