"""The windows that regulation and measures count from a discharge (rulebook sections 1 and 2)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.routing import TransitionKind

CONTACT_BUSINESS_DAYS = 2
HEDIS_LAST_DAY = 30
"""HEDIS windows end a day later than the TCM period: an off-by-one that is meant."""
DISCHARGE_INFORMATION_DAY = 2


@dataclass(frozen=True, slots=True)
class Clocks:
    """The instants by which things are due; None where the rule does not apply."""

    initial_contact_due_at: datetime | None = None
    home_visit_opens_at: datetime | None = None
    home_visit_due_at: datetime | None = None
    follow_up_7d_due_at: datetime | None = None
    follow_up_14d_due_at: datetime | None = None
    medrec_hedis_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hedis:
    """The measure windows; engagement begins the day after, reconciliation on the day itself."""

    engagement_first_on: date | None = None
    engagement_last_on: date | None = None
    medrec_first_on: date | None = None
    medrec_last_on: date | None = None
    discharge_info_last_on: date | None = None


def clocks_of(kind: TransitionKind, discharged_at: datetime, days: LocalDays) -> Clocks:
    """The clocks that run for a transition of a kind."""
    discharged_on = days.date_of(discharged_at)

    def end(day: int) -> datetime:
        return days.end_of(discharged_on + timedelta(days=day))

    match kind:
        case TransitionKind.HOME_VISIT:
            contact = days.calendar.business_days_after(discharged_on, CONTACT_BUSINESS_DAYS)
            return Clocks(
                initial_contact_due_at=days.end_of(contact[-1]),
                home_visit_opens_at=discharged_at + timedelta(hours=48),
                home_visit_due_at=discharged_at + timedelta(hours=72),
                follow_up_7d_due_at=end(7),
                follow_up_14d_due_at=end(14),
                medrec_hedis_due_at=end(HEDIS_LAST_DAY),
            )
        case TransitionKind.ED_FOLLOWUP:
            return Clocks(follow_up_7d_due_at=end(7))
        case TransitionKind.FACILITY_TRACKING:
            return Clocks(medrec_hedis_due_at=end(HEDIS_LAST_DAY))
        case _:
            return Clocks()


def hedis_of(discharged_on: date) -> Hedis:
    last = discharged_on + timedelta(days=HEDIS_LAST_DAY)
    return Hedis(
        engagement_first_on=discharged_on + timedelta(days=1),
        engagement_last_on=last,
        medrec_first_on=discharged_on,
        medrec_last_on=last,
        discharge_info_last_on=discharged_on + timedelta(days=DISCHARGE_INFORMATION_DAY),
    )
