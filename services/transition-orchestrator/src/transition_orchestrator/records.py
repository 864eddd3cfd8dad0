"""How clusters are written down: domain values to JSON and back, without loss."""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeAlias

import asyncpg
from pydantic import TypeAdapter

from transition_orchestrator.domain.cluster import FollowedEncounter
from transition_orchestrator.domain.encounter import Encounter, Moment, MomentKind
from transition_orchestrator.domain.merging import Facts, Json, Stamp, Statement, Timeline
from transition_orchestrator.domain.messages import PatientKey, VisitKey
from transition_orchestrator.domain.person_records import PersonRecord
from transition_orchestrator.domain.transitions import EncounterView, Transition, TransitionView

Row: TypeAlias = "asyncpg.Record"
_ENCOUNTER_VIEWS = TypeAdapter(EncounterView)
_TRANSITION_VIEWS = TypeAdapter(TransitionView)


def facts_to_json(facts: Facts) -> list[list[Any]]:
    """What was said, message by message: recorded_at, event_id, and the facts by their names.

    A message that repeats what is known makes all facts its own: their stamp is written once.
    """
    said: dict[Stamp, dict[str, Json]] = {}
    for name, timeline in facts.items():
        for value, stamp in timeline.statements:
            if stamp not in said:
                said[stamp] = {}
            said[stamp][name] = value
    return [
        [stamp.recorded_at.isoformat(), stamp.event_id, values]
        for stamp, values in sorted(said.items(), key=itemgetter(0))
    ]


def facts_from_json(stored: Sequence[Sequence[Any]]) -> dict[str, Timeline]:
    statements: dict[str, tuple[Statement, ...]] = {}
    for recorded_at, event_id, values in stored:
        stamp = Stamp(datetime.fromisoformat(recorded_at), event_id)
        for name, value in values.items():
            said = (Statement(value, stamp),)
            statements[name] = statements[name] + said if name in statements else said
    return {name: Timeline(said) for name, said in statements.items()}


def moments_to_json(moments: Sequence[Moment]) -> list[list[Any]]:
    return [
        [
            moment.kind.value,
            moment.recorded_at.isoformat(),
            moment.event_id,
            _text(moment.occurred_at),
            _text(moment.discharged_at),
            moment.deceased,
        ]
        for moment in moments
    ]


def moments_from_json(stored: Sequence[Sequence[Any]]) -> tuple[Moment, ...]:
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
        facts=facts_from_json(row["facts"]),
    )


def encounter_from_row(row: Row) -> FollowedEncounter:
    encounter = Encounter(
        visit_key=VisitKey(row["visit_key"]),
        visit=row["visit"],
        site=row["site"],
        facts=facts_from_json(row["facts"]),
        moments=moments_from_json(row["moments"]),
    )
    view = row["view"]
    told = None if view is None else _ENCOUNTER_VIEWS.validate_python(view)
    return FollowedEncounter(encounter, row["version"], told)


def encounter_view_to_json(view: EncounterView | None) -> dict[str, Any] | None:
    return None if view is None else _ENCOUNTER_VIEWS.dump_python(view, mode="json")


def transition_from_row(row: Row) -> Transition:
    return Transition(
        transition_id=row["transition_id"],
        version=row["version"],
        opened_from=frozenset(row["opened_from"]),
        done=frozenset(row["done"]),
        view=_TRANSITION_VIEWS.validate_python(row["view"]),
    )


def transition_view_to_json(view: TransitionView) -> dict[str, Any]:
    return _TRANSITION_VIEWS.dump_python(view, mode="json")


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
