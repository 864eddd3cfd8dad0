"""What the use cases ask of storage: one transaction at a time, everything in sets."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from care_chassis.events import OutgoingEvent
from reminders.domain.timers import Timer, TimerState
from reminders.domain.watches import Plan, PlannedStep, TaskId, TransitionId, Watch


@dataclass(frozen=True, slots=True)
class DueTimer:
    """An armed timer whose instant has come, with the step it is about."""

    timer: Timer
    transition_id: TransitionId
    step: PlannedStep


class ArmingWork(Protocol):
    """One transaction in which watches follow plans and tasks."""

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        """Those events that were not taken in before; from now on they are."""
        ...

    async def advance(self, plans: Sequence[Plan]) -> set[TransitionId]:
        """Note the versions of plans (one a transition); the transitions for which it is news."""
        ...

    async def lock_watches(
        self, transition_ids: Sequence[TransitionId], tasks: Sequence[Watch]
    ) -> list[Watch]:
        """All watches of those transitions and of those tasks, for this transaction alone.

        A task that is not known yet is kept as the blank watch given for it.
        """
        ...

    async def keep(self, watches: Sequence[Watch]) -> None:
        """Store the watches as they are now."""
        ...

    async def settle_timers(self, task_ids: Sequence[TaskId], wanted: Sequence[Timer]) -> None:
        """Leave the tasks with exactly the armed timers wanted, but for those fired or skipped."""
        ...


class Arming(Protocol):
    """Where watches and timers are kept."""

    def arming(self) -> AbstractAsyncContextManager[ArmingWork]:
        """A transaction: committed at the end, rolled back on any exception."""
        ...


class FiringWork(Protocol):
    """One transaction in which timers that are due are settled."""

    async def claim(self, now: datetime, most: int) -> list[DueTimer]:
        """Some armed timers that are due, oldest first, which no other transaction holds."""
        ...

    async def settle(self, fates: Sequence[tuple[Timer, TimerState]], at: datetime) -> None:
        """Note what became of the claimed timers."""
        ...

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        """Say it, in the same transaction."""
        ...

    async def next_instant(self) -> datetime | None:
        """When the next armed timer is due, if there is one."""
        ...


class Firing(Protocol):
    """Where timers are fired from."""

    def firing(self) -> AbstractAsyncContextManager[FiringWork]:
        """A transaction: committed at the end, rolled back on any exception."""
        ...
