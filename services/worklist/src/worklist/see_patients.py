"""People see patients: what is read for somebody is written into the audit before they get it.

Pages and the REST API read patients by this alone. Where the entry cannot be written there is an
error, and nothing is shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeAlias
from uuid import UUID

from prometheus_client import Counter

from care_chassis.clock import Clock
from care_chassis.logs import get_logger
from care_contracts.notifications import NotificationSnapshot
from care_contracts.transitions import EncounterSnapshot
from worklist.domain.audit import Action, AuditEntry
from worklist.domain.home_visits import HomeDischarge
from worklist.domain.people import Person
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

ALERTS = Counter(
    "care_worklist_security_alerts",
    "Tries to see or do what is not for the asker, and glass that was broken.",
    ["action", "allowed"],
)
_NOTICES = 50
_ACTIONS = 200
_log = get_logger("worklist.see_patients")

_Filter: TypeAlias = TaskFilter | VisitFilter


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A transition whole: its tasks, who was told of the visit, and who did what."""

    followed: Followed
    notices: Sequence[NotificationSnapshot]
    actions: Sequence[ActionRecord]


class SeePatients:
    """Reads for people, and keeps who saw whom."""

    def __init__(self, reads: Reads, audit: Audit, clock: Clock) -> None:
        self._reads = reads
        self._audit = audit
        self._clock = clock

    def by(self, person: Person) -> "Sight":
        """What this person sees."""
        return Sight(person, self._reads, self._audit, self._clock)


class Sight:
    """What one person sees. Everything here raises TransientError where the database is away."""

    def __init__(self, person: Person, reads: Reads, audit: Audit, clock: Clock) -> None:
        self.person = person
        self._reads = reads
        self._audit = audit
        self._clock = clock

    async def turned_away(self) -> None:
        """Keep that they tried what their role does not do."""
        await self._keep(self._entry(Action.TURNED_AWAY, allowed=False, alert=True))

    # --- tasks

    async def tasks(
        self, wanted: TaskFilter, today: Today, after: AfterTask | None, limit: int
    ) -> list[Item]:
        """Tasks, the soonest due first."""
        items = await self._reads.tasks.tasks(wanted, today, after, limit)
        await self._keep_list(Action.TASKS_LISTED, _patients_of(items), wanted)
        return items

    async def completed(self, where: Where, after: After | None, limit: int) -> list[Item]:
        """Completed tasks, the last completed first."""
        items = await self._reads.tasks.completed(where, after, limit)
        wanted = TaskFilter(states=("completed",), site=where.site, team=where.team)
        await self._keep_list(Action.TASKS_LISTED, _patients_of(items), wanted)
        return items

    async def counts(self, where: Where, today: Today, limit: int) -> QueueCounts:
        """How many tasks stand in each queue: numbers, which are about nobody."""
        return await self._reads.tasks.counts(self.person.subject, where, today, limit)

    async def task(self, task_id: UUID) -> Item | None:
        """One task."""
        item = await self._reads.tasks.task(task_id)
        entry = self._entry(Action.TASK_READ, _patients_of([item] if item else []))
        transition_id = item.task.transition_id if item else None
        await self._keep(replace(entry, task_id=task_id, transition_id=transition_id))
        return item

    async def task_at_work(self, task_id: UUID) -> Item | None:
        """One task in the course of working it, which has an entry of its own."""
        return await self._reads.tasks.task(task_id)

    # --- transitions and visits

    async def transitions(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[Followed]:
        """Transitions, the last discharged first."""
        found = await self._reads.transitions.transitions(wanted, after, limit)
        await self._keep_list(Action.TRANSITIONS_LISTED, _patients_of(found), wanted)
        return found

    async def transition(self, transition_id: UUID) -> Followed | None:
        """One transition."""
        followed = await self._reads.transitions.transition(transition_id)
        entry = self._entry(Action.TRANSITION_READ, _patients_of([followed] if followed else []))
        await self._keep(replace(entry, transition_id=transition_id))
        return followed

    async def follow_up(self, transition_id: UUID) -> FollowUp | None:
        """One transition whole."""
        followed = await self.transition(transition_id)
        if followed is None:
            return None
        visit_key = followed.transition.visit_key
        return FollowUp(
            followed,
            await self._reads.visits.notifications_of_visit(visit_key, _NOTICES),
            await self._reads.transitions.actions(transition_id, _ACTIONS),
        )

    async def found(self, words: str, limit: int) -> list[Followed]:
        """Transitions of patients with this number, or whose name begins with these words."""
        found = await self._reads.transitions.found(words, limit)
        entry = self._entry(Action.PATIENTS_SEARCHED, _patients_of(found))
        await self._keep(replace(entry, searched_by=("name_or_mrn",)))
        return found

    async def encounters(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[EncounterSnapshot]:
        """Encounters, the last begun first."""
        found = await self._reads.visits.encounters(wanted, after, limit)
        patients = [one.patient.patient_key for one in found]
        await self._keep_list(Action.ENCOUNTERS_LISTED, patients, wanted)
        return found

    async def notifications(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[NotificationSnapshot]:
        """Notifications, the last changed first."""
        found = await self._reads.visits.notifications(wanted, after, limit)
        patients = [one.patient_key for one in found]
        await self._keep_list(Action.NOTIFICATIONS_LISTED, patients, wanted)
        return found

    # --- measures

    async def discharges_home(
        self, stretches: Sequence[Stretch], limit: int
    ) -> list[list[HomeDischarge]]:
        """What measures count, for each stretch: ids and times, which name nobody."""
        found = [await self._reads.measures.discharges_home(one, limit) for one in stretches]
        entry = self._entry(Action.MEASURES_READ)
        await self._keep(replace(entry, searched_by=("site", "discharged_at")))
        return found

    # --- the audit

    async def _keep_list(self, action: Action, patients: Iterable[str], wanted: _Filter) -> None:
        entry = self._entry(action, patients)
        await self._keep(replace(entry, searched_by=_given(wanted)))

    def _entry(
        self,
        action: Action,
        patients: Iterable[str] = (),
        *,
        allowed: bool = True,
        alert: bool = False,
    ) -> AuditEntry:
        return AuditEntry(
            at=self._clock.now(),
            person=self.person,
            action=action,
            allowed=allowed,
            alert=alert,
            patients=tuple(sorted(set(patients))),
        )

    async def _keep(self, entry: AuditEntry) -> None:
        await self._audit.add(entry)
        if entry.alert:
            ALERTS.labels(action=entry.action, allowed=str(entry.allowed).lower()).inc()
            _log.warning("security_alert", kind=entry.action)


def _patients_of(shown: Sequence[Item | Followed]) -> list[str]:
    return [one.transition.patient.patient_key for one in shown]


def _given(wanted: _Filter) -> tuple[str, ...]:
    """The names of the filters that narrow a list."""
    return tuple(one.name for one in fields(wanted) if getattr(wanted, one.name))
