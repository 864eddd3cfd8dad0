"""What is and what should be: the transitions of a cluster, brought into line with what is known.

Everything told outside is a function of what the hospital said, what people completed, the
protocols and the time. So the order in which messages arrive cannot matter, and a change is found
by comparing, never by remembering what led to it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.cluster import Cluster, FollowedEncounter
from transition_orchestrator.domain.desired import Desired, Place, Situation, desired_of
from transition_orchestrator.domain.history import History, Stay
from transition_orchestrator.domain.messages import PatientKey
from transition_orchestrator.domain.person import Person, PersonRecord, person_of, survivors_of
from transition_orchestrator.domain.plan import Step, StepState
from transition_orchestrator.domain.protocol import Protocol
from transition_orchestrator.domain.risk import RiskRules
from transition_orchestrator.domain.transitions import (
    EncounterView,
    Reason,
    Transition,
    TransitionState,
    TransitionView,
    episode_id_of,
    transition_id_of,
)


class Announcement(StrEnum):
    """What to call a change of a transition."""

    OPENED = "opened"
    REPLANNED = "replanned"
    VOIDED = "voided"
    INTERRUPTED = "interrupted"
    SUPERSEDED = "superseded"
    COMPLETED = "completed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Setting:
    """The rules of the place and the time it is."""

    days: LocalDays
    protocols: Mapping[str, Protocol]
    """By label, every version that is known."""
    opens_with: Protocol
    now: datetime
    risk_rules: RiskRules = field(default_factory=RiskRules)

    def protocol(self, label: str | None) -> Protocol:
        """The version that a transition was opened with; a new one gets the site's own."""
        return self.protocols.get(label or "", self.opens_with)


@dataclass(frozen=True, slots=True)
class Change:
    """A transition whose story goes on."""

    transition: Transition
    announcement: Announcement


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The cluster as it now is, and what of it is news."""

    cluster: Cluster
    changes: tuple[Change, ...]
    followed: tuple[FollowedEncounter, ...]


@dataclass(frozen=True, slots=True)
class _Folk:
    """One person of the cluster with their visits."""

    person: Person
    history: History


def announcement_of(before: TransitionState | None, after: TransitionState) -> Announcement:
    """What to call it when a transition comes to stand as `after`."""
    if after.is_open:
        return Announcement.OPENED if before is None else Announcement.REPLANNED
    return Announcement.REPLANNED if before is after else Announcement(after.value)


def reconcile(cluster: Cluster, setting: Setting) -> Reconciled:
    """Bring a cluster into line with what is known of it."""
    changes: list[Change] = []
    followed: list[FollowedEncounter] = []
    transitions = dict(cluster.transitions)
    encounters = dict(cluster.encounters)
    for folk in _folk_of(cluster):
        for stay in folk.history.stays:
            told = _told_of(folk, stay, encounters[stay.visit_key], setting)
            followed += [told] if told is not encounters[stay.visit_key] else []
            encounters[stay.visit_key] = told
            for after in _in_line(folk, stay, transitions, setting):
                before = transitions.get(after.transition_id)
                transitions[after.transition_id] = after
                changes += _news(before, after)
    now = replace(cluster, encounters=encounters, transitions=transitions)
    return Reconciled(now, tuple(changes), tuple(followed))


def _folk_of(cluster: Cluster) -> Iterator[_Folk]:
    """The persons of a cluster, each with the visits under any of their numbers."""
    survivors = survivors_of(cluster.records)
    records: dict[PatientKey, list[PersonRecord]] = {}
    for key, record in cluster.records.items():
        records.setdefault(survivors[key], []).append(record)
    stays: dict[PatientKey, list[Stay]] = {}
    for _, followed in sorted(cluster.encounters.items()):
        owner = survivors[followed.encounter.owner]
        stays.setdefault(owner, []).append(Stay(followed.encounter))
    for survivor, mine in sorted(records.items()):
        person = person_of(cluster.records[survivor], mine)
        yield _Folk(person, History(tuple(stays.get(survivor, ()))))


def _told_of(
    folk: _Folk, stay: Stay, followed: FollowedEncounter, setting: Setting
) -> FollowedEncounter:
    """The visit with what must be told of it; the same object where that was told already."""
    if not stay.encounter.is_known:
        return followed
    index = folk.history.index_of(stay, setting.days)
    standing = stay.standing
    view = EncounterView(
        site=stay.encounter.site,
        patient=folk.person.patient,
        visit=stay.encounter.visit,
        visit_key=stay.visit_key,
        status=stay.status,
        encounter_class=stay.encounter.encounter_class,
        admitted_at=stay.admitted_at,
        discharged_at=standing.discharged_at if standing else None,
        disposition=standing.final.disposition if standing else None,
        readmission_of=index.encounter.visit if index else None,
        episode_id=episode_id_of(folk.history.episode_begins_with(stay).visit_key),
    )
    if view == followed.view:
        return followed
    return replace(followed, view=view, version=followed.version + 1)


def _in_line(
    folk: _Folk, stay: Stay, transitions: Mapping[UUID, Transition], setting: Setting
) -> Iterator[Transition]:
    """All transitions of a visit as they must stand, those that stand so already among them."""
    mine = [one for one in transitions.values() if one.view.visit_key == stay.visit_key]
    free = sorted(mine, key=lambda one: one.transition_id)
    opened = len(mine)
    for desired in _desired(folk, stay, mine, setting):
        known = _match(desired, free)
        if known:
            free.remove(known)
            yield _moved_on(known, _keeping_work(known, desired.view), desired.discharges)
        else:
            fresh = transition_id_of(stay.visit_key, opened)
            opened += 1
            yield Transition(fresh, 1, desired.discharges, frozenset(), desired.view)
    for left in free:
        yield _moved_on(left, _keeping_work(left, _given_up(left.view)), left.opened_from)


def _desired(
    folk: _Folk, stay: Stay, mine: Iterable[Transition], setting: Setting
) -> Iterator[Desired]:
    """What the visit calls for, newest discharge first: it has the first claim on work done."""
    for discharge in reversed(stay.discharges):
        place = Place(setting.days, setting.now, setting.risk_rules)
        situation = Situation(folk.person, folk.history, stay, discharge, place)
        ids = discharge.run.event_ids
        label = next((one.view.protocol for one in mine if one.opened_from & ids), None)
        yield from desired_of(situation, setting.protocol(label))


def _match(desired: Desired, candidates: Iterable[Transition]) -> Transition | None:
    """The stored transition of the same kind that was opened from the same discharge."""
    return next(
        (
            one
            for one in candidates
            if one.view.kind is desired.view.kind and one.opened_from & desired.discharges
        ),
        None,
    )


def _keeping_work(known: Transition, view: TransitionView) -> TransitionView:
    """`view` with what people did left as it was, and the transition completed when all is done."""
    before = {step.code: step for step in known.view.steps}
    after = {step.code: step for step in view.steps}
    done = {
        code: replace(before[code], state=StepState.PLANNED) for code in known.done & set(before)
    }
    steps = [done.get(code, step) for code, step in after.items()]
    for code, step in before.items():
        if code not in after:
            steps.append(done.get(code) or replace(step, state=StepState.WITHDRAWN))
    if _is_completed(known, view, steps):
        steps = [step if step.code in known.done else _withdrawn(step) for step in steps]
        view = replace(view, state=TransitionState.COMPLETED, reason=None)
    return replace(view, steps=tuple(steps))


def _is_completed(known: Transition, view: TransitionView, steps: Iterable[Step]) -> bool:
    """Whether people have done what was asked for; nothing but a void takes that back."""
    if view.state is TransitionState.VOIDED:
        return False
    if known.view.state is TransitionState.COMPLETED and known.view.reason is None:
        return True
    planned = {step.code for step in steps if step.state is StepState.PLANNED}
    return view.state.is_open and bool(planned) and planned <= known.done


def _withdrawn(step: Step) -> Step:
    return replace(step, state=StepState.WITHDRAWN)


def _given_up(view: TransitionView) -> TransitionView:
    """A follow-up that, as it turns out, was never called for."""
    return replace(
        view,
        state=TransitionState.SUPERSEDED,
        reason=Reason.NOT_CALLED_FOR,
        steps=tuple(map(_withdrawn, view.steps)),
    )


def _moved_on(known: Transition, view: TransitionView, discharges: frozenset[str]) -> Transition:
    """What is stored, moved on to what must be; a version more only where there is news."""
    if view != known.view:
        return replace(known, version=known.version + 1, opened_from=discharges, view=view)
    return known if discharges == known.opened_from else replace(known, opened_from=discharges)


def _news(before: Transition | None, after: Transition) -> list[Change]:
    """What to announce: a discharge that was merely said again changes nothing for anybody."""
    if before and before.version == after.version:
        return []
    return [Change(after, announcement_of(before and before.view.state, after.view.state))]
