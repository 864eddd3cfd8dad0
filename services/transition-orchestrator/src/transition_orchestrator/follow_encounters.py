"""The use case: take in what hospitals and care teams say, and bring the transitions into line.

One batch is one unit of work: what was seen before is left out, every cluster that is concerned is
locked and loaded, the domain decides, and what changed is written and announced.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from care_chassis.clock import Clock
from care_chassis.consumption import Delivery
from care_chassis.errors import PermanentError
from care_chassis.events import OutgoingEvent
from transition_orchestrator.announcements import Cause, change_event, followed_event
from transition_orchestrator.domain.cluster import Cluster, Gathering, gatherings_of
from transition_orchestrator.domain.messages import Message, PatientKey, VisitKey
from transition_orchestrator.domain.programme import Programmes
from transition_orchestrator.domain.reconciliation import Reconciled, Setting, reconcile
from transition_orchestrator.domain.work import Work
from transition_orchestrator.ports import Ledger, Ledgers, Sites


@dataclass(frozen=True, slots=True)
class Completion:
    """How far people came with a step: they completed it, or they tried."""

    transition_id: UUID
    code: str
    is_done: bool = True
    work: Work | None = None


News: TypeAlias = Message | Completion | None
"""What an event says to the orchestrator; None where it says nothing to it."""

Completions: TypeAlias = Mapping[UUID, Sequence[Completion]]
"""By the transition, so that each cluster is asked for its own alone."""


class FollowEncounters:
    """Follows every encounter, and keeps the transitions that its discharges call for."""

    def __init__(
        self, *, ledgers: Ledgers, sites: Sites, programmes: Programmes, clock: Clock
    ) -> None:
        self._ledgers = ledgers
        self._sites = sites
        self._programmes = programmes
        self._clock = clock

    async def follow(self, deliveries: Sequence[Delivery[News]]) -> None:
        """Take in a batch. Raises PermanentError for a site that is not configured."""
        for delivery in deliveries:
            if isinstance(delivery.body, Message) and not self._sites.rules_of(delivery.body.site):
                raise PermanentError("the site is not configured", "site")
        async with self._ledgers.open() as ledger:
            fresh = await self._fresh(ledger, deliveries)
            messages = [body for body in _bodies(fresh) if isinstance(body, Message)]
            completions = _by_transition(
                body for body in _bodies(fresh) if isinstance(body, Completion)
            )
            clusters = await ledger.gather(_patients_of(messages), completions)
            await self._settle(
                ledger, gatherings_of(clusters, messages), completions, _Causes(fresh)
            )

    async def close_ended(self, most: int) -> int:
        """Close some transitions whose period has ended; gives back how many were looked at."""
        async with self._ledgers.open() as ledger:
            # A site taken out of the folder has no calendar to close by; it must hold up no other.
            ended = await ledger.to_close(self._clock.now(), most, self._sites.codes())
            clusters = await ledger.gather((), ended)
            await self._settle(ledger, gatherings_of(clusters, ()), {}, _Causes(()))
            return len(ended)

    async def _fresh(
        self, ledger: Ledger, deliveries: Sequence[Delivery[News]]
    ) -> list[Delivery[News]]:
        ids = [one.event.event_id for one in deliveries if one.body is not None]
        unseen = await ledger.unseen(ids, self._clock.now())
        fresh: list[Delivery[News]] = []
        for delivery in deliveries:
            if delivery.event.event_id in unseen:
                unseen.remove(delivery.event.event_id)
                fresh.append(delivery)
        return fresh

    async def _settle(
        self,
        ledger: Ledger,
        gatherings: Iterable[Gathering],
        completions: Completions,
        causes: "_Causes",
    ) -> None:
        before: list[Cluster] = []
        after: list[Cluster] = []
        said: list[OutgoingEvent] = []
        for gathering in gatherings:
            reconciled = self._reconciled(gathering, completions)
            before.extend(gathering.parts)
            after.append(reconciled.cluster)
            said.extend(self._events(gathering, reconciled, causes))
            await asyncio.sleep(0)  # a large batch must not keep Kafka waiting for a heartbeat
        await ledger.keep(before, after)
        await ledger.announce(said)

    def _reconciled(self, gathering: Gathering, completions: Completions) -> Reconciled:
        cluster = gathering.before
        for message in gathering.messages:
            cluster = cluster.after(message)
        for transition_id in cluster.transitions:
            for completion in completions.get(transition_id, ()):
                cluster = _after(cluster, completion)
        rules = self._sites.rules_of(cluster.site)
        if rules is None:  # taken out of the folder: what stands is left standing
            return Reconciled(cluster, (), ())
        return reconcile(
            cluster,
            Setting(
                days=rules.days,
                programmes=self._programmes,
                opens_with=rules.opens_with,
                now=self._clock.now(),
                risk_rules=rules.risk,
                attribution=rules.attribution,
            ),
        )

    def _events(
        self, gathering: Gathering, reconciled: Reconciled, causes: "_Causes"
    ) -> Iterable[OutgoingEvent]:
        now = self._clock.now()
        for followed in reconciled.followed:
            cause = causes.of(gathering, followed.encounter.visit_key)
            yield from followed_event(followed, cause, now)
        for change in reconciled.changes:
            moved = change.transition
            cause = causes.of(gathering, moved.view.visit_key, moved.transition_id)
            yield change_event(change, cause, now)


class _Causes:
    """Which event a change follows from: the last about its visit, a completion, or its cluster."""

    def __init__(self, deliveries: Iterable[Delivery[News]]) -> None:
        self._by_event: dict[str, Cause] = {}
        self._by_transition: dict[UUID, Cause] = {}
        for one in deliveries:
            cause = Cause(one.event.correlation_id, one.event.traceparent)
            self._by_event[one.event.event_id] = cause
            if isinstance(one.body, Completion):
                self._by_transition[one.body.transition_id] = cause

    def of(self, gathering: Gathering, visit: VisitKey, transition_id: UUID | None = None) -> Cause:
        about = [one for one in gathering.messages if one.visit and one.visit.key == visit]
        done = self._by_transition.get(transition_id) if transition_id else None
        if done and not about:
            return done
        for message in reversed(about or gathering.messages):
            return self._by_event[message.stamp.event_id]
        return Cause()


def _after(cluster: Cluster, completion: Completion) -> Cluster:
    about, code = completion.transition_id, completion.code
    worked = cluster.with_work(about, code, completion.work) if completion.work else cluster
    return worked.with_done(about, code) if completion.is_done else worked


def _by_transition(completions: Iterable[Completion]) -> Completions:
    found: dict[UUID, list[Completion]] = {}
    for completion in completions:
        found.setdefault(completion.transition_id, []).append(completion)
    return found


def _bodies(deliveries: Iterable[Delivery[News]]) -> Iterable[News]:
    return (delivery.body for delivery in deliveries)


def _patients_of(messages: Iterable[Message]) -> set[PatientKey]:
    named = [name for one in messages for name in (one.patient, one.prior) if name]
    return {name.key for name in named}
