"""The worklist's store without a database; it passes the suites in `tests/ports` beside it."""

import copy
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from tests.support.worklist_audit import FakeAudit

from care_chassis.events import OutgoingEvent
from care_contracts.notifications import NotificationSnapshot
from care_contracts.sites import Attribution, Site
from care_contracts.transitions import EncounterSnapshot, TransitionKind, TransitionSnapshot
from worklist.domain.access import Ties
from worklist.domain.audit import AuditEntry
from worklist.domain.home_visits import Ended, HomeDischarge
from worklist.domain.order import Due
from worklist.domain.plan import Replanned
from worklist.domain.tasks import Task, TaskId, TransitionId
from worklist.ports import (
    ActionRecord,
    After,
    AfterTask,
    Escalated,
    Followed,
    Item,
    News,
    PlanningUnit,
    QueueCounts,
    Reads,
    ReminderNews,
    Stretch,
    TaskFilter,
    Today,
    TransitionNews,
    VisitFilter,
    Where,
    Worked,
)
from worklist.records import planned_action, worked_action

T = TypeVar("T")


@dataclass
class _State:
    seen: set[str] = field(default_factory=set[str])
    transitions: dict[UUID, TransitionNews] = field(default_factory=dict[UUID, TransitionNews])
    tasks: dict[UUID, Task] = field(default_factory=dict[UUID, Task])
    ranks: dict[UUID, int] = field(default_factory=dict[UUID, int])
    actions: list[tuple[UUID, ActionRecord]] = field(
        default_factory=list[tuple[UUID, ActionRecord]]
    )
    encounters: dict[UUID, EncounterSnapshot] = field(default_factory=dict[UUID, EncounterSnapshot])
    notices: dict[UUID, NotificationSnapshot] = field(
        default_factory=dict[UUID, NotificationSnapshot]
    )
    reminders: dict[UUID, ReminderNews] = field(default_factory=dict[UUID, ReminderNews])
    outbox: list[OutgoingEvent] = field(default_factory=list[OutgoingEvent])


class FakeWorklist:
    """All ports of the worklist on dictionaries; what fails leaves no trace."""

    def __init__(self) -> None:
        self._state = _State()
        self.audit = FakeAudit(self._keys_of)
        self.changes = 0

    def clear(self) -> None:
        """Forget everything."""
        self._state = _State()
        self.audit.clear()

    @property
    def reads(self) -> Reads:
        return Reads(self, self, self, self, self)

    @property
    def outbox(self) -> Sequence[OutgoingEvent]:
        return self._state.outbox

    # --- plans

    @asynccontextmanager
    async def unit(self) -> AsyncGenerator[PlanningUnit]:
        before = copy.copy(self._state)
        self._state = _State(**{name: copy.copy(value) for name, value in vars(before).items()})
        try:
            yield _FakeUnit(self._state)
        except BaseException:
            self._state = before
            raise
        self.changes += 1

    # --- work

    async def change(
        self,
        task_id: TaskId,
        decide: Callable[[Task], Worked | None],
        audited: Callable[[Task], AuditEntry],
    ) -> Task | None:
        task = self._task(task_id)
        if task is None:
            return None
        worked = decide(task)
        self.audit.write(audited(worked.task if worked else task))
        if worked is None:
            return task
        self._state.tasks[task_id] = worked.task
        self._state.actions.append((task.transition_id, worked_action(worked)))
        self._state.outbox.append(worked.announcement)
        self.changes += 1
        return worked.task

    # --- reads

    async def tasks(
        self, wanted: TaskFilter, today: Today, after: AfterTask | None, limit: int
    ) -> list[Item]:
        items = [self._item(id_) for id_ in self._state.tasks]
        found = [item for item in items if _passes(item, wanted, today)]
        found.sort(key=_place)
        if after is not None:
            begin = (after.due_at, after.rank, after.task_id)
            found = [item for item in found if _place(item) > begin]
        return found[:limit]

    async def completed(self, where: Where, after: After | None, limit: int) -> list[Item]:
        items = [self._item(id_) for id_ in self._state.tasks]
        done = [
            (item.task.work.completed_at, item.task.task_id, item)
            for item in items
            if item.task.work.completed_at
            and where.site in (None, item.task.site)
            and where.team in (None, _team(item))
        ]
        done.sort(key=lambda one: one[:2], reverse=True)
        begun = [one for one in done if after is None or one[:2] < (after.at, after.entry_id)]
        return [replace(item, reminded=(), escalated=None) for _, _, item in begun[:limit]]

    async def task(self, task_id: UUID) -> Item | None:
        return self._item(task_id) if task_id in self._state.tasks else None

    async def counts(self, owner: str, where: Where, today: Today, limit: int) -> QueueCounts:
        open_ = TaskFilter(only_open=True, site=where.site, team=where.team)
        filters = {
            "mine": replace(open_, owner=owner),
            "unassigned": replace(open_, unassigned=True),
            "today": replace(open_, due=Due.TODAY),
            "overdue": replace(open_, due=Due.OVERDUE),
            "open": open_,
            "completed": replace(open_, only_open=False, states=("completed",)),
        }
        counts = {
            name: len(await self.tasks(wanted, today, None, limit))
            for name, wanted in filters.items()
        }
        return QueueCounts(**counts)

    async def transitions(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[Followed]:
        found = [
            one
            for one in self._shown()
            if _is_wanted(one, wanted)
            and wanted.state in (None, one.state)
            and one.kind is not TransitionKind.DISCHARGE_PLANNING
        ]
        paged = _page(found, lambda one: (one.discharged_at, one.transition_id), after, limit)
        return [self._followed(one) for one in paged]

    async def transition(self, transition_id: UUID) -> Followed | None:
        news = self._state.transitions.get(transition_id)
        return self._followed(news.snapshot) if news else None

    async def found(self, words: str, limit: int) -> list[Followed]:
        found = [
            one
            for one in self._shown()
            if words in (one.patient.mrn, *one.patient.former_mrns)
            or one.patient.name.lower().startswith(words.lower())
        ]
        paged = _page(found, lambda one: (one.discharged_at, one.transition_id), None, limit)
        return [self._followed(one) for one in paged]

    async def actions(self, transition_id: UUID, limit: int) -> list[ActionRecord]:
        lines = [line for id_, line in self._state.actions if id_ == transition_id]
        return lines[::-1][:limit]

    async def encounters(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[EncounterSnapshot]:
        shown = [one for one in self._state.encounters.values() if one.continues_as is None]
        found = [one for one in shown if _is_wanted(one, wanted)]
        return _page(found, lambda one: (_began_at(one), one.encounter_id), after, limit)

    async def notifications(
        self, wanted: VisitFilter, after: After | None, limit: int
    ) -> list[NotificationSnapshot]:
        found = list(self._state.notices.values())
        if wanted.mrn is None and wanted.visit is None:
            found = [one for one in found if wanted.site in (None, one.site)]
        else:
            found = [one for one in found if self._is_about(one, wanted)]
        return _page(found, lambda one: (one.changed_at, one.notification_id), after, limit)

    async def notifications_of_visit(
        self, visit_key: str, patient_key: str, limit: int
    ) -> list[NotificationSnapshot]:
        found = [
            one
            for one in self._state.notices.values()
            if one.visit_key == visit_key and not self._is_of_another(one, patient_key)
        ]
        return _page(found, lambda one: (one.changed_at, one.notification_id), None, limit)

    async def discharges_home(self, stretch: Stretch, limit: int) -> list[HomeDischarge]:
        found = [
            self._discharge(one.snapshot)
            for one in self._state.transitions.values()
            if one.snapshot.kind is TransitionKind.HOME_VISIT
            and one.snapshot.site == stretch.site
            and stretch.begins_at <= one.snapshot.discharged_at < stretch.ends_at
            and not one.snapshot.retracted
        ]
        return sorted(found, key=lambda one: (one.discharged_at, one.transition_id))[:limit]

    def _discharge(self, one: TransitionSnapshot) -> HomeDischarge:
        tasks = {task.step.code: task for task in self._followed(one).tasks}
        return HomeDischarge(
            transition_id=one.transition_id,
            site=one.site,
            discharged_at=one.discharged_at,
            state=one.state,
            contact_due_at=one.clocks.initial_contact_due_at,
            readmitted_at=one.readmitted_at,
            died_at=one.died_at,
            visit=_ended(tasks.get("home_visit")),
            contact=_ended(tasks.get("initial_contact")),
        )

    def _keys_of(self, mrn: str) -> set[str]:
        transitions = [one.snapshot.patient for one in self._state.transitions.values()]
        visits = [one.patient for one in self._state.encounters.values()]
        known = [one for one in (*transitions, *visits) if mrn in (one.mrn, *one.former_mrns)]
        return {one.patient_key for one in known}

    async def ties(self, subject: str, patients: Sequence[str], now: datetime) -> Ties:
        known = [one.snapshot for one in self._state.transitions.values()]
        tied = [
            one
            for one in known
            if one.patient.patient_key in patients and self._works_on(subject, one.transition_id)
        ]
        return Ties(
            frozenset(one.transition_id for one in tied),
            frozenset(one.patient.patient_key for one in tied),
            self.audit.broken_by(subject, patients, now),
        )

    def _works_on(self, subject: str, transition_id: UUID) -> bool:
        owners = {
            one.work.owner
            for one in self._state.tasks.values()
            if one.transition_id == transition_id
        }
        did = {line.subject for id_, line in self._state.actions if id_ == transition_id}
        return subject in owners | did

    def _is_about(self, notice: NotificationSnapshot, wanted: VisitFilter) -> bool:
        snapshots = (*(one.snapshot for one in self._state.transitions.values()),)
        known = [
            one for one in (*snapshots, *self._state.encounters.values()) if _is_wanted(one, wanted)
        ]
        by_patient = wanted.visit is None and any(
            one.patient.patient_key == notice.patient_key for one in known
        )
        return by_patient or any(
            one.visit_key == notice.visit_key
            and not self._is_of_another(notice, one.patient.patient_key)
            for one in known
        )

    def _is_of_another(self, notice: NotificationSnapshot, patient_key: str) -> bool:
        """Whether it is about another patient whose visit has the same number."""
        owners = {
            one.patient.patient_key
            for one in self._state.encounters.values()
            if one.visit_key == notice.visit_key
        }
        return notice.patient_key in owners - {patient_key}

    def _shown(self) -> list[TransitionSnapshot]:
        worked_on = {id_ for id_, line in self._state.actions if line.subject is not None}
        known = [one.snapshot for one in self._state.transitions.values()]
        return [one for one in known if not one.retracted or one.transition_id in worked_on]

    def _followed(self, snapshot: TransitionSnapshot) -> Followed:
        items = [
            self._item(task.task_id)
            for task in self._state.tasks.values()
            if task.transition_id == snapshot.transition_id
        ]
        items.sort(key=_place)
        escalated = {item.task.task_id: item.escalated for item in items if item.escalated}
        return Followed(snapshot, tuple(item.task for item in items), escalated)

    def _task(self, task_id: UUID) -> Task | None:
        task = self._state.tasks.get(task_id)
        return _under(task, self._state.transitions) if task else None

    def _item(self, task_id: UUID) -> Item:
        task = _under(self._state.tasks[task_id], self._state.transitions)
        given = [
            one
            for one in self._state.reminders.values()
            if one.reminder.task_id == task_id and one.reminder.due_at == task.step.due_at
        ]
        told = [one.reminder for one in given]
        escalated = [Escalated(one.remind_at, one.escalates_to) for one in told if one.escalates_to]
        snapshot = self._state.transitions[task.transition_id].snapshot
        return Item(
            task=task,
            rank=self._state.ranks[task_id],
            transition=snapshot,
            reminded=tuple(one.kind.value for one in given),
            escalated=escalated[0] if escalated else None,
        )


class _FakeUnit:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:  # noqa: ARG002 - it forgets none
        fresh = set(event_ids) - self._state.seen
        self._state.seen |= fresh
        return fresh

    async def keep(self, news: News) -> set[UUID]:
        taken: set[UUID] = set()
        for one in news.transitions:
            known = self._state.transitions.get(one.snapshot.transition_id)
            if known is None or known.snapshot.version < one.snapshot.version:
                self._state.transitions[one.snapshot.transition_id] = one
                taken.add(one.snapshot.transition_id)
        for visit in news.encounters:
            earlier = self._state.encounters.get(visit.encounter_id)
            if earlier is None or earlier.version < visit.version:
                self._state.encounters[visit.encounter_id] = visit
        for notice in news.notifications:
            before = self._state.notices.get(notice.notification_id)
            if before is None or before.version < notice.version:
                self._state.notices[notice.notification_id] = notice
        for given in news.reminders:
            self._state.reminders.setdefault(given.reminder.reminder_id, given)
        return taken

    async def tasks_of(self, transition_ids: Sequence[TransitionId]) -> list[Task]:
        return [
            _under(task, self._state.transitions)
            for task in self._state.tasks.values()
            if task.transition_id in transition_ids
        ]

    async def write(self, changes: Sequence[Replanned], ranks: Mapping[TransitionId, int]) -> None:
        for change in changes:
            self._state.tasks[change.task.task_id] = change.task
            self._state.actions.append((change.task.transition_id, planned_action(change)))
        for task in self._state.tasks.values():
            if task.transition_id in ranks:
                self._state.ranks[task.task_id] = ranks[task.transition_id]

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        self._state.outbox.extend(events)


class FakeSiteFolder:
    """Site files that a test writes by hand."""

    def __init__(self, *documents: Site) -> None:
        self.documents: Sequence[Site] = documents

    def refresh(self) -> bool:
        return False


THREE_ZONES = (
    Site(code="GHH", name="Good Health Hospital", time_zone="America/New_York"),
    Site(code="PRH", name="Prairie Regional Hospital", time_zone="America/Chicago"),
    Site(
        code="CCM",
        name="Coast City Medical Center",
        time_zone="America/Los_Angeles",
        attribution=Attribution(teams={"harbour": "Harbour team", "hills": "Hills team"}),
    ),
)


def _under(task: Task, transitions: Mapping[UUID, TransitionNews]) -> Task:
    """The task with what it has from its transition."""
    news = transitions[task.transition_id]
    key = news.snapshot.patient.patient_key
    return replace(task, patient_key=key, correlation_id=news.correlation_id)


def _ended(task: Task | None) -> Ended | None:
    if task is None or task.work.done_at is None:
        return None
    channel = task.work.evidence.channel if task.work.evidence else None
    return Ended(task.work.done_at, task.work.outcome or "done", channel or "")


def _place(item: Item) -> tuple[datetime, int, UUID]:
    return item.task.step.due_at, item.rank, item.task.task_id


def _passes(item: Item, wanted: TaskFilter, today: Today) -> bool:
    task, person = item.task, item.transition.patient
    exact = {
        "site": task.site,
        "team": _team(item),
        "owner": task.work.owner,
        "role": task.step.role,
        "code": task.step.code,
        "transition_id": task.transition_id,
    }
    return (
        all(getattr(wanted, name) in (None, value) for name, value in exact.items())
        and (wanted.mrn is None or wanted.mrn in (person.mrn, *person.former_mrns))
        and (task.state.is_open or not wanted.only_open)
        and (wanted.states is None or task.state in wanted.states)
        and not (wanted.unassigned and task.work.owner)
        and wanted.due in (None, _due(task, today))
    )


def _team(item: Item) -> str | None:
    whose = item.transition.attribution
    return whose.team if whose else None


def _due(task: Task, today: Today) -> Due:
    if task.step.due_at < today.now:
        return Due.OVERDUE
    ends_at = today.ends_at.get(task.site, today.elsewhere)
    return Due.TODAY if task.step.due_at < ends_at else Due.UPCOMING


def _is_wanted(one: TransitionSnapshot | EncounterSnapshot, wanted: VisitFilter) -> bool:
    return (
        wanted.site in (None, one.site)
        and (wanted.mrn is None or wanted.mrn in (one.patient.mrn, *one.patient.former_mrns))
        and (wanted.visit is None or wanted.visit in (one.visit, *one.former_visits))
    )


def _began_at(one: EncounterSnapshot) -> datetime:
    return one.admitted_at or one.discharged_at or one.changed_at


def _page(
    found: Iterable[T],
    place: Callable[[T], tuple[datetime, UUID]],
    after: After | None,
    limit: int,
) -> list[T]:
    later = sorted(found, key=place, reverse=True)
    begun = [one for one in later if after is None or place(one) < (after.at, after.entry_id)]
    return begun[:limit]
