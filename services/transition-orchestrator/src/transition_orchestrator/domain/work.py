"""What people did about one step, as the worklist tells it: attempts, an outcome, its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_ONE_WAY: Final = frozenset({"letter", "email"})
_REACHED: Final = frozenset({"reached-patient", "reached-caregiver"})
_RECONCILED: Final = frozenset({"reconciled-none", "reconciled-with-discrepancies"})
_FACE_TO_FACE: Final = frozenset({"home_visit", "follow_up_visit"})
_APART: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach somebody that did not."""

    at: datetime
    channel: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What people did as of a version of the task; the newest version holds."""

    version: int = 0
    role: str = ""
    completed_at: datetime | None = None
    outcome: str = ""
    attempts: tuple[Attempt, ...] = ()
    channel: str = ""
    credential: str = ""
    """Of who saw the patient or reconciled; empty where it was not said."""
    mdm: str = ""
    """high, moderate or low, as a clinician judged it"""
    elements: tuple[str, ...] = ()
    """What discharge information contained"""
    other_tcm_claim: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A try to reach the patient or a caregiver, both ways at once or not."""

    at: datetime
    two_way: bool
    reached: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """A face-to-face visit and who it was."""

    at: datetime
    credential: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The medications were reconciled."""

    at: datetime
    credential: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done after one discharge, as bills and measures see it; each oldest first."""

    contacts: tuple[Contact, ...] = ()
    visits: tuple[Visit, ...] = ()
    reconciliations: tuple[Reconciliation, ...] = ()
    information: tuple[tuple[datetime, frozenset[str]], ...] = ()
    """When discharge information was received, and what it contained"""
    mdm: str = ""
    other_tcm_claim: bool = False


NOTHING_DONE: Final = Done()


def done_by(work: Mapping[str, Work]) -> Done:
    """What all the work on the steps of one transition comes to."""
    if not work:
        return NOTHING_DONE
    ended = [(code, one, one.completed_at) for code, one in work.items() if one.completed_at]
    tried = [attempt for one in work.values() for attempt in one.attempts]
    return Done(
        contacts=_contacts(ended, tried),
        visits=tuple(sorted(_visits(ended), key=lambda one: one.at)),
        reconciliations=tuple(sorted(_reconciliations(ended), key=lambda one: one.at)),
        information=tuple(
            (at, frozenset(one.elements))
            for code, one, at in ended
            if code == "pcp_summary" and one.elements
        ),
        mdm=next((one.mdm for _, one in sorted(work.items()) if one.mdm), ""),
        other_tcm_claim=any(one.other_tcm_claim for one in work.values()),
    )


Ended = list[tuple[str, Work, datetime]]


def _contacts(ended: Ended, tried: list[Attempt]) -> tuple[Contact, ...]:
    reached = [
        Contact(at, one.channel not in _ONE_WAY, reached=True)
        for code, one, at in ended
        if _has_reached(code, one)
    ]
    missed = [Contact(one.at, one.channel not in _ONE_WAY, reached=False) for one in tried]
    return tuple(sorted((*reached, *missed), key=lambda one: one.at))


def _has_reached(code: str, work: Work) -> bool:
    return work.outcome in _REACHED or (code in _FACE_TO_FACE and work.outcome == "done")


def _visits(ended: Ended) -> list[Visit]:
    """Visits that took place; one by a nurse whose task it was needs no credential to be hers."""
    return [
        Visit(at, one.credential or ("RN" if code == "home_visit" else ""))
        for code, one, at in ended
        if code in _FACE_TO_FACE and _has_reached(code, one)
    ]


def _reconciliations(ended: Ended) -> list[Reconciliation]:
    """Reconciliations that came to an end; a pharmacist's task is a pharmacist's work."""
    return [
        Reconciliation(at, one.credential or ("PharmD" if one.role == "pharmacist" else ""))
        for code, one, at in ended
        if code == "medication_reconciliation" and one.outcome in _RECONCILED
    ]


def separate(tries: Sequence[datetime]) -> list[datetime]:
    """The tries that count as separate, oldest first: an hour apart or more (D-05)."""
    counted: list[datetime] = []
    for at in tries:
        if not counted or at - counted[-1] >= _APART:
            counted.append(at)
    return counted
