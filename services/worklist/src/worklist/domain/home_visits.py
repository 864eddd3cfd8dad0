"""Home visits and first contacts over many discharges home (rulebook section 9, MET-02).

A measure is a number of a number: whoever is left out is left out of both, and named. All spans
are elapsed hours, across a change of the clocks as well.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from worklist.domain.outcomes import Outcome, is_work_done

WINDOW_OPENS_AFTER = timedelta(hours=48)
WINDOW_CLOSES_AFTER = timedelta(hours=72)
_REACHED = frozenset({Outcome.REACHED_PATIENT, Outcome.REACHED_CAREGIVER})
_ONE_WAY = frozenset({"letter", "email"})


class Result(StrEnum):
    """What became of the visit, or the contact, of a discharge that counts."""

    IN_WINDOW = "in_window"
    """A visit 48 to 72 hours after the discharge, both ends included."""
    EARLY = "early"
    """A visit sooner than that: within 72 hours, not in the window."""
    IN_TIME = "in_time"
    """A contact by the end of the second business day."""
    LATE = "late"
    MISSED = "missed"
    """Nothing is on record, and the time is over."""
    OPEN = "open"
    """Nothing is on record yet, and there is time."""


class LeftOut(StrEnum):
    """Why a discharge does not count."""

    VOIDED = "voided"
    SUPERSEDED = "superseded"
    DIED = "died"
    READMITTED = "readmitted"


_STATES = {one.value: one for one in (LeftOut.VOIDED, LeftOut.SUPERSEDED)}
_LEFT = {Outcome.DECEASED: LeftOut.DIED, Outcome.READMITTED: LeftOut.READMITTED}


@dataclass(frozen=True, slots=True)
class Ended:
    """How and when a task ended: when it was done, not when that was said."""

    at: datetime
    outcome: str
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeDischarge:
    """One discharge home and what is known to have come after; instants are aware."""

    transition_id: UUID
    site: str
    discharged_at: datetime
    """As last corrected."""
    state: str = "active"
    """Of its transition."""
    contact_due_at: datetime | None = None
    """The end of the second business day, by the hospital's calendar."""
    readmitted_at: datetime | None = None
    died_at: datetime | None = None
    visit: Ended | None = None
    contact: Ended | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A discharge in the denominator; `at` is when the visit or the contact was."""

    discharge: HomeDischarge
    result: Result
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """A measure over some discharges: n of d, whoever counts, and whoever does not."""

    counted: tuple[Counted, ...] = ()
    left_out: tuple[tuple[HomeDischarge, LeftOut], ...] = ()
    provisional: bool = False
    """Whether time is left for one that counts: it may still be met, missed or left out."""

    @property
    def denominator(self) -> int:
        return len(self.counted)

    def number(self, *results: Result) -> int:
        """How many came to one of these results."""
        return sum(one.result in results for one in self.counted)


def home_visits(discharges: Iterable[HomeDischarge], now: datetime) -> Tally:
    """Visits within 72 hours and in the window; the dead and the readmitted before T0+72 h out."""
    return _tally(discharges, now, _window_closes_at, _visited)


def first_contacts(discharges: Iterable[HomeDischarge], now: datetime) -> Tally:
    """Contacts within two business days; the dead and the readmitted before then out (D-16)."""
    return _tally(discharges, now, lambda one: one.contact_due_at, _reached)


def left_out_for(discharge: HomeDischarge, until: datetime) -> LeftOut | None:
    """Why a discharge does not count where the time for it ends at `until`.

    Who died or was readmitted before that is told by the hospital, or by whoever ended a task so.
    """
    if discharge.state in _STATES:
        return _STATES[discharge.state]
    ends = [one for one in (discharge.visit, discharge.contact) if one]
    told = [(one.at, _LEFT[Outcome(one.outcome)]) for one in ends if one.outcome in _LEFT]
    known = ((discharge.died_at, LeftOut.DIED), (discharge.readmitted_at, LeftOut.READMITTED))
    gone = [*told, *((at, why) for at, why in known if at)]
    return min((one for one in gone if one[0] < until), default=(until, None))[1]


_Deadline = Callable[[HomeDischarge], datetime | None]
_Judge = Callable[[HomeDischarge, datetime], tuple[Result, datetime] | None]


def _tally(
    discharges: Iterable[HomeDischarge], now: datetime, deadline: _Deadline, judge: _Judge
) -> Tally:
    counted: list[Counted] = []
    left_out: list[tuple[HomeDischarge, LeftOut]] = []
    provisional = False
    for one in discharges:
        until = deadline(one)
        if until is None:
            continue
        if why := left_out_for(one, until):
            left_out.append((one, why))
            continue
        is_open = now <= until
        provisional |= is_open
        found = judge(one, until) or (Result.OPEN if is_open else Result.MISSED, None)
        counted.append(Counted(one, *found))
    return Tally(tuple(counted), tuple(left_out), provisional)


def _window_closes_at(discharge: HomeDischarge) -> datetime:
    return discharge.discharged_at.astimezone(UTC) + WINDOW_CLOSES_AFTER


def _visited(discharge: HomeDischarge, until: datetime) -> tuple[Result, datetime] | None:
    """A visit before the discharge is none after it."""
    visit = discharge.visit
    if visit is None or visit.at < discharge.discharged_at or not is_work_done(visit.outcome):
        return None
    if visit.at > until:
        return Result.LATE, visit.at
    opens_at = discharge.discharged_at.astimezone(UTC) + WINDOW_OPENS_AFTER
    return (Result.IN_WINDOW if visit.at >= opens_at else Result.EARLY), visit.at


def _reached(discharge: HomeDischarge, until: datetime) -> tuple[Result, datetime] | None:
    """The first two-way contact with patient or caregiver: the task's, or the visit itself."""
    call, visit = discharge.contact, discharge.visit
    found = [call.at] if call and call.outcome in _REACHED and call.channel not in _ONE_WAY else []
    found += [visit.at] if visit and visit.outcome in {*_REACHED, Outcome.DONE} else []
    at = min((one for one in found if one >= discharge.discharged_at), default=None)
    return at and (Result.IN_TIME if at <= until else Result.LATE, at)
