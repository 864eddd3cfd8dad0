"""The words in which transitional care management is judged, and what it is judged by."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.routing import Eligibility


class Standing(StrEnum):
    """How an element stands."""

    MET = "met"
    OPEN = "open"
    """Not met as far as is known; missed once its due time has passed."""
    FAILED = "failed"
    REVIEW = "review"
    """Somebody has to decide."""


class Why(StrEnum):
    """The reason of an element; whoever shows it has the sentence."""

    COMMUNITY = "community"
    NOT_COMMUNITY = "not_community"
    SETTING_REVIEW = "setting_review"
    NOT_CALLED_FOR = "not_called_for"
    REACHED = "reached"
    TWO_ATTEMPTS = "two_attempts"
    ONE_ATTEMPT = "one_attempt"
    LATE_CONTACT = "late_contact"
    NO_CONTACT = "no_contact"
    SEEN = "seen"
    SEEN_ON_DISCHARGE_DAY = "seen_on_discharge_day"
    SEEN_TOO_LATE = "seen_too_late"
    SEEN_BY_STAFF = "seen_by_staff"
    SEEN_BY_UNKNOWN = "seen_by_unknown"
    NOT_SEEN = "not_seen"
    RECONCILED = "reconciled"
    RECONCILED_AFTER_VISIT = "reconciled_after_visit"
    NOT_RECONCILED = "not_reconciled"
    ALIVE = "alive"
    DIED = "died"
    ONLY_CLAIM = "only_claim"
    CLAIMED_BY_OTHER = "claimed_by_other"
    CLAIMED_BEFORE = "claimed_before"
    JUDGED = "judged"
    LOW_COMPLEXITY = "low_complexity"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that TCM asks for."""

    name: str
    standing: Standing
    why: Why
    on: date | None = None
    """The local date of what decided it"""
    by: str = ""
    day: int | None = None
    """How many days after the discharge"""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tcm:
    """Eligibility and service period, and where the claim stands."""

    eligible: Eligibility
    period_first_on: date | None = None
    period_last_on: date | None = None
    code: str | None = None
    """99496 or 99495 where everything that is needed is known"""
    code_if_high: str | None = None
    """What it would be if the clinician judged complexity high: all the rest is met."""
    code_if_moderate: str | None = None
    elements: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TcmCase:
    """What is known of one discharge beside the work that was done."""

    eligible: Eligibility
    discharged_at: datetime
    contact_due_at: datetime
    days: LocalDays
    died_on: date | None = None
    is_void: bool = False
    """The discharge was taken back, or another follow-up stands for it."""
    claimed_before: date | None = None
    """The day of an earlier discharge whose claim covers this one"""

    @property
    def discharged_on(self) -> date:
        return self.days.date_of(self.discharged_at)

    def day_of(self, instant: datetime) -> int:
        return (self.days.date_of(instant) - self.discharged_on).days

    def end_of_day(self, day: int) -> datetime:
        return self.days.end_of(self.discharged_on + timedelta(days=day))
