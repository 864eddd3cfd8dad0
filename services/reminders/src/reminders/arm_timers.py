"""Arms, moves and disarms the timers of tasks as plans and people change them."""

from collections import defaultdict
from collections.abc import Sequence

from care_chassis.clock import Clock
from care_chassis.consumption import Delivery
from reminders.domain.timers import LeadRule, timers_of
from reminders.domain.watches import (
    Plan,
    TaskReport,
    TransitionId,
    Watch,
    follow_plan,
    follow_task,
    newest_plans,
)
from reminders.ports import Arming, ArmingWork

News = Plan | TaskReport | None
"""What an event says here; None where it says nothing of tasks."""


class ArmTimers:
    """Follows `transitions.v1` and `tasks.v1`; whatever comes first, the timers end the same."""

    def __init__(self, *, arming: Arming, clock: Clock, rule: LeadRule) -> None:
        self._arming = arming
        self._clock = clock
        self._rule = rule

    async def follow(self, deliveries: Sequence[Delivery[News]]) -> None:
        """Take in a batch, in one transaction."""
        async with self._arming.arming() as work:
            ids = [delivery.event.event_id for delivery in deliveries]
            fresh = await work.unseen(ids, self._clock.now())
            news = [delivery.body for delivery in deliveries if delivery.event.event_id in fresh]
            plans = newest_plans([item for item in news if isinstance(item, Plan)])
            reports = [item for item in news if isinstance(item, TaskReport)]
            if plans or reports:
                await self._apply(work, plans, reports)

    async def _apply(
        self, work: ArmingWork, plans: Sequence[Plan], reports: Sequence[TaskReport]
    ) -> None:
        advanced = await work.advance(plans)
        plans = [plan for plan in plans if plan.transition_id in advanced]
        held = await work.lock_watches(sorted(advanced), _blank_watches(plans, reports))
        changed = _after(held, plans, reports)
        wanted = [timer for watch in changed for timer in timers_of(watch, self._rule)]
        await work.keep(changed)
        await work.settle_timers([watch.task_id for watch in changed], wanted)


def _blank_watches(plans: Sequence[Plan], reports: Sequence[TaskReport]) -> list[Watch]:
    """A watch for every task that is spoken of, in one order, so that no two batches block."""
    blanks = {
        **{report.task_id: Watch(report.task_id, report.transition_id) for report in reports},
        **{
            task_id: Watch(task_id, plan.transition_id)
            for plan in plans
            for task_id, _ in plan.steps
        },
    }
    return [blanks[task_id] for task_id in sorted(blanks)]


def _after(
    held: Sequence[Watch], plans: Sequence[Plan], reports: Sequence[TaskReport]
) -> list[Watch]:
    """The watches that a batch changes, as they are after it."""
    after = {watch.task_id: watch for watch in held}
    of_transition: defaultdict[TransitionId, list[Watch]] = defaultdict(list)
    for watch in held:
        of_transition[watch.transition_id].append(watch)
    for plan in plans:
        for watch in follow_plan(of_transition[plan.transition_id], plan):
            after[watch.task_id] = watch
    for report in reports:
        after[report.task_id] = follow_task(after[report.task_id], report)
    before = {watch.task_id: watch for watch in held}
    return [watch for task_id, watch in after.items() if watch != before.get(task_id)]
