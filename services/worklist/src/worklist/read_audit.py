"""Who saw whom, for who runs the system; reading it is an entry like any other.

The audit is checked a stretch at a time, each going on from where the one before ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from care_chassis.clock import Clock
from worklist.domain.audit import NOTHING_SEALED, Action, AuditEntry, Sealed, first_broken
from worklist.domain.people import Person
from worklist.ports import AfterEntry, Audit, AuditFilter

_STRETCH = 10_000
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking a stretch of the chain."""

    after: int
    until: int
    """The last place that holds."""
    first_broken: int | None
    end: int
    """The last place there is, when the check began."""
    end_seal: bytes


class ReadAudit:
    """Reads and checks the audit. Everything here raises TransientError."""

    def __init__(self, audit: Audit, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock

    async def entries(
        self, person: Person, wanted: AuditFilter, after: AfterEntry | None, limit: int
    ) -> Sequence[Sealed]:
        """Entries, the latest first."""
        found = await self._audit.entries(wanted, after, limit)
        await self._audit.add(
            AuditEntry(
                at=self._clock.now(),
                person=person,
                action=Action.AUDIT_READ,
                patients=wanted.patients or (),
                searched_by=tuple(one.name for one in fields(wanted) if getattr(wanted, one.name)),
            )
        )
        return found

    async def keys_of(self, mrn: str) -> Sequence[str]:
        """The keys of the patients with this number, for a filter whose reading has an entry."""
        return await self._audit.keys_of(mrn)

    async def looked_up(self, person: Person, mrn: str) -> Sequence[str]:
        """The same for somebody to see; to look for a patient is an entry, too."""
        keys = await self._audit.keys_of(mrn)
        await self._audit.add(
            AuditEntry(
                at=self._clock.now(),
                person=person,
                action=Action.AUDIT_READ,
                patients=tuple(keys),
                searched_by=("mrn",),
            )
        )
        return keys

    async def check(self, person: Person, after: int) -> Checked:
        """Whether the entries after this place are as they were sealed."""
        end, end_seal = await self._audit.last()
        before, broken = await self._before(after)
        until = min(end, after + _STRETCH)
        while broken is None and before[0] < until:
            chain = await self._audit.chain(before[0], min(_AT_ONCE, until - before[0]))
            broken = first_broken(before, chain) if chain else before[0] + 1
            before = (chain[-1].position, chain[-1].seal) if chain else before
        if broken is None and before[0] == end and before[1] != end_seal:
            broken = end
        entry = AuditEntry(at=self._clock.now(), person=person, action=Action.AUDIT_VERIFIED)
        await self._audit.add(entry)
        return Checked(after, before[0] if broken is None else broken - 1, broken, end, end_seal)

    async def _before(self, after: int) -> tuple[tuple[int, bytes], int | None]:
        """The place to go on from, and that place if it is gone."""
        if after == 0:
            return NOTHING_SEALED, None
        chain = await self._audit.chain(after - 1, 1)
        if not chain or chain[0].position != after:
            return (after, b""), after
        return (after, chain[0].seal), None
