"""The hospital's own record of a visit, as it stands when a message is written from it."""

from dataclasses import dataclass, replace
from datetime import datetime

from hospital_sim.hospitals import Disposition, VisitClass
from hospital_sim.pathways import Step


@dataclass(frozen=True, slots=True)
class Chart:
    """One visit as the hospital knows it."""

    visit: str
    visit_class: VisitClass
    unit: str
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    disposition: Disposition | None = None
    died_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A step at its place in time."""

    step: Step
    recorded_at: datetime
    happened_at: datetime
    """Shortly before it was recorded."""
    left_at: datetime | None
    """When the patient really left, where the step says so."""


def write_down(chart: Chart, occurrence: Occurrence, *, unit: str) -> Chart:
    """The chart after the occurrence."""
    chart = _noting_facts(chart, occurrence)
    match occurrence.step.trigger:
        case "A01" | "A04":
            chart = replace(chart, admitted_at=occurrence.happened_at)
        case "A02":
            chart = replace(chart, unit=unit)
        case "A03":
            chart = replace(chart, discharged_at=occurrence.left_at or occurrence.happened_at)
        case "A13":
            chart = replace(chart, discharged_at=None, disposition=None)
        case "A08":
            chart = replace(chart, discharged_at=occurrence.left_at or chart.discharged_at)
        case "A11" | "A40":
            pass
    return chart


def _noting_facts(chart: Chart, occurrence: Occurrence) -> Chart:
    step = occurrence.step
    if step.disposition is not None:
        chart = replace(chart, disposition=step.disposition)
    if step.dies:
        chart = replace(chart, died_at=occurrence.happened_at)
    return chart
