"""People see patients: it is decided whether they may, written into the audit, and only then shown.

Pages and the REST API read patients by this alone. Where the entry cannot be written there is an
error, and nothing is shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic
from uuid import UUID

from care_chassis.clock import Clock
from care_contracts.notifications import NotificationSnapshot
from care_contracts.transitions import EncounterSnapshot
from worklist.domain.access import Access
from worklist.domain.audit import Action, AuditEntry
from worklist.domain.home_visits import HomeDischarge
from worklist.domain.people import Person
from worklist.gate import Gate, Shown
from worklist.masking import masked, pool_item
from worklist.ports import (
    ActionRecord,
    After,
    AfterTask,
    Audit,
    Followed,
    Item,
    QueueCounts,
    Reads,
    Stretch,
    TaskFilter,
    Today,
    VisitFilter,
    Where,
)

_NOTICES = 50
_ACTIONS = 200


@dataclass(frozen=True, slots=True)
class Seen(Generic[Shown]):
    """A page of a list as somebody sees it, which may leave out what is not theirs to see."""

    items: Sequence[Shown]
    last: Shown | None
    """The last one there was on the page, where others may follow."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A transition whole: its tasks, who was told of the visit, and who did what."""

    followed: Followed
    notices: Sequence[NotificationSnapshot]
    actions: Sequence[ActionRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeePatients:
    """Reads for people, and keeps who saw whom."""

    reads: Reads
    audit: Audit
    clock: Clock
    access: Callable[[str], Access]
    """Who sees the patients of a site."""
    open_for: timedelta
    """How long broken glass stays broken."""

    def by(self, person: Person, reason: str = "") -> "Sight":
        """What this person sees; `reason` says why they break the glass, if they do."""
        gate = Gate(
            person=person,
            reason=reason,
            audit=self.audit,
            ties=self.reads.ties,
            clock=self.clock,
            access=self.access,
            open_for=self.open_for,
        )
        return Sight(self.reads, gate)


class Sight:
    """What one person sees. Everything here raises TransientError where the database is away."""

    def __init__(self, reads: Reads, gate: Gate) -> None:
        self.person = gate.person
        self._reads = reads
        self._gate = gate

    async def turned_away(self) -> None:
        """Keep that they tried what their role does not do."""
        await self._gate.keep(
            replace(self._gate.entry(Action.TURNED_AWAY), allowed=False, alert=True)
        )

    # --- tasks

    async def tasks(
        self, wanted: TaskFilter, today: Today, after: AfterTask | None, limit: int
    ) -> Seen[Item]:
        """Tasks, the soonest due first. Raises NotAssigned."""
        found = await self._reads.tasks.tasks(wanted, today, after, limit)
        entry = self._gate.entry(Action.TASKS_LISTED, wanted)
        return _seen(found, await self._gate.many(entry, found, self._of_the_pool), limit)

    async def completed(self, where: Where, after: After | None, limit: int) -> Seen[Item]:
        """Completed tasks, the last completed first."""
        found = await self._reads.tasks.completed(where, after, limit)
        wanted = TaskFilter(states=("completed",), site=where.site, team=where.team)
        entry = self._gate.entry(Action.TASKS_LISTED, wanted)
        return _seen(found, await self._gate.many(entry, found), limit)

    async def counts(self, where: Where, today: Today, limit: int) -> QueueCounts:
        """How many tasks stand in each queue: numbers, which are about nobody."""
        return await self._reads.tasks.counts(self.person.subject, where, today, limit)

    async def task(self, task_id: UUID) -> Item | None:
        """One task; one of the pool without its patient. Raises NotAssigned."""
        item = await self._reads.tasks.task(task_id)
        return await self._gate.one(self._task_entry(task_id, item), item, self._of_the_pool)

    async def task_at_work(self, task_id: UUID) -> Item | None:
        """One task in the course of working it, of which there is an entry of its own.

        One of the pool is without its patient until it is theirs. Raises NotAssigned.
        """
        item = await self._reads.tasks.task(task_id)
        if item is None:
            return None
        entry = self._task_entry(task_id, item)
        return await self._gate.at_work(entry, item, self._of_the_pool)

    # --- transitions and visits

    async def transitions(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> Seen[Followed]:
        """Transitions, the last discharged first. Raises NotAssigned."""
        found = await self._reads.transitions.transitions(wanted, after, limit)
        entry = self._gate.entry(Action.TRANSITIONS_LISTED, wanted)
        return _seen(found, await self._gate.many(entry, found), limit)

    async def transition(self, transition_id: UUID) -> Followed | None:
        """One transition. Raises NotAssigned."""
        followed = await self._reads.transitions.transition(transition_id)
        entry = replace(self._gate.entry(Action.TRANSITION_READ), transition_id=transition_id)
        return await self._gate.one(entry, followed)

    async def follow_up(self, transition_id: UUID) -> FollowUp | None:
        """One transition whole. Raises NotAssigned."""
        followed = await self.transition(transition_id)
        if followed is None:
            return None
        visit_key, patient = followed.transition.visit_key, followed.transition.patient
        return FollowUp(
            followed,
            await self._reads.visits.notifications_of_visit(
                visit_key, patient.patient_key, _NOTICES
            ),
            await self._reads.transitions.actions(transition_id, _ACTIONS),
        )

    async def found(self, words: str, limit: int) -> Sequence[Followed]:
        """Transitions of patients with this number, or whose name begins with these words.

        Those of patients who are not theirs are there without the patient, so that the glass can
        be broken.
        """
        found = await self._reads.transitions.found(words, limit)
        entry = replace(self._gate.entry(Action.PATIENTS_SEARCHED), searched_by=("name_or_mrn",))
        return await self._gate.many(entry, found, masked)

    async def encounters(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> Seen[EncounterSnapshot]:
        """Encounters, the last begun first. Raises NotAssigned."""
        found = await self._reads.visits.encounters(wanted, after, limit)
        entry = self._gate.entry(Action.ENCOUNTERS_LISTED, wanted)
        return _seen(found, await self._gate.many(entry, found), limit)

    async def notifications(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> Seen[NotificationSnapshot]:
        """Notifications, the last changed first. Raises NotAssigned."""
        found = await self._reads.visits.notifications(wanted, after, limit)
        entry = self._gate.entry(Action.NOTIFICATIONS_LISTED, wanted)
        return _seen(found, await self._gate.many(entry, found), limit)

    # --- measures

    async def discharges_home(
        self, stretches: Sequence[Stretch], limit: int
    ) -> list[list[HomeDischarge]]:
        """What measures count, for each stretch: ids and times, which name nobody."""
        found = [await self._reads.measures.discharges_home(one, limit) for one in stretches]
        entry = self._gate.entry(Action.MEASURES_READ)
        await self._gate.keep(replace(entry, searched_by=("site", "discharged_at")))
        return found

    def _of_the_pool(self, item: Item) -> Item | None:
        return pool_item(item, self.person)

    def _task_entry(self, task_id: UUID, item: Item | None) -> AuditEntry:
        transition_id = item.task.transition_id if item else None
        entry = self._gate.entry(Action.TASK_READ)
        return replace(entry, task_id=task_id, transition_id=transition_id)


def _seen(found: Sequence[Shown], shown: Sequence[Shown], limit: int) -> Seen[Shown]:
    return Seen(shown, found[-1] if len(found) == limit else None)
