"""What the use cases, the pages and the REST API need of a store; `store` and the fakes have it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from care_chassis.events import OutgoingEvent
from care_contracts.notifications import NotificationSnapshot
from care_contracts.reminders import Reminder, ReminderEventType
from care_contracts.transitions import EncounterSnapshot, TransitionSnapshot
from worklist.domain.access import Ties
from worklist.domain.audit import AuditEntry, Sealed
from worklist.domain.home_visits import HomeDischarge
from worklist.domain.order import Due
from worklist.domain.plan import Replanned
from worklist.domain.tasks import Task, TaskId, TransitionId
from worklist.domain.work import Wish


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One line of the record of who did what; without a person it was the plan."""

    task_id: UUID
    version: int
    did: str
    at: datetime
    to_state: str
    subject: str | None = None
    name: str | None = None
    role: str | None = None
    from_state: str | None = None
    outcome: str | None = None
    reason: str | None = None
    note: str = ""


# --- what other services say ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransitionNews:
    """A transition as just told, under the trace it was told in, with its rank (D-15)."""

    snapshot: TransitionSnapshot
    correlation_id: str
    traceparent: str
    rank: int


@dataclass(frozen=True, slots=True)
class ReminderNews:
    """A reminder, and which clock it is about."""

    kind: ReminderEventType
    reminder: Reminder


@dataclass(frozen=True, slots=True)
class News:
    """A batch of what other services said: of each thing its newest state, once."""

    transitions: Sequence[TransitionNews] = ()
    encounters: Sequence[EncounterSnapshot] = ()
    reminders: Sequence[ReminderNews] = ()
    notifications: Sequence[NotificationSnapshot] = ()


class PlanningUnit(Protocol):
    """One transaction in which plans become tasks."""

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        """Those of the events that were never taken in before; from now on they were."""
        ...

    async def keep(self, news: News) -> set[UUID]:
        """Keep what is newer than what is known; the transitions of which that was so."""
        ...

    async def tasks_of(self, transition_ids: Sequence[TransitionId]) -> list[Task]:
        """The tasks of these transitions, held for this transaction."""
        ...

    async def write(self, changes: Sequence[Replanned], ranks: Mapping[TransitionId, int]) -> None:
        """Write changed tasks and the record of what the plan did to them."""
        ...

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        """Put events in line for publication."""
        ...


class PlanningStore(Protocol):
    """Where plans become tasks."""

    def unit(self) -> AbstractAsyncContextManager[PlanningUnit]:
        """A transaction; when it commits, every open page hears that something changed."""
        ...


# --- what people do -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Worked:
    """What a wish did to a task, and the event that tells of it."""

    wish: Wish
    before: Task
    task: Task
    announcement: OutgoingEvent


class WorkStore(Protocol):
    """Where people's work on tasks is kept."""

    async def change(
        self,
        task_id: TaskId,
        decide: Callable[[Task], Worked | None],
        audited: Callable[[Task], AuditEntry],
    ) -> Task | None:
        """Hold the task, let `decide` say what becomes of it, and write that in one transaction.

        Gives the task as it stands then, unchanged where `decide` gives None; None where there is
        no such task. `audited` says what the audit keeps of it, also where nothing changed. What
        `decide` raises ends the transaction.
        """
        ...


# --- who saw what ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; None and False mean any."""

    patients: tuple[str, ...] | None = None
    """Those about one of these, by their keys."""
    subject: str | None = None
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    alerts: bool = False


@dataclass(frozen=True, slots=True)
class AfterEntry:
    """The place in a list of entries after one."""

    at: datetime
    position: int


class Audit(Protocol):
    """Where it is kept who saw or changed what."""

    async def add(self, entry: AuditEntry) -> None:
        """Seal the entry to the last one and keep it, whoever else is adding at the same time."""
        ...

    async def chain(self, after: int, limit: int) -> list[Sealed]:
        """Entries from the place after this one on, in the order of the chain."""
        ...

    async def last(self) -> tuple[int, bytes]:
        """The place and the seal that the last entry added had."""
        ...

    async def entries(
        self, wanted: AuditFilter, after: AfterEntry | None, limit: int
    ) -> list[Sealed]:
        """Entries, the latest first."""
        ...

    async def keys_of(self, mrn: str) -> list[str]:
        """The keys of the patients with this number, also where it was merged away."""
        ...


# --- what is shown --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Escalated:
    """A task that was still open when its plan wanted a role to know of it."""

    at: datetime
    to: str


@dataclass(frozen=True, slots=True)
class Item:
    """A task as people see it, with the transition it belongs to."""

    task: Task
    rank: int
    transition: TransitionSnapshot
    reminded: tuple[str, ...] = ()
    """Which of its clocks have been called out: values of `ReminderEventType`."""
    escalated: Escalated | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """Now, and when today ends at each site."""

    now: datetime
    ends_at: Mapping[str, datetime]
    elsewhere: datetime
    """When it ends at a site that is not configured."""


@dataclass(frozen=True, slots=True)
class AfterTask:
    """The place in the list after a task."""

    due_at: datetime
    rank: int
    task_id: UUID


@dataclass(frozen=True, slots=True)
class After:
    """The place in a list after an entry of this time and id."""

    at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class Where:
    """Whose tasks: of a site, and of one of its teams; None means any."""

    site: str | None = None
    team: str | None = None
    """A code of that site; only together with it."""


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks; None and False mean any."""

    only_open: bool = False
    states: tuple[str, ...] | None = None
    site: str | None = None
    team: str | None = None
    """A code of that site; only together with it."""
    owner: str | None = None
    unassigned: bool = False
    role: str | None = None
    code: str | None = None
    mrn: str | None = None
    transition_id: UUID | None = None
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Which transitions or encounters; None means any."""

    site: str | None = None
    mrn: str | None = None
    visit: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many tasks stand in each queue, counted no further than a limit."""

    mine: int = 0
    unassigned: int = 0
    today: int = 0
    overdue: int = 0
    open: int = 0
    completed: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """A transition with its tasks."""

    transition: TransitionSnapshot
    tasks: tuple[Task, ...]
    escalated: Mapping[TaskId, Escalated] = field(default_factory=dict[TaskId, Escalated])


class TaskReads(Protocol):
    """Reads tasks for a list; every list is a page of bounded work."""

    async def tasks(
        self, wanted: TaskFilter, today: Today, after: AfterTask | None, limit: int
    ) -> list[Item]:
        """Tasks, the soonest due first."""
        ...

    async def completed(self, where: Where, after: After | None, limit: int) -> list[Item]:
        """Completed tasks, the last completed first."""
        ...

    async def task(self, task_id: UUID) -> Item | None: ...

    async def counts(self, owner: str, where: Where, today: Today, limit: int) -> QueueCounts: ...


class TransitionReads(Protocol):
    """Reads transitions, and what stands around them."""

    async def transitions(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[Followed]:
        """Transitions, the last discharged first."""
        ...

    async def transition(self, transition_id: UUID) -> Followed | None: ...

    async def found(self, words: str, limit: int) -> list[Followed]:
        """Transitions of patients with this number, or whose name begins with these words."""
        ...

    async def actions(self, transition_id: UUID, limit: int) -> list[ActionRecord]:
        """Who did what with the tasks of a transition, the latest first."""
        ...


class VisitReads(Protocol):
    """Reads encounters and notifications."""

    async def encounters(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[EncounterSnapshot]:
        """Encounters, the last begun first."""
        ...

    async def notifications(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[NotificationSnapshot]:
        """Notifications, the last changed first."""
        ...

    async def notifications_of_visit(
        self, visit_key: str, patient_key: str, limit: int
    ) -> list[NotificationSnapshot]:
        """Those about a patient's visit, not about another patient's with the same number."""
        ...


class TieReads(Protocol):
    """Reads what ties people to patients."""

    async def ties(self, subject: str, patients: Sequence[str], now: datetime) -> Ties:
        """What ties this person to these patients, of whom the keys are given."""
        ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """A hospital's time from one instant on and before another."""

    site: str
    begins_at: datetime
    ends_at: datetime


class MeasureReads(Protocol):
    """Reads the discharges that measures count; nothing of a patient is in them."""

    async def discharges_home(self, stretch: Stretch, limit: int) -> list[HomeDischarge]:
        """The discharges home of a stretch, the first ones first."""
        ...


@dataclass(frozen=True, slots=True)
class Reads:
    """All that is read for people and clients."""

    tasks: TaskReads
    transitions: TransitionReads
    visits: VisitReads
    measures: MeasureReads
    ties: TieReads
