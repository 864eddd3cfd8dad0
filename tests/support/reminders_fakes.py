"""Reminders in memory, and builders for what they hear of."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid5

from tests.support.manual_clock import START, ManualClock

from care_chassis.consumption import Delivery
from care_chassis.events import Event, OutgoingEvent
from reminders.arm_timers import ArmTimers, News
from reminders.domain.timers import LeadRule, Timer, TimerState
from reminders.domain.watches import (
    Escalation,
    Origin,
    Plan,
    PlannedStep,
    TaskId,
    TaskReport,
    TransitionId,
    Watch,
)
from reminders.fire_timers import FireTimers
from reminders.ports import Arming, DueTimer, Firing

_IDS = UUID("0f7c1a52-7a5e-4c55-9d7c-3f3a9b1c2d4e")
DUE = START + timedelta(days=3)


def transition_id(name: str) -> TransitionId:
    return TransitionId(uuid5(_IDS, name))


def task_id(name: str) -> TaskId:
    return TaskId(uuid5(_IDS, f"task {name}"))


def step(
    *,
    due_at: datetime = DUE,
    planned: bool = True,
    window_opens_at: datetime | None = None,
    escalation: Escalation | None = None,
    code: str = "home_visit",
) -> PlannedStep:
    return PlannedStep(
        site="GHH",
        patient_key="a" * 32,
        code=code,
        role="nurse",
        planned=planned,
        due_at=due_at,
        window_opens_at=window_opens_at,
        escalation=escalation,
        origin=Origin("the wire", "00-" + "1" * 32 + "-" + "2" * 16 + "-01"),
    )


def plan(version: int = 1, **steps: PlannedStep) -> Plan:
    return plan_of("stay", version, steps)


def plan_of(transition: str, version: int, steps: Mapping[str, PlannedStep]) -> Plan:
    lines = tuple((task_id(name), planned) for name, planned in steps.items())
    return Plan(transition_id(transition), version, lines)


def report(of_task: str, version: int = 1, *, is_open: bool = True, of: str = "stay") -> TaskReport:
    return TaskReport(task_id(of_task), transition_id(of), version, is_open)


def delivered(event_id: str, body: News) -> Delivery[News]:
    event = Event(
        event_id=event_id, type="", source="", subject="", time=START, key="a" * 32, data=b""
    )
    return Delivery(event, body)


@dataclass
class _Shelf:
    """What is kept."""

    seen: set[str] = field(default_factory=set[str])
    versions: dict[TransitionId, int] = field(default_factory=dict[TransitionId, int])
    watches: dict[TaskId, Watch] = field(default_factory=dict[TaskId, Watch])
    timers: dict[UUID, tuple[Timer, TimerState]] = field(
        default_factory=dict[UUID, tuple[Timer, TimerState]]
    )
    announced: list[OutgoingEvent] = field(default_factory=list[OutgoingEvent])

    def copied(self) -> "_Shelf":
        return _Shelf(
            set(self.seen),
            dict(self.versions),
            dict(self.watches),
            dict(self.timers),
            list(self.announced),
        )


class FakeStore:
    """Watches and timers in memory; a failed transaction leaves everything as it was."""

    def __init__(self) -> None:
        self._shelf = _Shelf()
        self._held: set[UUID] = set()

    @asynccontextmanager
    async def arming(self) -> AsyncGenerator["_FakeArming"]:
        before = self._shelf.copied()
        try:
            yield _FakeArming(self._shelf)
        except BaseException:
            self._shelf = before
            raise

    @asynccontextmanager
    async def firing(self) -> AsyncGenerator["_FakeFiring"]:
        before = self._shelf.copied()
        work = _FakeFiring(self._shelf, self._held)
        try:
            yield work
        except BaseException:
            self._shelf = before
            raise
        finally:
            self._held -= work.mine

    def timers(self) -> set[tuple[Timer, TimerState]]:
        return set(self._shelf.timers.values())

    def announced(self) -> list[OutgoingEvent]:
        return list(self._shelf.announced)


class _FakeArming:
    """The arming side of the fake."""

    def __init__(self, shelf: _Shelf) -> None:
        self._shelf = shelf

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:  # noqa: ARG002 - the fake forgets nothing
        fresh = set(event_ids) - self._shelf.seen
        self._shelf.seen |= fresh
        return fresh

    async def advance(self, plans: Sequence[Plan]) -> set[TransitionId]:
        held = self._shelf.versions
        news = [plan for plan in plans if plan.version > held.get(plan.transition_id, -1)]
        held.update({plan.transition_id: plan.version for plan in news})
        return {plan.transition_id for plan in news}

    async def lock_watches(
        self, transition_ids: Sequence[TransitionId], tasks: Sequence[Watch]
    ) -> list[Watch]:
        for blank in tasks:
            self._shelf.watches.setdefault(blank.task_id, blank)
        named = {blank.task_id for blank in tasks}
        return [
            watch
            for watch in sorted(self._shelf.watches.values(), key=lambda watch: watch.task_id)
            if watch.transition_id in transition_ids or watch.task_id in named
        ]

    async def keep(self, watches: Sequence[Watch]) -> None:
        self._shelf.watches.update({watch.task_id: watch for watch in watches})

    async def settle_timers(self, task_ids: Sequence[TaskId], wanted: Sequence[Timer]) -> None:
        wanted_ids = {timer.reminder_id for timer in wanted}
        timers = self._shelf.timers
        for reminder_id, (timer, state) in list(timers.items()):
            unwanted = timer.task_id in task_ids and reminder_id not in wanted_ids
            if unwanted and state is TimerState.ARMED:
                del timers[reminder_id]
        for timer in wanted:
            held = timers.get(timer.reminder_id)
            if held is None or held[1] is TimerState.ARMED:
                timers[timer.reminder_id] = (timer, TimerState.ARMED)


class _FakeFiring:
    """The firing side of the fake."""

    def __init__(self, shelf: _Shelf, held: set[UUID]) -> None:
        self._shelf = shelf
        self._held = held
        self.mine: set[UUID] = set()

    async def claim(self, now: datetime, most: int) -> list[DueTimer]:
        due = sorted(
            (
                timer
                for reminder_id, (timer, state) in self._shelf.timers.items()
                if state is TimerState.ARMED
                and timer.remind_at <= now
                and reminder_id not in self._held
            ),
            key=lambda timer: timer.remind_at,
        )[:most]
        self.mine |= {timer.reminder_id for timer in due}
        self._held |= self.mine
        claimed: list[DueTimer] = []
        for timer in due:
            watch = self._shelf.watches[timer.task_id]
            assert watch.step is not None
            claimed.append(DueTimer(timer, watch.transition_id, replace(watch.step)))
        return claimed

    async def settle(self, fates: Sequence[tuple[Timer, TimerState]], at: datetime) -> None:  # noqa: ARG002 - the fake shows no times
        for timer, state in fates:
            self._shelf.timers[timer.reminder_id] = (timer, state)

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        self._shelf.announced.extend(events)

    async def next_instant(self) -> datetime | None:
        armed = [
            timer.remind_at
            for timer, state in self._shelf.timers.values()
            if state is TimerState.ARMED
        ]
        return min(armed, default=None)


class _TimerStore(Arming, Firing, Protocol):
    """All that reminders keep."""


class Desk:
    """Reminders put together, by default with fakes."""

    def __init__(self, *, rate: float = 1.0, store: _TimerStore | None = None) -> None:
        self.clock = ManualClock(rate=rate)
        self.fake = FakeStore()
        kept = store or self.fake
        self.arm = ArmTimers(arming=kept, clock=self.clock, rule=LeadRule())
        self.fire = FireTimers(firing=kept, clock=self.clock)
        self._count = 0

    async def hear(self, *news: News) -> None:
        """One batch of events, each with an id of its own."""
        first, self._count = self._count, self._count + len(news)
        await self.arm.follow(
            [delivered(f"event {first + place}", body) for place, body in enumerate(news)]
        )

    def armed(self) -> set[Timer]:
        return {timer for timer, state in self.fake.timers() if state is TimerState.ARMED}

    def due_instants(self) -> list[datetime]:
        return sorted({timer.due_at for timer in self.armed()})

    def said(self) -> list[str]:
        return [event.type for event in self.fake.announced()]
