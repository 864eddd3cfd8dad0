"""What one discharge meant, from its first message on: the follow-up believed right, in turn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from transition_orchestrator.domain.course import Run
from transition_orchestrator.domain.encounter import CHANGED_CLASS, Encounter, EncounterClass
from transition_orchestrator.domain.merging import NEVER_SAID, Statement, instant_of
from transition_orchestrator.domain.routing import Flag, Route, TransitionKind, route_of


@dataclass(frozen=True, slots=True)
class Belief:
    """What was known of a discharge from a point on, and where that leads."""

    encounter_class: EncounterClass | None
    disposition: str | None
    route: Route


@dataclass(frozen=True, slots=True)
class Discharge:
    """One run of discharge messages, understood."""

    run: Run
    discharged_at: datetime
    beliefs: tuple[Belief, ...]

    @property
    def final(self) -> Belief:
        return self.beliefs[-1]

    @property
    def by_kind(self) -> dict[TransitionKind, Belief]:
        """Every follow-up that was ever right, the one that was right last standing last."""
        found: dict[TransitionKind, Belief] = {}
        for belief in self.beliefs:
            if belief.route.kind:
                found.pop(belief.route.kind, None)
                found[belief.route.kind] = belief
        return found

    def flags_ever(self, kind: TransitionKind) -> frozenset[Flag]:
        """What people should have seen, at one time or another, beside that follow-up."""
        found = (one.route.flags for one in self.beliefs if one.route.kind is kind)
        return frozenset[Flag]().union(*found)

    def without(self, kind: TransitionKind) -> "Discharge":
        """The same where a kind of follow-up does not exist."""
        beliefs = tuple(
            replace(one, route=replace(one.route, kind=None)) if one.route.kind is kind else one
            for one in self.beliefs
        )
        return replace(self, beliefs=beliefs)

    @property
    def came_with_death(self) -> bool:
        """Whether no message about this discharge ever took the person for alive."""
        return all(moment.deceased for moment in self.run.discharges)


def discharge_of(encounter: Encounter, run: Run) -> Discharge:
    """The discharge that a run of messages about a visit tells."""
    return Discharge(run, _discharged_at(encounter, run), _beliefs(encounter, run))


def _discharged_at(encounter: Encounter, run: Run) -> datetime:
    """PV1-45 as last corrected, a deletion disregarded (D-12); else EVN-6, else EVN-2."""
    said = encounter.facts.get("discharged_at", NEVER_SAID).last_that(
        lambda one: (
            one.value is not None and run.tells(one) and one.stamp.recorded_at >= run.began_at
        )
    )
    corrected = instant_of(said.value) if said else None
    if corrected:
        return corrected
    occurred = [moment.occurred_at for moment in run.discharges if moment.occurred_at]
    return occurred[-1] if occurred else run.began_at


def _beliefs(encounter: Encounter, run: Run) -> tuple[Belief, ...]:
    said = encounter.facts.get("disposition", NEVER_SAID).statements
    dispositions = tuple(one for one in said if run.tells(one))
    classes = _classes(encounter, run)
    turns = [one.stamp.recorded_at for one in (*dispositions, *classes)]
    points = sorted({run.began_at, *(turn for turn in turns if turn > run.began_at)})
    return tuple(_belief_at(point, classes, dispositions) for point in points)


def _classes(encounter: Encounter, run: Run) -> tuple[Statement, ...]:
    """What the visit was, as far as it is said of this discharge: a change after it is not."""
    changed = encounter.facts.get(CHANGED_CLASS, NEVER_SAID).statements
    later = {one.stamp for one in changed if one.stamp.recorded_at >= run.began_at}
    return tuple(
        one
        for one in encounter.classes
        if one.stamp not in later
        and (run.precedes_its_end(one) or one.stamp.event_id in run.event_ids)
    )


def _belief_at(
    point: datetime, classes: Sequence[Statement], dispositions: Sequence[Statement]
) -> Belief:
    said_class = _last_until(point, classes) or (classes[0] if classes else None)
    said_disposition = _last_until(point, dispositions)
    encounter_class = (
        EncounterClass(str(said_class.value)) if said_class and said_class.value else None
    )
    disposition = str(said_disposition.value or "") if said_disposition else ""
    return Belief(encounter_class, disposition or None, route_of(encounter_class, disposition))


def _last_until(point: datetime, statements: Iterable[Statement]) -> Statement | None:
    return next(
        (one for one in reversed(tuple(statements)) if one.stamp.recorded_at <= point), None
    )
