"""Where it is decided whether somebody may see what was found, and kept before it is given out.

An entry that cannot be written is an error, and then nothing is given out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TypeAlias, TypeVar
from uuid import UUID

from prometheus_client import Counter

from care_chassis.clock import Clock
from care_chassis.logs import get_logger
from care_contracts.notifications import NotificationSnapshot
from care_contracts.transitions import EncounterSnapshot, TransitionPatient
from worklist.domain.access import About, Access, Ties, Verdict, decide
from worklist.domain.audit import Action, AuditEntry
from worklist.domain.people import Person
from worklist.ports import Audit, Followed, Item, TaskFilter, TieReads, VisitFilter

ALERTS = Counter(
    "care_worklist_security_alerts",
    "Tries to see or do what is not for the asker, and glass that was broken.",
    ["action", "allowed"],
)
_OF_ONE_PATIENT = frozenset({"mrn", "visit", "transition_id"})
_log = get_logger("worklist.gate")

Filter: TypeAlias = TaskFilter | VisitFilter
Shown = TypeVar("Shown", Item, Followed, EncounterSnapshot, NotificationSnapshot)


class NotAssigned(Exception):  # noqa: N818 - it says what is the case
    """The site shows this patient only to who is assigned; a reason would break the glass."""

    def __init__(self, about: About) -> None:
        super().__init__("not assigned")
        self.transition_id = about.transition_id


class ReasonNamesPatient(NotAssigned):
    """Reasons are kept in the audit, which names nobody, so this one broke no glass."""

    def __str__(self) -> str:
        """What to do, in a sentence that names nobody either."""
        return "The reason names the patient: say why without their name or MRN."


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The gate as one person meets it."""

    person: Person
    reason: str
    """Why they break the glass, if they do."""
    audit: Audit
    ties: TieReads
    clock: Clock
    access: Callable[[str], Access]
    """Who sees the patients of a site."""
    open_for: timedelta
    """How long broken glass stays broken."""

    def entry(self, action: Action, wanted: Filter | None = None) -> AuditEntry:
        """The entry of what they do now, still about nobody."""
        return AuditEntry(
            at=self.clock.now(),
            person=self.person,
            action=action,
            searched_by=_given(wanted) if wanted else (),
        )

    async def keep(self, entry: AuditEntry) -> None:
        """Write an entry, and say aloud where somebody has to look into it."""
        await self.audit.add(entry)
        if entry.alert:
            ALERTS.labels(action=entry.action, allowed=str(entry.allowed).lower()).inc()
            _log.warning("security_alert", kind=entry.action, code=" ".join(entry.alert_codes))

    async def one(
        self,
        entry: AuditEntry,
        found: Shown | None,
        instead: Callable[[Shown], Shown | None] | None = None,
    ) -> Shown | None:
        """What was found, or what is shown instead of it. Raises NotAssigned."""
        if found is None:
            await self.keep(entry)
            return None
        return (await self._shown(entry, [found], instead, of_one=True))[0]

    async def many(
        self,
        entry: AuditEntry,
        found: Sequence[Shown],
        instead: Callable[[Shown], Shown | None] | None = None,
    ) -> list[Shown]:
        """What was found and may be seen. Raises NotAssigned.

        Who asks for one patient and sees nothing is refused; who asks for no one in particular
        gets what is theirs.
        """
        of_one = not _OF_ONE_PATIENT.isdisjoint(entry.searched_by)
        return await self._shown(entry, found, instead, of_one=of_one)

    async def at_work(
        self, entry: AuditEntry, item: Item, instead: Callable[[Item], Item | None]
    ) -> Item:
        """A task to work, or what is shown instead of it; its work has an entry of its own.

        Raises NotAssigned.
        """
        about, of_the_pool = _about(item), instead(item)
        named = about.named_in(self.reason)
        (verdict,) = await self._judge([about], "" if of_the_pool or named else self.reason)
        if of_the_pool and not verdict.allowed:
            return of_the_pool
        if verdict.alert:
            await self.keep(self._judged(entry, [about], [verdict]))
        if not verdict.allowed:
            raise _denied(about, named=named)
        return item

    async def _shown(
        self,
        entry: AuditEntry,
        found: Sequence[Shown],
        instead: Callable[[Shown], Shown | None] | None,
        *,
        of_one: bool,
    ) -> list[Shown]:
        about = [_about(one) for one in found]
        # Two patients may have one number: the glass is broken for one of them, not for both.
        breaks_for_one = of_one and len({one.patient for one in about}) == 1
        reason = self.reason if breaks_for_one else ""
        named = any(one.named_in(reason) for one in about)
        verdicts = await self._judge(about, "" if named else reason)
        shown = [
            as_seen
            for one, verdict in zip(found, verdicts, strict=True)
            if (as_seen := one if verdict.allowed else instead(one) if instead else None)
        ]
        in_vain = named and not all(one.allowed for one in verdicts)
        if in_vain or (of_one and found and not shown):
            await self.keep(self._judged(entry, about, verdicts))
            raise _denied(about[0], named=named)
        granted = [one for one in verdicts if one.allowed]
        await self.keep(self._judged(entry, [_about(one) for one in shown], granted))
        return shown

    async def _judge(self, about: Sequence[About], reason: str) -> list[Verdict]:
        access = {site: self.access(site) for site in {one.site for one in about}}
        kept_apart = {one.patient for one in about if access[one.site] is Access.ASSIGNED}
        ties = Ties()
        if kept_apart:
            now, subject = self.clock.now(), self.person.subject
            ties = await self.ties.ties(subject, sorted(kept_apart), now)
        return [
            decide(
                self.person,
                access[one.site],
                assigned=ties.assigned_to(one),
                reason=reason,
                broken_for=ties.broken.get(one.patient, ""),
            )
            for one in about
        ]

    def _judged(
        self, entry: AuditEntry, about: Sequence[About], verdicts: Sequence[Verdict]
    ) -> AuditEntry:
        """The entry with whom it is about and how that was decided."""
        breaks = any(one.breaks_glass for one in verdicts)
        return replace(
            entry,
            allowed=all(one.allowed for one in verdicts),
            alert=any(one.alert for one in verdicts),
            patients=tuple(sorted({one.patient for one in about})),
            reason=next((one.reason for one in verdicts if one.reason), ""),
            open_until=entry.at + self.open_for if breaks else None,
        )


def _denied(about: About, *, named: bool) -> NotAssigned:
    return ReasonNamesPatient(about) if named else NotAssigned(about)


def _about(one: Item | Followed | EncounterSnapshot | NotificationSnapshot) -> About:
    match one:
        case Item() | Followed():
            transition = one.transition
            return _of(transition.site, transition.patient, transition.transition_id)
        case EncounterSnapshot():
            return _of(one.site, one.patient)
        case NotificationSnapshot():
            return About(one.site, one.patient_key)


def _of(site: str, patient: TransitionPatient, transition_id: UUID | None = None) -> About:
    mrns = (patient.mrn, *patient.former_mrns)
    return About(site, patient.patient_key, transition_id, patient.name, mrns)


def _given(wanted: Filter) -> tuple[str, ...]:
    """The names of the filters that narrow a list."""
    return tuple(one.name for one in fields(wanted) if getattr(wanted, one.name))
