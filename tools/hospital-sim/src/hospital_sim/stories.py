"""One patient's way along a pathway: what is sent, and what the hospital meant by it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hospital_sim.charts import Chart, Occurrence, write_down
from hospital_sim.hospitals import UNIFORM_CODES, Hospital
from hospital_sim.messages import Draft, write_message
from hospital_sim.pathways import Pathway, Step
from hospital_sim.people import Person
from hospital_sim.sendings import Message, Sending

_TOLD = {("A01", "inpatient"), ("A04", "emergency"), ("A03", "inpatient"), ("A03", "emergency")}
_ONCE = frozenset({1})
_NOT_OR_TAKEN_BACK = frozenset({0, 2})
"""Of what is cancelled the doctor hears nothing, or hears it and then hears that it is not so."""
_CANCELLED_BY = {"A01": "A11", "A03": "A13"}


@dataclass(frozen=True, slots=True)
class Statement:
    """What one message means, in the words of the pathway rather than of HL7."""

    control_id: str
    trigger: str
    mrn: str
    visit: str
    visit_class: str
    recorded_at: datetime
    sent_at: datetime
    discharged_at: datetime | None = None
    disposition: str | None = None
    """Uniform code, empty for "not said"; None while the patient is in."""
    died: bool = False
    absorbed_mrn: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One pathway as it happens to somebody."""

    site: str
    zone: ZoneInfo
    pathway: Pathway
    people: Sequence[Person]
    visits: Sequence[str]
    statements: Sequence[Statement]
    sendings: Sequence[Sending]

    @property
    def name_at_the_end(self) -> str:
        """The name under which the patient stands when all is said."""
        last = max(self.statements, key=lambda statement: statement.recorded_at)
        return next(person.name for person in self.people if person.mrn == last.mrn)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and which numbers a story is told with."""

    people: Sequence[Person]
    visits: Sequence[str]
    control_ids: Iterator[str]


class Timeline:
    """Turns a pathway's hours into instants: whole seconds that exist once on the wall clock."""

    def __init__(self, hospital: Hospital, begins_at: datetime, pace: float) -> None:
        self._hospital = hospital
        self._begins_at = begins_at
        self._pace = pace

    def at(self, hours: float) -> datetime:
        instant = (self._begins_at + timedelta(hours=hours * self._pace)).replace(microsecond=0)
        # The hour that a wall clock shows twice means its first pass (D-11), so nothing happens in
        # the second: an hour later is unambiguous.
        repeated = instant.astimezone(self._hospital.zone).fold == 1
        return instant + timedelta(hours=1) if repeated else instant


def tell(
    rng: Random, hospital: Hospital, pathway: Pathway, cast: Cast, timeline: Timeline
) -> Story:
    """The story of one pathway: its messages in the order in which the hospital records them."""
    charts = {
        step.visit: Chart(cast.visits[step.visit - 1], step.visit_class, hospital.units[0])
        for step in reversed(pathway.steps)
    }
    statements: list[Statement] = []
    sendings: list[Sending] = []
    for step in sorted(pathway.steps, key=lambda step: step.at):
        before = charts[step.visit]
        occurrence = _occurrence(rng, step, timeline)
        chart = write_down(before, occurrence, unit=rng.choice(hospital.units))
        charts[step.visit] = chart
        draft = _draft(occurrence, cast, before, chart)
        message = _message(hospital, draft, _notices_of(step, pathway, draft))
        sent_at = [timeline.at(hours) for hours in (step.first_sent, *step.again)]
        sendings += [Sending(at, message) for at in sent_at]
        statements.append(_statement(draft, chart, sent_at[0]))
    return Story(
        site=hospital.code,
        zone=hospital.zone,
        pathway=pathway,
        people=cast.people,
        visits=cast.visits,
        statements=statements,
        sendings=sendings,
    )


def _occurrence(rng: Random, step: Step, timeline: Timeline) -> Occurrence:
    recorded_at = timeline.at(step.at)
    return Occurrence(
        step=step,
        recorded_at=recorded_at,
        happened_at=recorded_at - timedelta(minutes=rng.randrange(1, 20)),
        left_at=None if step.left_at is None else timeline.at(step.left_at),
    )


def _draft(occurrence: Occurrence, cast: Cast, before: Chart, after: Chart) -> Draft:
    step = occurrence.step
    absorbed = cast.people[step.absorbs - 1].mrn if step.absorbs else ""
    # In a cancellation EVN-6 is the time of what is cancelled.
    cancelled = {"A13": before.discharged_at, "A11": before.admitted_at}
    occurred_at = cancelled.get(step.trigger, occurrence.happened_at)
    return Draft(
        control_id=next(cast.control_ids),
        trigger=step.trigger,
        recorded_at=occurrence.recorded_at,
        occurred_at=None if step.trigger in ("A08", "A40") else occurred_at,
        person=cast.people[step.person - 1],
        chart=None if absorbed else after,
        prior_mrn=absorbed,
    )


def _notices_of(step: Step, pathway: Pathway, draft: Draft) -> frozenset[int]:
    """How often the doctor is to hear of the step."""
    visit_class = draft.chart.visit_class if draft.chart else ""
    if (step.trigger, visit_class) not in _TOLD or not draft.person.has_reachable_doctor:
        return frozenset()
    later = sorted(
        (one for one in pathway.steps if one.visit == step.visit and one.at > step.at),
        key=lambda one: one.at,
    )
    fate = next((one.trigger for one in later if one.trigger in _fates(step)), "")
    return _NOT_OR_TAKEN_BACK if fate == _CANCELLED_BY.get(step.trigger) else _ONCE


def _fates(step: Step) -> set[str]:
    """What may follow that decides about a step: its cancellation, or the same once more."""
    return {_CANCELLED_BY.get(step.trigger, ""), step.trigger}


def _message(hospital: Hospital, draft: Draft, notices: frozenset[int]) -> Message:
    return Message(
        name=draft.control_id,
        site=hospital.code,
        control_id=draft.control_id,
        trigger=draft.trigger,
        payload=write_message(hospital, draft),
        notices=notices,
    )


def _statement(draft: Draft, chart: Chart, sent_at: datetime) -> Statement:
    known = chart.disposition
    return Statement(
        control_id=draft.control_id,
        trigger=draft.trigger,
        mrn=draft.person.mrn,
        visit="" if draft.chart is None else chart.visit,
        visit_class=chart.visit_class,
        recorded_at=draft.recorded_at,
        sent_at=sent_at,
        discharged_at=chart.discharged_at,
        disposition=None if known is None else UNIFORM_CODES[known],
        died=chart.died_at is not None,
        absorbed_mrn=draft.prior_mrn,
    )
