"""How clusters are written down: domain values to JSON and back, without loss."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg
from pydantic import TypeAdapter

from transition_orchestrator.domain.cluster import FollowedEncounter
from transition_orchestrator.domain.encounter import Encounter, Moment, MomentKind
from transition_orchestrator.domain.merging import Facts, Stamp, Statement, Timeline
from transition_orchestrator.domain.messages import PatientKey, VisitKey
from transition_orchestrator.domain.person import PersonRecord
from transition_orchestrator.domain.transitions import EncounterView, Transition, TransitionView

Row: TypeAlias = "asyncpg.Record"
_ENCOUNTER_VIEWS = TypeAdapter(EncounterView)
_TRANSITION_VIEWS = TypeAdapter(TransitionView)


def facts_to_json(facts: Facts) -> dict[str, list[list[Any]]]:
    """Every fact as its statements: value, recorded_at, event_id."""
    return {
        name: [
            [one.value, one.stamp.recorded_at.isoformat(), one.stamp.event_id]
            for one in timeline.statements
        ]
        for name, timeline in facts.items()
    }


def facts_from_json(stored: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, Timeline]:
    return {
        name: Timeline(
            tuple(
                Statement(value, Stamp(datetime.fromisoformat(recorded_at), event_id))
                for value, recorded_at, event_id in statements
            )
        )
        for name, statements in stored.items()
    }


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
