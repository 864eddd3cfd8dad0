"""Clusters in PostgreSQL: locked, loaded and written whole batches at a time."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from care_chassis import inbox, outbox
from care_chassis.database import Connection, Database, load_queries
from care_chassis.events import OutgoingEvent
from transition_orchestrator.domain.cluster import Cluster
from transition_orchestrator.domain.messages import ClusterKey, PatientKey
from transition_orchestrator.ports import Ledger
from transition_orchestrator.records import JsonRow, Rows

Row: TypeAlias = "asyncpg.Record"
_QUERIES = load_queries("transition_orchestrator")


class PostgresLedgers:
    """Opens one transaction for one unit of work."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Rows()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Ledger]:
        async with self._database.transaction() as connection:
            yield _PostgresLedger(connection, self._rows)


class _PostgresLedger:
    """A unit of work on one connection."""

    def __init__(self, connection: Connection, rows: Rows) -> None:
        self._connection = connection
        self._rows = rows

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        return await inbox.unseen(self._connection, event_ids, seen_at)

    async def gather(
        self, patients: Iterable[PatientKey], transitions: Iterable[UUID] = ()
    ) -> Sequence[Cluster]:
        named = (sorted(set(patients)), sorted(set(transitions)))
        locked: set[str] = set()
        found: set[str] = {*named[0]} or await self._find(named)
        # What is found may have been joined into something else before its lock was ours.
        while missing := found - locked:
            await self._connection.execute(_QUERIES["lock_keys"], sorted(missing))
            locked |= missing
            found = await self._find(named)
        return await self._load(sorted(found))

    async def _find(self, named: tuple[list[PatientKey], list[UUID]]) -> set[str]:
        rows = await self._connection.fetch(_QUERIES["find_clusters"], *named)
        return {row["cluster_key"] for row in rows}

    async def _load(self, keys: list[str]) -> Sequence[Cluster]:
        if not keys:
            return ()
        clusters = {key: Cluster(ClusterKey(key)) for key in keys}
        persons = _by_cluster(await self._connection.fetch(_QUERIES["load_persons"], keys))
        visits = _by_cluster(await self._connection.fetch(_QUERIES["load_encounters"], keys))
        opened = _by_cluster(await self._connection.fetch(_QUERIES["load_transitions"], keys))
        return [
            replace(
                cluster,
                records={
                    one.patient_key: one for one in map(self._rows.person, persons.get(key, ()))
                },
                encounters={
                    one.encounter.number: one
                    for one in map(self._rows.encounter, visits.get(key, ()))
                },
                transitions={
                    one.transition_id: one
                    for one in map(self._rows.transition, opened.get(key, ()))
                },
            )
            for key, cluster in clusters.items()
        ]

    async def keep(self, before: Sequence[Cluster], after: Sequence[Cluster]) -> None:
        for query, rows in self._differences(before, after).items():
            if rows:
                await self._connection.execute(_QUERIES[query], rows)

    def _differences(
        self, before: Sequence[Cluster], after: Sequence[Cluster]
    ) -> Mapping[str, Sequence[JsonRow]]:
        """The rows for each query to write: what is new, changed, or of another cluster now."""
        known: set[tuple[str, int]] = {
            (cluster.key, id(one))
            for cluster in before
            for part in (cluster.records, cluster.encounters, cluster.transitions)
            for one in part.values()
        }
        rows: dict[str, list[JsonRow]] = {
            "keep_persons": [],
            "keep_encounters": [],
            "keep_transitions": [],
        }
        for cluster in after:
            key = cluster.key
            for record in cluster.records.values():
                if (key, id(record)) not in known:
                    rows["keep_persons"].append(self._rows.of_person(key, record))
            for followed in cluster.encounters.values():
                if (key, id(followed)) not in known:
                    rows["keep_encounters"].append(self._rows.of_encounter(key, followed))
            for transition in cluster.transitions.values():
                if (key, id(transition)) not in known:
                    rows["keep_transitions"].append(self._rows.of_transition(key, transition))
        return rows

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        await outbox.append(self._connection, events)

    async def to_close(self, now: datetime, most: int, sites: Iterable[str]) -> Sequence[UUID]:
        query = _QUERIES["find_transitions_to_close"]
        rows = await self._connection.fetch(query, now, most, sorted(sites))
        return [row["transition_id"] for row in rows]


def _by_cluster(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["cluster_key"], []).append(row)
    return grouped
