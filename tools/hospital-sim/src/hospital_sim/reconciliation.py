"""Compares what was sent with what came of it; every difference is named by a control id."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hospital_sim.expectations import ExpectedTransition, ExpectedVisit
from hospital_sim.ledger import Entry
from hospital_sim.observation import SeenEncounter, SeenFrame, SeenTransition
from hospital_sim.sendings import Message

_EFFECTS = {
    "A01": "encounter.admitted",
    "A02": "encounter.moved",
    "A03": "encounter.discharged",
    "A04": "encounter.registered",
    "A08": "encounter.updated",
    "A11": "admission.cancelled",
    "A13": "discharge.cancelled",
    "A40": "patient.merged",
}
"""The one event that a message of each trigger must become."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that is not as it must be."""

    site: str
    control_id: str
    what: str


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """What the worklist shows when it is asked by one of the patient's numbers."""

    mrn: str
    transitions: Sequence[SeenTransition]
    encounters: Sequence[SeenEncounter]


@dataclass(frozen=True, slots=True)
class Fate:
    """How one message stands."""

    message: Message
    acknowledged: bool
    effected: bool
    discrepancies: Sequence[Discrepancy]


def fate_of(entry: Entry, frames: Sequence[SeenFrame]) -> Fate:
    """How a message stands, by the answers it got and the frames the journal has of it."""
    message = entry.message
    on_the_wire = list(_wire_faults(entry))
    afterwards = list(_quarantine_faults(frames) if message.flaw else _effect_faults(entry, frames))
    return Fate(
        message,
        acknowledged=not on_the_wire,
        effected=not afterwards,
        discrepancies=[
            Discrepancy(message.site, message.name, what) for what in (*on_the_wire, *afterwards)
        ],
    )


def _wire_faults(entry: Entry) -> Iterable[str]:
    if entry.given_up:
        yield f"given up without an answer: {entry.given_up}"
    elif not entry.acknowledged:
        codes = ", ".join(answer.code or "no MSA" for answer in entry.answers)
        deserved = "refused" if entry.message.flaw else "accepted"
        yield f"answered {codes}, but should have been {deserved}"


def _quarantine_faults(frames: Sequence[SeenFrame]) -> Iterable[str]:
    if not frames:
        yield "refused, but not in the journal"
    for frame in frames:
        if frame.verdict != "quarantined":
            yield f"should be quarantined and is {frame.verdict or 'without a verdict'}"
        elif not frame.reason:
            yield "quarantined without a reason"
        if frame.effects:
            yield f"quarantined, but it had effects: {_listed(frame.effects)}"


def _effect_faults(entry: Entry, frames: Sequence[SeenFrame]) -> Iterable[str]:
    accepted = [frame for frame in frames if frame.verdict == "accepted"]
    positive = sum(answer.positive for answer in entry.answers)
    if len(accepted) < positive:
        yield f"acknowledged {positive} times, but {len(accepted)} times in the journal"
    if len({frame.event_id for frame in accepted}) > 1:
        yield "one message became several events"
    if accepted:
        yield from _effects_of(entry.message, accepted[0].effects)


def _effects_of(message: Message, effects: Mapping[str, int]) -> Iterable[str]:
    wanted = _EFFECTS[message.trigger]
    got = {kind: effects[kind] for kind in _EFFECTS.values() if kind in effects}
    if got != {wanted: 1}:
        yield f"should be one {wanted}, but is {_listed(got) or 'nothing'}"
    told = effects.get("notification.sent", 0)
    if message.notices and told not in message.notices:
        wanted_counts = " or ".join(str(count) for count in sorted(message.notices))
        yield f"the doctor should be sent {wanted_counts} notices of it, and was sent {told}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))


def differences(expected: ExpectedVisit, seen: Sequence[SeenVisit]) -> list[Discrepancy]:
    """What is not as expected about a visit, by whichever of the patient's numbers one asks."""
    last = expected.control_ids[-1]
    found: dict[Discrepancy, None] = {}
    for view in seen:
        encounters = [one for one in view.encounters if one.visit == expected.visit]
        transitions = [one for one in view.transitions if one.visit == expected.visit]
        for what in _encounter_faults(expected, encounters):
            found[Discrepancy(expected.site, last, what)] = None
        for control_id, what in _transition_faults(expected, transitions):
            found[Discrepancy(expected.site, control_id, what)] = None
    return list(found)


def _encounter_faults(
    expected: ExpectedVisit, encounters: Sequence[SeenEncounter]
) -> Iterable[str]:
    if len(encounters) != 1:
        yield f"its visit is shown {len(encounters)} times"
        return
    seen = encounters[0]
    if seen.status != expected.status:
        yield f"its visit is {seen.status}, but should be {expected.status}"
    if seen.discharged_at != expected.discharged_at:
        yield "its visit has another discharge time"
    if seen.readmission_of != expected.readmission_of:
        yield "its visit is wrong about being a readmission"
    if seen.patient.mrn != expected.mrn:
        yield "its visit is not shown under the patient's last number"


def _transition_faults(
    expected: ExpectedVisit, transitions: Sequence[SeenTransition]
) -> Iterable[tuple[str, str]]:
    """What is not as expected, each with the control id of the discharge it is about."""
    left = list(transitions)
    for wanted in expected.transitions:
        fitting = [wanted, wanted.over] if wanted.ending else [wanted]
        pairs = [(one, fits) for one in left for fits in fitting if _is(one, fits)]
        if pairs:
            seen, fits = pairs[0]
            left.remove(seen)
            for what in (*_task_faults(fits, seen), *_detail_faults(expected, fits, seen)):
                yield wanted.opened_by, what
        else:
            yield wanted.opened_by, f"no transition {_named(wanted)}"
    for seen in left:
        yield expected.control_ids[-1], f"an unexpected transition {_named(seen)}"


def _is(seen: SeenTransition, wanted: ExpectedTransition) -> bool:
    return (seen.kind, seen.state, seen.reason, seen.discharged_at) == (
        wanted.kind,
        wanted.state,
        wanted.reason,
        wanted.discharged_at,
    )


def _named(transition: SeenTransition | ExpectedTransition) -> str:
    why = f" for {transition.reason}" if transition.reason else ""
    at = transition.discharged_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{transition.kind}, {transition.state}{why}, discharged {at}"


def _task_faults(wanted: ExpectedTransition, seen: SeenTransition) -> Iterable[str]:
    codes = Counter(task.code for task in seen.tasks)
    for code in sorted(code for code, count in codes.items() if count > 1):
        yield f"the task {code} stands twice"
    open_codes = {task.code for task in seen.tasks if task.is_open}
    for code in sorted(wanted.open_tasks - open_codes):
        yield f"the task {code} is not open"
    withdrawn = open_codes if wanted.withdrawn_tasks is None else wanted.withdrawn_tasks
    for code in sorted(open_codes & withdrawn):
        yield f"the task {code} is still open"


def _detail_faults(
    expected: ExpectedVisit, wanted: ExpectedTransition, seen: SeenTransition
) -> Iterable[str]:
    if seen.patient.mrn != expected.mrn:
        yield "its transition is not shown under the patient's last number"
    if seen.patient.name != expected.name:
        yield "its transition shows another name than the one that was sent"
    for flag in sorted(wanted.flags - set(seen.flags)):
        yield f"its transition has no flag {flag}"
