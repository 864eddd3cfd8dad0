"""Transitional care management: what the rules ask of one discharge, and what was done about it.

Rulebook section 1. What stands here is told as it is known, never as of a moment: whoever shows
an element that is still open compares its due time with the clock. The code is a hint. How complex
the decisions were is a clinician's judgement, which no score sets.
"""

from dataclasses import replace
from datetime import timedelta

from transition_orchestrator.domain.routing import Eligibility
from transition_orchestrator.domain.tcm_elements import (
    alive_of,
    complexity_of,
    contact_of,
    reconciliation_of,
    setting_of,
    single_claim_of,
    visit_of,
)
from transition_orchestrator.domain.tcm_terms import Standing, Tcm, TcmCase
from transition_orchestrator.domain.work import Done

TCM_LAST_DAY = 29
"""The service period is the day of discharge and 29 more."""
_HIGH_LAST_DAY = 7
HIGH_CODE, MODERATE_CODE = "99496", "99495"


def tcm_of(case: TcmCase, done: Done) -> Tcm:
    """Where the claim stands."""
    if case.eligible is Eligibility.NO:
        return Tcm(case.eligible, elements=(setting_of(case),))
    last_on = case.discharged_on + timedelta(days=TCM_LAST_DAY)
    visit = visit_of(case, done)
    needed = (
        setting_of(case),
        contact_of(case, done),
        visit,
        reconciliation_of(case, done, visit),
        alive_of(case, last_on),
        single_claim_of(case, done),
    )
    tcm = Tcm(case.eligible, case.discharged_on, last_on, elements=(*needed, complexity_of(done)))
    complete = all(element.standing is Standing.MET for element in needed)
    return _coded(tcm, visit.day or 0, done.mdm) if complete else tcm


def _coded(tcm: Tcm, day: int, mdm: str) -> Tcm:
    """High complexity seen after day 7 is 99495."""
    if_high = HIGH_CODE if day <= _HIGH_LAST_DAY else MODERATE_CODE
    code = {"high": if_high, "moderate": MODERATE_CODE}.get(mdm)
    open_to = mdm == ""
    return replace(
        tcm,
        code=code,
        code_if_high=if_high if open_to else None,
        code_if_moderate=MODERATE_CODE if open_to else None,
    )


def can_be_claimed(case: TcmCase, done: Done) -> bool:
    """Whether a visit supports a claim, whose period a later discharge then falls in."""
    tcm = tcm_of(case, done)
    return bool(tcm.code or tcm.code_if_high)
