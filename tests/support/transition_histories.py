"""Made-up histories of three patients who share three visit numbers, and how they end."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from tests.support.transition_orchestrator_fakes import (
    NEW_YORK,
    PROGRAMMES,
    named,
    said,
    visit_named,
)

from transition_orchestrator.domain.attribution import AttributionRules, TeamRule
from transition_orchestrator.domain.calendar import BusinessCalendar, LocalDays
from transition_orchestrator.domain.cluster import Cluster, gatherings_of
from transition_orchestrator.domain.merging import Json
from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.domain.plan import Step, StepState
from transition_orchestrator.domain.programme import Followed
from transition_orchestrator.domain.reconciliation import Setting, reconcile

EXAMPLES: Final = int(os.environ.get("CARE_PROPERTY_EXAMPLES", "0"))
"""How many histories to try in each test; by default as many as a normal run has time for."""
FIRST: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOW: Final = datetime(2026, 6, 20, tzinfo=UTC)
PATIENTS: Final = ("P", "Q", "R")
VISITS: Final = ("V1", "V2", "V3")
ACCOUNTS: Final = ("A1", "A2")
CLASSES: Final = (
    "inpatient",
    "inpatient",
    "inpatient",
    "emergency",
    "observation",
    "obstetrics",
    "outpatient",
    None,
)
DISPOSITIONS: Final = ("01", "03", "07", "09", "20", "02", "81", "82", None)
_LOCATIONS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {},
    {},
    {"location": "4W-1"},
    {"location": "ICU-2"},
    {"location": None},
)
_SETTING: Final = Setting(
    days=LocalDays(ZoneInfo(NEW_YORK), BusinessCalendar()),
    programmes=PROGRAMMES,
    opens_with=PROGRAMMES.of((Followed("default@2"), Followed("maternity@1"))),
    now=NOW,
    attribution=AttributionRules(
        practices={"GP1": "Maple Street"},
        teams=(
            TeamRule("ward", "west", units=frozenset({"4W"})),
            TeamRule("practice", "maple", practices=frozenset({"Maple Street"})),
        ),
        default_team="pool",
    ),
)
_OFTEN: Final = (
    MessageKind.ADMITTED,
    MessageKind.REGISTERED,
    *[MessageKind.DISCHARGED] * 6,
    *[MessageKind.UPDATED] * 2,
    MessageKind.DISCHARGE_CANCELLED,
)
_OF_TWO_PATIENTS: Final = frozenset(
    {
        MessageKind.PATIENT_MERGED,
        MessageKind.PATIENT_MOVED,
        MessageKind.NUMBER_CHANGED,
        MessageKind.ACCOUNT_MOVED,
        MessageKind.VISIT_MOVED,
    }
)
_OF_TWO_VISITS: Final = frozenset(
    {
        MessageKind.VISIT_MERGED,
        MessageKind.VISIT_MOVED,
        MessageKind.NUMBER_CHANGED,
        MessageKind.CLASS_CHANGED,
    }
)
_OF_TWO_ACCOUNTS: Final = frozenset(
    {
        MessageKind.ACCOUNT_MERGED,
        MessageKind.ACCOUNT_MOVED,
        MessageKind.NUMBER_CHANGED,
        MessageKind.CLASS_CHANGED,
    }
)
_OF_NO_VISIT: Final = frozenset(
    {
        MessageKind.PERSON_UPDATED,
        MessageKind.PATIENT_MERGED,
        MessageKind.PATIENT_MOVED,
        MessageKind.PATIENT_DELETED,
        MessageKind.ACCOUNT_MERGED,
        MessageKind.ACCOUNT_MOVED,
    }
)


@st.composite
def histories(draw: st.DrawFn, most: int, least: int = 2) -> list[Message]:
    """Messages as they were recorded; several may be of one instant."""
    hours = sorted(draw(st.lists(st.integers(0, 60), min_size=least, max_size=most)))
    return [draw(a_message(f"m{place}", hour * 5)) for place, hour in enumerate(hours)]


@st.composite
def a_message(draw: st.DrawFn, event_id: str, hours: int) -> Message:
    at = FIRST + timedelta(hours=hours)
    kind = draw(st.sampled_from((*_OFTEN, *MessageKind)))
    visit, prior_visit = draw(st.permutations(VISITS))[:2]
    mrn, other, *_ = draw(st.permutations(PATIENTS))
    message = said(
        kind,
        at.isoformat(),
        event_id=f"{draw(st.integers(0, 9))}{event_id}",
        visit=None if kind in _OF_NO_VISIT else visit,
        mrn=mrn,
        occurred_at=draw(st.sampled_from((None, (at - timedelta(hours=5)).isoformat()))),
        person=draw(_of_the_person(event_id)),
        **draw(_of_the_visit(kind, at)),
    )
    if kind in _OF_TWO_PATIENTS and draw(st.booleans()):
        message = replace(message, prior=named(other))
    if kind in _OF_TWO_VISITS and draw(st.booleans()):
        message = replace(message, prior_visit=visit_named(prior_visit))
    if kind in _OF_TWO_ACCOUNTS and draw(st.booleans()):
        message = replace(message, prior_account=draw(st.sampled_from((*ACCOUNTS, *VISITS))))
    return message


@st.composite
def _of_the_person(draw: st.DrawFn, event_id: str) -> dict[str, Json]:
    person: dict[str, Json] = {"family_name": event_id}
    died = draw(st.integers(0, 15))
    if died < 2:
        person["deceased"] = died == 0
    if draw(st.integers(0, 7)) == 0:
        person["primary_care_provider"] = draw(st.sampled_from((None, {"identifier": "GP1"})))
        person["primary_care_from"] = draw(st.sampled_from((None, "PRT", "PD1-4")))
    return person


@st.composite
def _of_the_visit(draw: st.DrawFn, kind: MessageKind, at: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = dict(draw(st.sampled_from(_LOCATIONS)))
    if kind not in _OF_NO_VISIT and draw(st.integers(0, 7)):
        facts["encounter_class"] = draw(st.sampled_from(CLASSES))
    if kind in _OF_TWO_ACCOUNTS or draw(st.booleans()):
        facts["account_number"] = draw(st.sampled_from((*ACCOUNTS, *VISITS)))
    if draw(st.integers(0, 3)) == 0:
        facts["admitted_at"] = (at - timedelta(hours=draw(st.integers(0, 30)))).isoformat()
        facts["admission_type"] = draw(st.sampled_from(("E", "3")))
    if kind is MessageKind.DISCHARGED or draw(st.integers(0, 3)) == 0:
        facts["disposition"] = draw(st.sampled_from(DISPOSITIONS))
    if kind is MessageKind.DISCHARGED or draw(st.integers(0, 5)) == 0:
        facts["discharged_at"] = draw(
            st.sampled_from((None, (at - timedelta(hours=draw(st.integers(0, 9)))).isoformat()))
        )
    if kind is MessageKind.RESULT_REPORTED:
        reading = {"observed_at": at.isoformat(), "number": draw(st.integers(8, 16))}
        facts = {"hemoglobin": [{**reading, "comparator": "", "unit": "g/dL", "status": "final"}]}
    if kind is MessageKind.DISCHARGE_PLANNED:
        facts["expected_discharge_at"] = (at + timedelta(hours=20)).isoformat()
    return facts


Clusters = tuple[Cluster, ...]


def after(
    clusters: Clusters, batch: Sequence[Message], done: Sequence[tuple[UUID, str]] = ()
) -> Clusters:
    """The clusters after messages and completed steps: what the use case does, without I/O."""
    settled: list[Cluster] = []
    for gathering in gatherings_of(clusters, batch):
        cluster = gathering.before
        for message in gathering.messages:
            cluster = cluster.after(message)
        for transition_id, code in done:
            cluster = cluster.with_done(transition_id, code)
        settled.append(reconcile(cluster, _SETTING).cluster)
    return tuple(settled)


def planned_steps(clusters: Clusters) -> list[tuple[UUID, Step]]:
    """What people could do now, each step with its transition."""
    return [
        (one.transition_id, step)
        for cluster in clusters
        for _, one in sorted(cluster.transitions.items())
        for step in one.view.steps
        if step.state is StepState.PLANNED
    ]


def end_of(clusters: Clusters) -> dict[str, list[Any]]:
    """All that people see in the end: whole transitions, and visits, in a fixed order."""
    transitions = [
        {
            **{name: getattr(one.view, name) for name in one.view.__slots__},
            "steps": [step for step in one.view.steps if step.state is not StepState.DROPPED],
            "done": sorted(one.done),
        }
        for cluster in clusters
        for one in cluster.transitions.values()
        if not one.is_retracted
    ]
    visits = [
        one.view
        for cluster in clusters
        for one in cluster.encounters.values()
        if one.view and one.view.continues_as is None
    ]
    return {"transitions": sorted(transitions, key=str), "visits": sorted(visits, key=str)}
