"""Where billing and the quality measures of a transition stand, as far as is known.

Nothing here is as of a moment: what is still open is missed once its time has passed.
"""

from datetime import date

from care_contracts.base import Contract, Instant


class TcmElement(Contract):
    """One thing that TCM asks for."""

    name: str
    """setting, contact, visit, medication_reconciliation, alive, single_claim, complexity"""
    standing: str
    """met, open, failed, or review: somebody has to decide"""
    why: str
    """The reason as a code, such as `two_attempts` or `seen_too_late`"""
    on: date | None = None
    """The local date of what decided it"""
    by: str = ""
    """The credential of who saw the patient, or the complexity judged"""
    day: int | None = None
    """How many days after the discharge that was"""
    due_at: Instant | None = None


class Tcm(Contract):
    """Transitional care management, rulebook section 1: dates local to the discharging site."""

    eligible: str
    """`yes`, `no` or `review`"""
    period_first_on: date | None = None
    period_last_on: date | None = None
    code: str | None = None
    """99496 or 99495 where all that is needed is known. A hint: who bills decides."""
    code_if_high: str | None = None
    """What it would be if the clinician found complexity high: all the rest is met"""
    code_if_moderate: str | None = None
    elements: list[TcmElement] = []


class Measure(Contract):
    """A measure of rulebook section 2: its window, and what is known of it."""

    code: str
    """TRC-NIA, TRC-RDI, TRC-PE, TRC-MRP, FMC or PCR (where evidence is a readmission)"""
    first_on: date
    last_on: date
    met_on: date | None = None
    """The first evidence inside of the window"""
    excluded_for: str | None = None
    """Why it does not count here, such as `hospice` or `readmitted`"""
    missing: list[str] = []
    """What the nearest evidence lacks: elements, or `late`, `early`, `credential`"""
