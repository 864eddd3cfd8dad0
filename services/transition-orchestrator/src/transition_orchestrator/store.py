"""Clusters in PostgreSQL: locked, loaded and written whole batches at a time."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from care_chassis import inbox, outbox
from care_chassis.database import Connection, Database, load_queries
from care_chassis.events import OutgoingEvent
from transition_orchestrator.domain.cluster import Cluster
from transition_orchestrator.domain.messages import ClusterKey, PatientKey, VisitKey
from transition_orchestrator.ports import Ledger
from transition_orchestrator.records import (
    encounter_from_row,
    encounter_view_to_json,
    facts_to_json,
    moments_to_json,
    person_from_row,
    transition_from_row,
    transition_view_to_json,
)

Row: TypeAlias = "asyncpg.Record"
_QUERIES = load_queries("transition_orchestrator")


class PostgresLedgers:
    """Opens one transaction for one unit of work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Ledger]:
        async with self._database.transaction() as connection:
            yield _PostgresLedger(connection)


class _PostgresLedger:
    """A unit of work on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        return await inbox.unseen(self._connection, event_ids, seen_at)

    async def gather(
        self,
        patients: Iterable[PatientKey],
        visits: Iterable[VisitKey],
        transitions: Iterable[UUID] = (),
    ) -> Sequence[Cluster]:
        named = (sorted(set(patients)), sorted(set(visits)), sorted(set(transitions)))
        locked: set[str] = set()
        found = await self._find(named)
        # What was found may have been joined into something else before its lock was ours.
        while missing := {*named[0], *named[1], *found} - locked:
            await self._connection.execute(_QUERIES["lock_keys"], sorted(missing))
            locked |= missing
            found = await self._find(named)
        return await self._load(sorted(found))

    async def _find(self, named: tuple[list[PatientKey], list[VisitKey], list[UUID]]) -> set[str]:
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
                    one.patient_key: one for one in map(person_from_row, persons.get(key, ()))
                },
                encounters={
                    one.encounter.visit_key: one
                    for one in map(encounter_from_row, visits.get(key, ()))
                },
                transitions={
                    one.transition_id: one for one in map(transition_from_row, opened.get(key, ()))
                },
            )
            for key, cluster in clusters.items()
        ]

    async def keep(self, before: Sequence[Cluster], after: Sequence[Cluster]) -> None:
        persons, encounters, transitions = _differences(before, after)
        if persons:
            await self._connection.execute(_QUERIES["keep_persons"], *_columns(persons))
        if encounters:
            await self._connection.execute(_QUERIES["keep_encounters"], *_columns(encounters))
        if transitions:
            await self._connection.execute(_QUERIES["keep_transitions"], *_columns(transitions))

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


Rows = list[tuple[Any, ...]]


def _differences(before: Sequence[Cluster], after: Sequence[Cluster]) -> tuple[Rows, Rows, Rows]:
    """The rows to write: what is new, what changed, and what moved to another cluster."""
    known: set[tuple[str, int]] = {
        (cluster.key, id(one))
        for cluster in before
        for part in (cluster.records, cluster.encounters, cluster.transitions)
        for one in part.values()
    }
    persons: Rows = []
    encounters: Rows = []
    transitions: Rows = []
    for cluster in after:
        key = cluster.key
        for one in cluster.records.values():
            if (key, id(one)) not in known:
                facts = _listed(facts_to_json(one.facts))
                persons.append((key, one.patient_key, one.site, one.mrn, one.authority, facts))
        for followed in cluster.encounters.values():
            if (key, id(followed)) not in known:
                told = followed.encounter
                facts = _listed(facts_to_json(told.facts))
                moments = _listed(moments_to_json(told.moments))
                place = (key, told.visit_key, told.site, told.visit)
                view = encounter_view_to_json(followed.view)
                encounters.append((*place, facts, moments, followed.version, view))
        for transition in cluster.transitions.values():
            if (key, id(transition)) not in known:
                view = transition.view
                place = (key, transition.transition_id, transition.version, view.state.value)
                marks = (_listed(sorted(transition.opened_from)), _listed(sorted(transition.done)))
                transitions.append((*place, view.closes_at, *marks, transition_view_to_json(view)))
    return persons, encounters, transitions


def _listed(values: list[Any]) -> str:
    """A list as JSON text: among the elements of an array the driver takes it for a dimension."""
    return orjson.dumps(values).decode()


def _columns(rows: Rows) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
