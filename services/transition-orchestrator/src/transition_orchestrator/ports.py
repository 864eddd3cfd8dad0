"""What the use cases need of the outside: a place that keeps clusters, and the sites' rules."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from care_chassis.events import OutgoingEvent
from transition_orchestrator.domain.attribution import AttributionRules
from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.cluster import Cluster
from transition_orchestrator.domain.messages import PatientKey
from transition_orchestrator.domain.programme import Programme
from transition_orchestrator.domain.risk import RiskRules


class Ledger(Protocol):
    """One unit of work: what is read here is locked, what is written here is written as one."""

    async def unseen(self, event_ids: Sequence[str], seen_at: datetime) -> set[str]:
        """Those events that were not taken in before; from now on they are."""
        ...

    async def gather(
        self, patients: Iterable[PatientKey], transitions: Iterable[UUID] = ()
    ) -> Sequence[Cluster]:
        """Every cluster that holds one of them, locked; also against its first appearance."""
        ...

    async def keep(self, before: Sequence[Cluster], after: Sequence[Cluster]) -> None:
        """Write what differs; a cluster that was joined into another leaves nothing behind."""
        ...

    async def announce(self, events: Sequence[OutgoingEvent]) -> None:
        """Put events in line for publication."""
        ...

    async def to_close(self, now: datetime, most: int, sites: Iterable[str]) -> Sequence[UUID]:
        """Some open transitions of these sites whose period has ended."""
        ...


class Ledgers(Protocol):
    """Opens units of work."""

    def open(self) -> AbstractAsyncContextManager[Ledger]:
        """A ledger that is written when the block ends well, and not at all otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class SiteRules:
    """How a site counts its days, what it opens transitions with, how it scores and attributes."""

    days: LocalDays
    opens_with: Programme
    risk: RiskRules = field(default_factory=RiskRules)
    attribution: AttributionRules = field(default_factory=AttributionRules)


class Sites(Protocol):
    """The hospitals that are configured."""

    def rules_of(self, site: str) -> SiteRules | None:
        """The rules of a site; None where it is not configured."""
        ...

    def codes(self) -> Iterable[str]:
        """The sites that are configured."""
        ...
