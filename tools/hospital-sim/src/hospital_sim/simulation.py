"""A whole run: all hospitals stream side by side, are watched, and are checked at the end."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.live import Live
from rich.table import Table

from hospital_sim.clock import SimulatedClock
from hospital_sim.delivery import Feed
from hospital_sim.expectations import expect
from hospital_sim.hospitals import load_hospitals
from hospital_sim.ledger import FeedProgress, Ledger
from hospital_sim.mllp import MllpConnection
from hospital_sim.observation import Homeward, NotAnswered
from hospital_sim.pathways import load_pathways
from hospital_sim.picture import live_table, plain_line, show_result
from hospital_sim.schedule import Run, Schedule, plan
from hospital_sim.settling import Account, Reconciliation, reconcile

_REFRESH_SECONDS = 0.5
_PLAIN_LINE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where the hospitals send to, and where the outcome is looked up."""

    host: str
    port: int
    worklist: str
    monitor: str
    token: str


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in real seconds."""

    answer: float = 5.0
    """For one answer."""
    message: float = 180.0
    """For one message to be taken at last."""
    settling: float = 90.0
    """For everything to come to rest after the last message."""


class Simulation:
    """One run against one system."""

    def __init__(
        self,
        run: Run,
        clock: SimulatedClock,
        target: Target,
        *,
        patience: Patience,
        console: Console,
    ) -> None:
        self._run = run
        self._clock = clock
        self._target = target
        self._patience = patience
        self._console = console
        self._ledger = Ledger()
        self._schedules = plan(run, load_hospitals(), load_pathways())
        self._progress = [
            FeedProgress(schedule.hospital.code, due=len(schedule.sendings))
            for schedule in self._schedules
        ]

    async def play(self) -> Reconciliation:
        """Stream everything and reconcile it."""
        began_at = self._clock.real_now()
        target = self._target
        async with Homeward(
            worklist=target.worklist, monitor=target.monitor, token=target.token
        ) as homeward:
            await self._stream(homeward)
            self._console.print("Everything is sent; waiting for it to come to rest.")
            stories = [story for schedule in self._schedules for story in schedule.stories]
            expected = [visit for story in stories for visit in expect(story)]
            account = Account(self._ledger, expected, began_at, self._clock.now)
            result = await reconcile(homeward, account, within=self._patience.settling)
        show_result(self._console, result, [feed.site for feed in self._progress])
        return result

    async def _stream(self, homeward: Homeward) -> None:
        async with asyncio.TaskGroup() as watching:
            watcher = watching.create_task(self._watch(homeward))
            async with asyncio.TaskGroup() as feeds:
                for schedule, progress in zip(self._schedules, self._progress, strict=True):
                    feeds.create_task(self._feed(schedule).stream(schedule.sendings, progress))
            watcher.cancel()

    def _feed(self, schedule: Schedule) -> Feed:
        connection = MllpConnection(
            self._target.host, self._target.port, timeout=self._patience.answer
        )
        return Feed(
            connection,
            self._clock,
            self._ledger,
            self._run.chance(schedule.hospital.code, "rests"),
            patience=self._patience.message,
        )

    async def _watch(self, homeward: Homeward) -> None:
        """Show how far things are until cancelled."""
        if not self._console.is_terminal:
            while True:
                await asyncio.sleep(_PLAIN_LINE_SECONDS)
                counts = await _open_transitions(homeward)
                line = plain_line(self._progress, counts, self._clock.now())
                self._console.print(line, soft_wrap=True, highlight=False)
        counts: Mapping[str, int] = {}
        with Live(console=self._console, auto_refresh=False) as live:
            try:
                while True:
                    counts = await _open_transitions(homeward)
                    live.update(self._picture(counts), refresh=True)
                    await asyncio.sleep(_REFRESH_SECONDS)
            finally:
                live.update(self._picture(counts), refresh=True)

    def _picture(self, counts: Mapping[str, int]) -> Table:
        return live_table(self._progress, counts, self._clock.now())


async def _open_transitions(homeward: Homeward) -> Mapping[str, int]:
    try:
        return await homeward.open_transitions()
    except NotAnswered:
        return {}  # it is only the picture; the reconciliation will say so if it stays away
