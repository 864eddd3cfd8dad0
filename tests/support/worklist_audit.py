"""The audit without a database; it passes the suite in `tests/ports` beside it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from care_chassis.errors import TransientError
from worklist.domain.audit import NOTHING_SEALED, AuditEntry, Sealed, seal
from worklist.ports import AfterEntry, AuditFilter


class FakeAudit:
    """The audit as a list."""

    def __init__(self, keys_of: Callable[[str], Iterable[str]]) -> None:
        self._keys_of = keys_of
        self.away = False
        """Whether the database is away for everybody who wants to add."""
        self._chain: list[Sealed] = []
        self._end = NOTHING_SEALED

    def clear(self) -> None:
        """Forget everything."""
        self._chain.clear()
        self._end = NOTHING_SEALED
        self.away = False

    @property
    def said(self) -> Sequence[AuditEntry]:
        return [one.entry for one in self._chain]

    def tamper(self, position: int, entry: AuditEntry) -> None:
        """Change an entry behind its seal."""
        sealed = self._chain[position - 1]
        self._chain[position - 1] = replace(sealed, entry=entry)

    def lose(self, position: int) -> None:
        """Remove an entry; the end of the chain is remembered all the same."""
        self._chain = [one for one in self._chain if one.position != position]

    async def add(self, entry: AuditEntry) -> None:
        self.write(entry)

    def write(self, entry: AuditEntry) -> None:
        """Add, at once."""
        if self.away:
            raise TransientError("PostgreSQL")
        position, before = self._end
        self._end = position + 1, seal(before, entry)
        self._chain.append(Sealed(*self._end, entry))

    def broken_by(self, subject: str, patients: Sequence[str], now: datetime) -> dict[str, str]:
        """For whom somebody broke the glass that still stands open, and why."""
        return {
            patient: entry.reason
            for entry in self.said
            if entry.person.subject == subject and entry.open_until and entry.open_until > now
            for patient in entry.patients
            if patient in patients
        }

    async def chain(self, after: int, limit: int) -> list[Sealed]:
        return [one for one in self._chain if one.position > after][:limit]

    async def entries(
        self, wanted: AuditFilter, after: AfterEntry | None, limit: int
    ) -> list[Sealed]:
        found = [one for one in self._chain if _passes(one.entry, wanted)]
        found.sort(key=_place, reverse=True)
        later = [one for one in found if after is None or _place(one) < (after.at, after.position)]
        return later[:limit]

    async def keys_of(self, mrn: str) -> list[str]:
        return sorted(self._keys_of(mrn))

    async def last(self) -> tuple[int, bytes]:
        return self._end


def _place(sealed: Sealed) -> tuple[datetime, int]:
    return sealed.entry.at, sealed.position


def _passes(entry: AuditEntry, wanted: AuditFilter) -> bool:
    return (
        (wanted.patients is None or not set(wanted.patients).isdisjoint(entry.patients))
        and wanted.subject in (None, entry.person.subject)
        and (wanted.begins_at is None or entry.at >= wanted.begins_at)
        and (wanted.ends_at is None or entry.at < wanted.ends_at)
        and (entry.alert or not wanted.alerts)
    )
