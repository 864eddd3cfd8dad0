"""What the domain costs by itself: the plan of one discharge, and a visit that is said again."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.following.events import events_of
from tests.bench.following.in_process import following
from tests.bench.following.stories import Told, Visit, discharges_of, messages
from tests.support.transition_orchestrator_fakes import MemoryLedgers, deliveries

from care_chassis.clock import SystemClock
from care_chassis.health import Health
from transition_orchestrator.domain.plan import Case, steps_of
from transition_orchestrator.domain.programme import Programmes
from transition_orchestrator.domain.protocol import Circumstance
from transition_orchestrator.domain.routing import TransitionKind
from transition_orchestrator.follow_encounters import FollowEncounters
from transition_orchestrator.model_files import load_models
from transition_orchestrator.protocol_files import load_protocols
from transition_orchestrator.sites import SiteFolder

_SECONDS = 2.0
_UPDATES = 500
_SOME = 100
_NOW = SystemClock().now()
_VISIT = Visit(0, "STORM", "STORM", _NOW - timedelta(days=5))


def plan(sites_dir: Path) -> dict[str, Any]:
    """How many discharges a core plans in a second: the steps alone, and all that is told.

    All that is told: from the event as read to the transition and what is said of it on Kafka,
    risk scores and windows included, with nothing stored.
    """
    programmes = Programmes(load_protocols())
    sites = SiteFolder(sites_dir, programmes, load_models(), Health())
    rules = sites.rules_of("GHH")
    assert rules is not None
    home = rules.opens_with.plan_of(TransitionKind.HOME_VISIT)
    case = Case(_NOW, frozenset({Circumstance.HIGH_RISK}), rules.days)
    visits = [replace(_VISIT, patient=f"P{number}", visit=f"V{number}") for number in range(_SOME)]
    told = deliveries(events_of(messages(discharges_of(visits)), sites_dir))

    def follow() -> None:
        ledgers = MemoryLedgers()
        following = FollowEncounters(
            ledgers=ledgers, sites=sites, programmes=programmes, clock=SystemClock()
        )
        asyncio.run(following.follow(told))
        assert len(ledgers.transitions) == _SOME

    return {
        "per_second": round(_rate_of(lambda: steps_of(home, case))),
        "followed_per_second": round(_SOME * _rate_of(follow)),
    }


def _rate_of(work: Callable[[], object]) -> float:
    """How often in a second of the processor's time."""
    count, began = 0, time.thread_time()
    while (spent := time.thread_time() - began) < _SECONDS:
        work()
        count += 1
    return count / spent


def storm(database_url: str, sites_dir: Path) -> dict[str, Any]:
    """Updates of one visit, each a batch of its own: what the first ones cost, and the last.

    Another visit goes before, so that nothing is done for the first time.
    """
    before = [_update("BEFORE", number) for number in range(_SOME)]
    told = [*before, *(_update("STORM", number) for number in range(_UPDATES))]
    spent = asyncio.run(_one_by_one(database_url, told, sites_dir))[_SOME:]
    first, last = median(spent[:_SOME]), median(spent[-_SOME:])
    return {
        "updates": _UPDATES,
        "first_us": round(1e6 * first),
        "last_us": round(1e6 * last),
        "last_over_first": round(last / first, 2),
    }


async def _one_by_one(database_url: str, told: list[Told], sites_dir: Path) -> list[float]:
    spent: list[float] = []
    async with following(database_url, sites_dir) as follow:
        for delivery in deliveries(events_of(messages(told), sites_dir)):
            began = time.perf_counter()
            await follow.follow([delivery])
            spent.append(time.perf_counter() - began)
    return spent


def _update(visit: str, number: int) -> Told:
    at = _VISIT.began_at + timedelta(minutes=5 + number)
    return Told(at, 0, "A08", visit, visit, admitted_at=_VISIT.began_at)
