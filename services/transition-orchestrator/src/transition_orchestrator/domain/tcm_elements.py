"""How each element of transitional care management stands (rulebook section 1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from transition_orchestrator.domain.routing import Eligibility
from transition_orchestrator.domain.tcm_terms import Element, Standing, TcmCase, Why
from transition_orchestrator.domain.work import Done, Visit, separate

_LAST_DAY = 14
_ENOUGH_ATTEMPTS = 2
_MAY_BILL: Final = frozenset({"MD", "DO", "NP", "PA", "CNS", "CNM"})


def setting_of(case: TcmCase) -> Element:
    """D-01 and D-02: from a hospital or facility to the community."""
    if case.is_void:
        return Element("setting", Standing.FAILED, Why.NOT_CALLED_FOR)
    match case.eligible:
        case Eligibility.YES:
            return Element("setting", Standing.MET, Why.COMMUNITY)
        case Eligibility.NO:
            return Element("setting", Standing.FAILED, Why.NOT_COMMUNITY)
        case Eligibility.REVIEW:
            return Element("setting", Standing.REVIEW, Why.SETTING_REVIEW)


def contact_of(case: TcmCase, done: Done) -> Element:
    """Two-way contact by the end of business day 2, or two separate attempts by then (D-05)."""
    after = [one for one in done.contacts if one.two_way and one.at >= case.discharged_at]
    reached = [one.at for one in after if one.reached]
    tried = separate([one.at for one in after if not one.reached and one.at <= case.contact_due_at])
    if reached and reached[0] <= case.contact_due_at:
        return _at(case, "contact", Standing.MET, Why.REACHED, reached[0])
    if len(tried) >= _ENOUGH_ATTEMPTS:
        return _at(case, "contact", Standing.MET, Why.TWO_ATTEMPTS, tried[1])
    if reached:
        return _at(case, "contact", Standing.FAILED, Why.LATE_CONTACT, reached[0])
    open_to = Element("contact", Standing.OPEN, Why.NO_CONTACT)
    if tried:
        open_to = _at(case, "contact", Standing.OPEN, Why.ONE_ATTEMPT, tried[0])
    return replace(open_to, due_at=case.contact_due_at)


def visit_of(case: TcmCase, done: Done) -> Element:
    """Face to face on day 1 to 14 by one who may bill; on the day itself: review (D-18)."""
    visits = [one for one in done.visits if case.day_of(one.at) >= 0]
    billers = [one for one in visits if one.credential in _MAY_BILL]
    timely = [one for one in billers if 0 < case.day_of(one.at) <= _LAST_DAY]
    if timely:
        return _seen(case, Standing.MET, Why.SEEN, timely[0])
    if billers:
        return _untimely(case, billers[0])
    return _not_by_a_biller(case, visits)


def _untimely(case: TcmCase, visit: Visit) -> Element:
    if case.day_of(visit.at) == 0:
        return _seen(case, Standing.REVIEW, Why.SEEN_ON_DISCHARGE_DAY, visit)
    return _seen(case, Standing.FAILED, Why.SEEN_TOO_LATE, visit)


def _not_by_a_biller(case: TcmCase, visits: Sequence[Visit]) -> Element:
    """A nurse's visit at home is never the one that TCM asks for (D-03)."""
    unknown = next((one for one in visits if not one.credential), None)
    if unknown:
        return _seen(case, Standing.REVIEW, Why.SEEN_BY_UNKNOWN, unknown)
    found = Element("visit", Standing.OPEN, Why.NOT_SEEN)
    if visits:
        found = _seen(case, Standing.OPEN, Why.SEEN_BY_STAFF, visits[0])
    return replace(found, due_at=case.end_of_day(_LAST_DAY))


def _seen(case: TcmCase, standing: Standing, why: Why, visit: Visit) -> Element:
    return replace(_at(case, "visit", standing, why, visit.at), by=visit.credential)


def reconciliation_of(case: TcmCase, done: Done, visit: Element) -> Element:
    """No later than the date of the visit."""
    dated = [one for one in done.reconciliations if case.day_of(one.at) >= 0]
    name, due = "medication_reconciliation", case.end_of_day(_LAST_DAY)
    if not dated:
        return Element(name, Standing.OPEN, Why.NOT_RECONCILED, due_at=due)
    first = _at(case, name, Standing.MET, Why.RECONCILED, dated[0].at)
    is_late = visit.standing is Standing.MET and visit.on and first.on and first.on > visit.on
    if is_late:
        return replace(first, standing=Standing.FAILED, why=Why.RECONCILED_AFTER_VISIT)
    return first


def alive_of(case: TcmCase, last_on: date) -> Element:
    if case.died_on and case.died_on <= last_on:
        return Element("alive", Standing.FAILED, Why.DIED, case.died_on)
    return Element("alive", Standing.MET, Why.ALIVE, last_on)


def single_claim_of(case: TcmCase, done: Done) -> Element:
    """One practitioner, once per patient and 30 days."""
    if done.other_tcm_claim:
        return Element("single_claim", Standing.FAILED, Why.CLAIMED_BY_OTHER)
    if case.claimed_before:
        return Element("single_claim", Standing.FAILED, Why.CLAIMED_BEFORE, case.claimed_before)
    return Element("single_claim", Standing.MET, Why.ONLY_CLAIM)


def complexity_of(done: Done) -> Element:
    match done.mdm:
        case "":
            return Element("complexity", Standing.OPEN, Why.NOT_JUDGED)
        case "low":
            return Element("complexity", Standing.FAILED, Why.LOW_COMPLEXITY)
        case judged:
            return Element("complexity", Standing.MET, Why.JUDGED, by=judged)


def _at(case: TcmCase, name: str, standing: Standing, why: Why, instant: datetime) -> Element:
    on = case.days.date_of(instant)
    return Element(name, standing, why, on, day=case.day_of(instant))
