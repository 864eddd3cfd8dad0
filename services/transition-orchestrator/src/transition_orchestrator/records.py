"""How clusters are written down: domain values to JSON and back, without loss."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeAlias

import asyncpg
from pydantic import TypeAdapter

from transition_orchestrator.domain.cluster import FollowedEncounter
from transition_orchestrator.domain.encounter import Encounter, Moment, MomentKind
from transition_orchestrator.domain.merging import Facts, Json, Stamp, Statement, Timeline
from transition_orchestrator.domain.messages import ClusterKey, PatientKey, VisitKey
from transition_orchestrator.domain.person_records import PersonRecord
from transition_orchestrator.domain.transitions import EncounterView, Transition, TransitionView

Row: TypeAlias = "asyncpg.Record"
_ENCOUNTER_VIEWS = TypeAdapter(EncounterView)
_TRANSITION_VIEWS = TypeAdapter(TransitionView)


JsonRow: TypeAlias = dict[str, Any]
"""A row by its columns. orjson writes the domain's values in it as they are read back here."""


def person_row(key: ClusterKey, one: PersonRecord) -> JsonRow:
    return {
        "cluster_key": key,
        "patient_key": one.patient_key,
        "site": one.site,
        "mrn": one.mrn,
        "authority": one.authority,
        "facts": _facts(one.facts),
    }


def encounter_row(key: ClusterKey, one: FollowedEncounter) -> JsonRow:
    told = one.encounter
    return {
        "cluster_key": key,
        "visit_key": told.visit_key,
        "site": told.site,
        "visit": told.visit,
        "facts": _facts(told.facts),
        "moments": [_moment(moment) for moment in told.moments],
        "version": one.version,
        "view": one.view,
    }


def transition_row(key: ClusterKey, one: Transition) -> JsonRow:
    return {
        "cluster_key": key,
        "transition_id": str(one.transition_id),  # the driver's own kind of UUID is not orjson's
        "version": one.version,
        "state": one.view.state,
        "closes_at": one.view.closes_at,
        "opened_from": sorted(one.opened_from),
        "done": sorted(one.done),
        "view": one.view,
    }


def _facts(facts: Facts) -> list[list[Any]]:
    """What was said, message by message: recorded_at, event_id, and the facts by their names.

    A message that repeats what is known makes all facts its own: their stamp is written once.
    """
    said: defaultdict[Stamp, dict[str, Json]] = defaultdict(dict)
    for name, timeline in facts.items():
        for value, stamp in timeline.statements:
            said[stamp][name] = value
    return [
        [stamp.recorded_at, stamp.event_id, values]
        for stamp, values in sorted(said.items(), key=itemgetter(0))
    ]


def _moment(moment: Moment) -> list[Any]:
    return [
        moment.kind,
        moment.recorded_at,
        moment.event_id,
        moment.occurred_at,
        moment.discharged_at,
        moment.deceased,
    ]


def _facts_from(stored: Sequence[Sequence[Any]]) -> dict[str, Timeline]:
    statements: dict[str, tuple[Statement, ...]] = {}
    for recorded_at, event_id, values in stored:
        stamp = Stamp(datetime.fromisoformat(recorded_at), event_id)
        for name, value in values.items():
            said = (Statement(value, stamp),)
            statements[name] = statements[name] + said if name in statements else said
    return {name: Timeline(said) for name, said in statements.items()}


def _moments_from(stored: Sequence[Sequence[Any]]) -> tuple[Moment, ...]:
    return tuple(
        Moment(
            kind=MomentKind(kind),
            stamp=Stamp(datetime.fromisoformat(recorded_at), event_id),
            occurred_at=_instant(occurred_at),
            discharged_at=_instant(discharged_at),
            deceased=deceased,
        )
        for kind, recorded_at, event_id, occurred_at, discharged_at, deceased in stored
    )


def person_from_row(row: Row) -> PersonRecord:
    return PersonRecord(
        patient_key=PatientKey(row["patient_key"]),
        mrn=row["mrn"],
        authority=row["authority"],
        site=row["site"],
        facts=_facts_from(row["facts"]),
    )


def encounter_from_row(row: Row) -> FollowedEncounter:
    encounter = Encounter(
        visit_key=VisitKey(row["visit_key"]),
        visit=row["visit"],
        site=row["site"],
        facts=_facts_from(row["facts"]),
        moments=_moments_from(row["moments"]),
    )
    view = row["view"]
    told = None if view is None else _ENCOUNTER_VIEWS.validate_python(view)
    return FollowedEncounter(encounter, row["version"], told)


def transition_from_row(row: Row) -> Transition:
    return Transition(
        transition_id=row["transition_id"],
        version=row["version"],
        opened_from=frozenset(row["opened_from"]),
        done=frozenset(row["done"]),
        view=_TRANSITION_VIEWS.validate_python(row["view"]),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
