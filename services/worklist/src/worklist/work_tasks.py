"""People work tasks: claims, releases, starts and completes them, one task a transaction."""

from collections.abc import Mapping
from functools import partial

from care_chassis.clock import Clock
from care_chassis.logs import get_logger
from care_chassis.telemetry import current_traceparent
from care_contracts.tasks import TaskEventType
from worklist.announcements import announcement
from worklist.domain.audit import AuditEntry
from worklist.domain.tasks import Task, TaskId
from worklist.domain.work import Deed, Wish, perform
from worklist.ports import Worked, WorkStore

_log = get_logger("worklist.work_tasks")

_EVENT_TYPES: Mapping[Deed, TaskEventType] = {
    Deed.CLAIMED: TaskEventType.CLAIMED,
    Deed.RELEASED: TaskEventType.RELEASED,
    Deed.STARTED: TaskEventType.STARTED,
    Deed.ATTEMPTED: TaskEventType.ATTEMPTED,
    Deed.TICKED: TaskEventType.TICKED,
    Deed.UNTICKED: TaskEventType.UNTICKED,
    Deed.COMPLETED: TaskEventType.COMPLETED,
}


class WorkTasks:
    """Does what people wish with a task, where it may be done."""

    def __init__(self, store: WorkStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, task_id: TaskId, wish: Wish) -> Task | None:
        """The task as it stands then, None where there is none.

        Raises WorkRefused, or TransientError where the database is away.
        """
        task = await self._store.change(
            task_id, partial(self._decide, wish), partial(self._audited, wish)
        )
        if task is not None:
            _log.info("task_worked", task_id=str(task_id), kind=wish.deed, state=task.state)
        return task

    def _decide(self, wish: Wish, task: Task) -> Worked | None:
        after = perform(wish, task, self._clock.now())
        if after is task:
            return None
        event = announcement(_EVENT_TYPES[wish.deed], after, current_traceparent())
        return Worked(wish, task, after, event)

    def _audited(self, wish: Wish, task: Task) -> AuditEntry:
        return AuditEntry(
            at=self._clock.now(),
            person=wish.person,
            action=f"task_{wish.deed}",
            patients=(task.patient_key,),
            transition_id=task.transition_id,
            task_id=task.task_id,
        )
