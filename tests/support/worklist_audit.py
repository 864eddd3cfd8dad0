"""The audit without a database; it passes the suite in `tests/ports` beside it."""

from collections.abc import Sequence
from datetime import datetime

from care_chassis.errors import TransientError
from worklist.domain.audit import NOTHING_SEALED, AuditEntry, Sealed, seal


class FakeAudit:
    """The audit as a list."""

    def __init__(self) -> None:
        self.away = False
        """Whether the database is away for everybody who wants to add."""
        self._chain: list[Sealed] = []

    def clear(self) -> None:
        """Forget everything."""
        self._chain.clear()
        self.away = False

    @property
    def entries(self) -> Sequence[AuditEntry]:
        return [one.entry for one in self._chain]

    async def add(self, entry: AuditEntry) -> None:
        self.write(entry)

    def write(self, entry: AuditEntry) -> None:
        """Add, at once."""
        if self.away:
            raise TransientError("PostgreSQL")
        position, before = _last_of(self._chain)
        self._chain.append(Sealed(position + 1, seal(before, entry), entry))

    def broken_by(self, subject: str, patients: Sequence[str], now: datetime) -> dict[str, str]:
        """For whom somebody broke the glass that still stands open, and why."""
        return {
            patient: entry.reason
            for entry in self.entries
            if entry.person.subject == subject and entry.open_until and entry.open_until > now
            for patient in entry.patients
            if patient in patients
        }

    async def chain(self, after: int, limit: int) -> list[Sealed]:
        return self._chain[after : after + limit]

    async def last(self) -> tuple[int, bytes]:
        return _last_of(self._chain)


def _last_of(chain: Sequence[Sealed]) -> tuple[int, bytes]:
    return (chain[-1].position, chain[-1].seal) if chain else NOTHING_SEALED
