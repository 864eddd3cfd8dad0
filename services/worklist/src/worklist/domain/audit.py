"""The audit: who saw or changed what of whom, when and why, each entry sealed to the one before.

The seal of an entry is a digest of what it says and of the seal before it, so that nothing can be
changed, left out or put in between without breaking every seal that follows.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from worklist.domain.people import Person


class Action(StrEnum):
    """What somebody did; beside these, `task_` and a deed for what they did with a task."""

    TASKS_LISTED = "tasks_listed"
    TASK_READ = "task_read"
    TRANSITIONS_LISTED = "transitions_listed"
    TRANSITION_READ = "transition_read"
    PATIENTS_SEARCHED = "patients_searched"
    ENCOUNTERS_LISTED = "encounters_listed"
    NOTIFICATIONS_LISTED = "notifications_listed"
    MEASURES_READ = "measures_read"
    AUDIT_READ = "audit_read"
    AUDIT_VERIFIED = "audit_verified"
    TURNED_AWAY = "turned_away"
    """Their role does not do what they tried."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit. Nothing of what a patient has, or was searched by, is in it."""

    at: datetime
    person: Person
    action: str
    allowed: bool = True
    alert: bool = False
    """Whether somebody has to look into it."""
    patients: tuple[str, ...] = ()
    """The keys of those who were shown or changed, or would have been."""
    transition_id: UUID | None = None
    task_id: UUID | None = None
    searched_by: tuple[str, ...] = ()
    """The names of the filters that were given; never their values."""
    reason: str = ""
    """Why the glass was broken."""
    open_until: datetime | None = None
    """Until when it stays broken for these patients, where this is what broke it."""

    @property
    def alert_codes(self) -> tuple[str, ...]:
        """What the alert is called in DICOM: a security alert; an emergency override started."""
        if not self.alert:
            return ()
        return ("110113", "110127") if self.open_until else ("110113",)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry at its place in the chain; places count from 1, without a gap."""

    position: int
    seal: bytes
    entry: AuditEntry


_UNSAID = (None, "", ())
NOTHING_SEALED = (0, b"")
"""The place and the seal before the first entry."""


def seal(before: bytes, entry: AuditEntry) -> bytes:
    """The seal of an entry: SHA-256 over the seal before it and what the entry says, as JSON.

    What it does not say is left out, so that a later version may say more and keep old seals whole.
    """
    facts = {name: value for name, value in asdict(entry).items() if value not in _UNSAID}
    said = json.dumps(facts, default=_plain, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(before + said.encode()).digest()


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def first_broken(before: tuple[int, bytes], chain: Sequence[Sealed]) -> int | None:
    """The first place whose entry is gone or is not as it was sealed; None where all hold.

    `before` is the place and the seal of the entry that `chain` goes on from.
    """
    position, last = before
    for one in chain:
        position, last = position + 1, seal(last, one.entry)
        if one.position != position or one.seal != last:
            return position
    return None
