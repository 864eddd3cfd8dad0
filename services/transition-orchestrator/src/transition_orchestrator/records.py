"""How clusters are written down: domain values to JSON and back, without loss."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from operator import itemgetter
from typing import Any, Generic, TypeAlias, TypeVar

import asyncpg
import orjson
from pydantic import TypeAdapter

from transition_orchestrator.domain.cluster import FollowedEncounter
from transition_orchestrator.domain.encounter import Encounter, Moment, MomentKind
from transition_orchestrator.domain.merging import Facts, Json, Stamp, Statement, Timeline
from transition_orchestrator.domain.messages import ClusterKey, PatientKey, VisitKey
from transition_orchestrator.domain.person_records import PersonRecord
from transition_orchestrator.domain.transitions import EncounterView, Transition, TransitionView
from transition_orchestrator.domain.work import Work

Row: TypeAlias = "asyncpg.Record"
_ENCOUNTER_VIEWS = TypeAdapter(EncounterView)
_WORK = TypeAdapter(dict[str, Work])
_TRANSITION_VIEWS = TypeAdapter(TransitionView)


JsonRow: TypeAlias = dict[str, Any]
"""A row by its columns, as orjson writes it."""
T = TypeVar("T")
_MOST = 8192  # what a batch of 4,000 has written: the facts of as many persons, and of their visits


class Remembered(Generic[T]):
    """Values by the texts that they are stored as, the last eight thousand that were used.

    What one batch has written a later one mostly reads. Since the text itself is asked for, it does
    not matter who has written it, nor whether what wrote it was committed.
    """

    def __init__(self, read: Callable[[str], T]) -> None:
        self._read = read
        self._by_text: dict[str, T] = {}

    def value_of(self, text: str) -> T:
        value = self._by_text.pop(text, None) or self._read(text)
        self.keep(text, value)
        return value

    def keep(self, text: str, value: T) -> None:
        self._by_text[text] = value
        if len(self._by_text) > _MOST:
            del self._by_text[next(iter(self._by_text))]


class Rows:
    """Turns clusters into rows and back, and remembers what it has turned."""

    def __init__(self) -> None:
        self._facts = Remembered[Facts](_facts_from)
        self._moments = Remembered[tuple[Moment, ...]](_moments_from)
        self._encounters = Remembered[EncounterView](_ENCOUNTER_VIEWS.validate_json)
        self._views = Remembered[TransitionView](_TRANSITION_VIEWS.validate_json)

    def of_person(self, key: ClusterKey, one: PersonRecord) -> JsonRow:
        return {
            "cluster_key": key,
            "patient_key": one.patient_key,
            "site": one.site,
            "mrn": one.mrn,
            "authority": one.authority,
            "facts": _written(self._facts, one.facts, _facts_as_json),
        }

    def of_encounter(self, key: ClusterKey, one: FollowedEncounter) -> JsonRow:
        told = one.encounter
        return {
            "cluster_key": key,
            "visit_key": told.visit_key,
            "patient_key": told.patient_key,
            "site": told.site,
            "visit": told.visit,
            "facts": _written(self._facts, told.facts, _facts_as_json),
            "moments": _written(self._moments, told.moments, _moments_as_json),
            "version": one.version,
            "view": one.view and _written(self._encounters, one.view, _ENCOUNTER_VIEWS.dump_json),
        }

    def of_transition(self, key: ClusterKey, one: Transition) -> JsonRow:
        return {
            "cluster_key": key,
            "transition_id": str(one.transition_id),  # the driver's kind of UUID is not orjson's
            "version": one.version,
            "state": one.view.state,
            "closes_at": one.view.closes_at,
            "opened_from": sorted(one.opened_from),
            "done": sorted(one.done),
            "view": _written(self._views, one.view, _TRANSITION_VIEWS.dump_json),
            "work": one.work,
        }

    def person(self, row: Row) -> PersonRecord:
        return PersonRecord(
            patient_key=PatientKey(row["patient_key"]),
            mrn=row["mrn"],
            authority=row["authority"],
            site=row["site"],
            facts=self._facts.value_of(row["facts"]),
        )

    def encounter(self, row: Row) -> FollowedEncounter:
        encounter = Encounter(
            visit_key=VisitKey(row["visit_key"]),
            patient_key=PatientKey(row["patient_key"]),
            visit=row["visit"],
            site=row["site"],
            facts=self._facts.value_of(row["facts"]),
            moments=self._moments.value_of(row["moments"]),
        )
        view = row["view"]
        told = None if view is None else self._encounters.value_of(view)
        return FollowedEncounter(encounter, row["version"], told)

    def transition(self, row: Row) -> Transition:
        return Transition(
            transition_id=row["transition_id"],
            version=row["version"],
            opened_from=frozenset(row["opened_from"]),
            done=frozenset(row["done"]),
            view=self._views.value_of(row["view"]),
            work=_WORK.validate_python(row["work"]) if row["work"] else {},
        )


def _written(memory: Remembered[T], value: T, as_json: Callable[[T], bytes]) -> orjson.Fragment:
    """A value as JSON, remembered by its text: PostgreSQL gives a `json` back as it was written."""
    text = as_json(value).decode()
    memory.keep(text, value)
    return orjson.Fragment(text)


def _facts_as_json(facts: Facts) -> bytes:
    return orjson.dumps(_facts(facts))


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


def _facts_from(stored: str) -> Facts:
    statements: dict[str, tuple[Statement, ...]] = {}
    for recorded_at, event_id, values in orjson.loads(stored):
        stamp = Stamp(datetime.fromisoformat(recorded_at), event_id)
        for name, value in values.items():
            said = (Statement(value, stamp),)
            statements[name] = statements[name] + said if name in statements else said
    return {name: Timeline(said) for name, said in statements.items()}


def _moments_as_json(moments: tuple[Moment, ...]) -> bytes:
    return orjson.dumps([_moment(one) for one in moments])


def _moments_from(stored: str) -> tuple[Moment, ...]:
    read = orjson.loads(stored)
    return tuple(
        Moment(
            kind=MomentKind(kind),
            stamp=Stamp(datetime.fromisoformat(recorded_at), event_id),
            occurred_at=_instant(occurred_at),
            discharged_at=_instant(discharged_at),
            deceased=deceased,
        )
        for kind, recorded_at, event_id, occurred_at, discharged_at, deceased in read
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
