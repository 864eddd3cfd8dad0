"""Waits until everything that was sent has come to rest, and then says what does not add up."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hospital_sim.expectations import ExpectedVisit, as_of
from hospital_sim.ledger import Ledger
from hospital_sim.observation import NotAnswered, SeenEncounter, SeenFrame, SeenTransition
from hospital_sim.reconciliation import Discrepancy, Fate, SeenVisit, differences, fate_of


class Seen(Protocol):
    """The running system."""

    async def transitions(self, site: str, mrn: str) -> list[SeenTransition]: ...

    async def encounters(self, site: str, mrn: str) -> list[SeenEncounter]: ...

    async def frames(self, since: datetime) -> list[SeenFrame]: ...


@dataclass(frozen=True, slots=True)
class Account:
    """What was sent, and what must come of it."""

    ledger: Ledger
    expected: Sequence[ExpectedVisit]
    since: datetime
    """The real instant before which nothing was sent."""
    now: Callable[[], datetime]
    """The simulated present."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How everything stands."""

    fates: Sequence[Fate]
    visits: Sequence[tuple[ExpectedVisit, Sequence[Discrepancy]]]
    unanswered: str = ""
    """A service that could not be asked, so that nothing can be said."""

    @property
    def discrepancies(self) -> list[Discrepancy]:
        of_messages = [one for fate in self.fates for one in fate.discrepancies]
        return of_messages + [one for _, found in self.visits for one in found]

    @property
    def adds_up(self) -> bool:
        return not self.unanswered and not self.discrepancies


async def reconcile(
    system: Seen, account: Account, *, within: float, every: float = 1.0
) -> Reconciliation:
    """Look until everything adds up twice in a row, or for `within` real seconds."""
    last = Reconciliation((), (), "there was no time to ask")
    try:
        async with asyncio.timeout(within):
            while True:
                before, last = last, await _look(system, account)
                if before.adds_up and last.adds_up:
                    return last
                await asyncio.sleep(every)
    except TimeoutError:
        return last


async def _look(system: Seen, account: Account) -> Reconciliation:
    try:
        frames: defaultdict[str, list[SeenFrame]] = defaultdict(list)
        for frame in await system.frames(account.since):
            frames[frame.digest].append(frame)
        now = account.now()
        expected = [as_of(visit, now) for visit in account.expected]
        visits = await _look_at_visits(system, expected)
    except NotAnswered as error:
        return Reconciliation((), (), str(error))
    fates = [fate_of(entry, frames[entry.message.digest]) for entry in account.ledger.entries]
    return Reconciliation(fates, visits)


async def _look_at_visits(
    system: Seen, expected: Sequence[ExpectedVisit]
) -> list[tuple[ExpectedVisit, Sequence[Discrepancy]]]:
    wanted = sorted({(visit.site, mrn) for visit in expected for mrn in visit.all_mrns})
    seen: dict[tuple[str, str], SeenVisit | NotAnswered] = {}

    async def ask(site: str, mrn: str) -> None:
        try:
            transitions = await system.transitions(site, mrn)
            seen[site, mrn] = SeenVisit(mrn, transitions, await system.encounters(site, mrn))
        except NotAnswered as error:
            seen[site, mrn] = error

    async with asyncio.TaskGroup() as group:
        for site, mrn in wanted:
            group.create_task(ask(site, mrn))
    return [
        (visit, _judge(visit, [seen[visit.site, mrn] for mrn in sorted(visit.all_mrns)]))
        for visit in expected
    ]


def _judge(visit: ExpectedVisit, answers: Iterable[SeenVisit | NotAnswered]) -> list[Discrepancy]:
    views: list[SeenVisit] = []
    for answer in answers:
        if isinstance(answer, NotAnswered):
            raise answer
        views.append(answer)
    return differences(visit, views)
