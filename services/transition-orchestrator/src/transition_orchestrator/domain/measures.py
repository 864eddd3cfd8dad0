"""HEDIS-type measures of one discharge: their windows, and what was done in them.

Rulebook section 2. Days are calendar days at the discharging site. As with TCM nothing here is as
of a moment: a measure whose window has passed without evidence is missed for whoever looks then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from transition_orchestrator.domain.calendar import LocalDays
from transition_orchestrator.domain.comorbidity import plain_code
from transition_orchestrator.domain.planned import is_planned
from transition_orchestrator.domain.work import Done

ALL_ELEMENTS: Final = frozenset(
    (
        "practitioner", "procedures_or_treatment", "diagnoses_at_discharge",
        "medication_list_with_allergies", "test_results_or_pending", "instructions",
    )
)  # fmt: skip
_MAY_RECONCILE: Final = frozenset({"MD", "DO", "NP", "PA", "CNS", "CNM", "PharmD", "RN"})
"""Prescribers, clinical pharmacists, registered nurses."""
ADULT: Final = 18
_LAST_DAY: Final = 30
"""A day later than the TCM period: an off-by-one that is meant."""
_INFORMATION_DAY: Final = 2
"""D-06: three days in all."""
_FMC_DAY: Final = 7
_CONDITIONS: Final[dict[str, tuple[str, ...]]] = {
    "copd_and_asthma": ("J41", "J42", "J43", "J44", "J45"),
    "dementia": ("F00", "F01", "F02", "F03", "G30", "G311"),
    "kidney_disease": ("N18",),
    "depression": ("F32", "F33", "F341"),
    "heart_failure": ("I50", "I110", "I130", "I132"),
    "myocardial_infarction": ("I21", "I22"),
    "atrial_fibrillation": ("I48",),
    "stroke": ("I60", "I61", "I62", "I63", "I64", "G45"),
}
"""The eight groups of FMC; which codes make them is a project decision."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure's window and what is known of it."""

    code: str
    first_on: date
    last_on: date
    met_on: date | None = None
    """The first evidence inside of the window"""
    excluded_for: str | None = None
    """Why it does not count here; whoever shows it has the sentence."""
    missing: tuple[str, ...] = ()
    """What the nearest evidence lacks: elements, or `late`, `early` or `credential`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureCase:
    """What is known of one discharge beside the work that was done."""

    discharged_on: date
    days: LocalDays
    admitted_on: date | None = None
    joined_to_stay_of: date | None = None
    """When the stay began of which this one is the next leg, by PCR's rule of one day"""
    birth_date: date | None = None
    is_emergency: bool = False
    is_hospice: bool = False
    is_void: bool = False
    died_on: date | None = None
    died_in_hospital: bool = False
    readmitted_on: date | None = None
    """The next admission within 30 days"""
    readmission_planned: bool = False
    diagnoses: Sequence[str] = ()
    """Principal first"""
    procedures: Sequence[str] = ()
    conditions: frozenset[str] = frozenset()
    """Groups of FMC, from all that was ever coded of the person here"""


def measures_of(case: MeasureCase, done: Done) -> tuple[Measure, ...]:
    """The measures that a discharge can count in."""
    if case.is_void:
        return ()
    if case.is_emergency:
        return (_follow_up_after_emergency(case, done),)
    excluded = _excluded_from_trc(case)
    windows = (
        (_notified(case), excluded),
        (information_received(case, done.information), excluded),
        (_engaged(case, done), excluded),
        (_reconciled(case, done), excluded),
    )
    return (*(_without(one, why) for one, why in windows), _readmission(case))


def _without(measure: Measure, excluded: str | None) -> Measure:
    if excluded is None:
        return measure
    return Measure(measure.code, measure.first_on, measure.last_on, excluded_for=excluded)


def _excluded_from_trc(case: MeasureCase) -> str | None:
    """Whom TRC leaves out; after a readmission the last discharge is the one that counts."""
    reasons = (
        ("under_18", not _is_adult(case)),
        ("hospice", case.is_hospice),
        ("died_in_year", _died_in_year(case)),
        ("after_1_december", (case.discharged_on.month, case.discharged_on.day) > (12, 1)),
        ("readmitted", case.readmitted_on is not None),
    )
    return next((why for why, holds in reasons if holds), None)


def _is_adult(case: MeasureCase) -> bool:
    """On the day of discharge; somebody whose birth date is not known is taken for one."""
    born, on = case.birth_date, case.discharged_on
    if born is None:
        return True
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day)) >= ADULT


def _died_in_year(case: MeasureCase) -> bool:
    return case.died_on is not None and case.died_on.year == case.discharged_on.year


def _notified(case: MeasureCase) -> Measure:
    """TRC-NIA: the day of admission and two more (D-06); nobody records the receipt yet."""
    first = case.admitted_on or case.discharged_on
    last = first + timedelta(days=_INFORMATION_DAY)
    return Measure("TRC-NIA", first, last, excluded_for="receipt_not_recorded")


def information_received(
    case: MeasureCase, received: Iterable[tuple[datetime, frozenset[str]]]
) -> Measure:
    """TRC-RDI: all six elements by the second day after the discharge."""
    first, last = case.discharged_on, case.discharged_on + timedelta(days=_INFORMATION_DAY)
    missing: tuple[str, ...] = ()
    for at, elements in received:
        on = case.days.date_of(at)
        lacking = tuple(sorted(ALL_ELEMENTS - elements))
        if first <= on <= last and not lacking:
            return Measure("TRC-RDI", first, last, on)
        missing = lacking or (("early",) if on < first else ("late",))
    return Measure("TRC-RDI", first, last, missing=missing)


def _engaged(case: MeasureCase, done: Done) -> Measure:
    """TRC-PE: day 1 to 30, never the day of discharge itself."""
    first, last = _day(case, 1), _day(case, _LAST_DAY)
    reached = [case.days.date_of(one.at) for one in done.contacts if one.two_way and one.reached]
    return engagement(first, last, reached)


def engagement(first: date, last: date, reached: Iterable[date]) -> Measure:
    """The first engagement inside of a window."""
    dates = sorted(reached)
    met = next((on for on in dates if first <= on <= last), None)
    return Measure("TRC-PE", first, last, met, missing=() if met else _outside(first, dates))


def _outside(first: date, dates: Sequence[date]) -> tuple[str, ...]:
    """What is wrong with dates none of which lies inside of a window."""
    if not dates:
        return ()
    return ("early",) if max(dates) < first else ("late",)


def _reconciled(case: MeasureCase, done: Done) -> Measure:
    """TRC-MRP, CPT II 1111F: the day of discharge to day 30, by who may."""
    first, last = case.discharged_on, _day(case, _LAST_DAY)
    inside = [
        (case.days.date_of(one.at), one.credential)
        for one in done.reconciliations
        if first <= case.days.date_of(one.at) <= last
    ]
    met = next((on for on, credential in inside if credential in _MAY_RECONCILE), None)
    if met:
        return Measure("TRC-MRP", first, last, met)
    outside = _outside(first, [case.days.date_of(one.at) for one in done.reconciliations])
    return Measure("TRC-MRP", first, last, missing=("credential",) if inside else outside)


def _day(case: MeasureCase, day: int) -> date:
    return case.discharged_on + timedelta(days=day)


def _follow_up_after_emergency(case: MeasureCase, done: Done) -> Measure:
    """FMC: the day of the visit and seven more, for those with two of eight conditions."""
    first, last = case.discharged_on, _day(case, _FMC_DAY)
    dates = [case.days.date_of(one.at) for one in done.contacts if one.two_way and one.reached]
    met = next((on for on in dates if first <= on <= last), None)
    return _without(Measure("FMC", first, last, met), excluded_from_fmc(case))


def excluded_from_fmc(case: MeasureCase) -> str | None:
    """Whom FMC leaves out."""
    admitted = case.readmitted_on
    reasons = (
        ("under_18", not _is_adult(case)),
        ("hospice", case.is_hospice),
        ("after_24_december", (case.discharged_on.month, case.discharged_on.day) > (12, 24)),
        ("one_condition", len(case.conditions & _CONDITIONS.keys()) < _TWO),
        ("admitted_within_7_days", admitted is not None and admitted <= _day(case, _FMC_DAY)),
    )
    return next((why for why, holds in reasons if holds), None)


_TWO: Final = 2


def _readmission(case: MeasureCase) -> Measure:
    """PCR: an unplanned admission up to 30 days after the index discharge."""
    first, last = case.discharged_on, _day(case, _LAST_DAY)
    again = case.readmitted_on
    counts = again is not None and is_readmission(
        case.discharged_on, again, planned=case.readmission_planned
    )
    return _without(Measure("PCR", first, last, again if counts else None), excluded_from_pcr(case))


def is_readmission(index_on: date, admitted_on: date, *, planned: bool) -> bool:
    """Whether an admission counts as a readmission after a discharge: up to day 30."""
    return not planned and index_on <= admitted_on <= index_on + timedelta(days=_LAST_DAY)


def excluded_from_pcr(case: MeasureCase) -> str | None:
    """Stays that are no index: same day, death, pregnancy, planned, hospice, a direct transfer."""
    principal = plain_code(case.diagnoses[0]) if case.diagnoses else ""
    again = case.readmitted_on
    reasons = (
        ("under_18", not _is_adult(case)),
        ("same_day_stay", (case.joined_to_stay_of or case.admitted_on) == case.discharged_on),
        ("died_in_hospital", case.died_in_hospital),
        ("pregnancy", principal.startswith("O")),
        ("planned", is_planned(case.diagnoses, case.procedures)),
        ("hospice", case.is_hospice),
        ("direct_transfer", again is not None and again <= _day(case, 1)),
    )
    return next((why for why, holds in reasons if holds), None)


def conditions_of_fmc(diagnoses: Iterable[str]) -> frozenset[str]:
    """The groups that codes fall under."""
    codes = [plain_code(code) for code in diagnoses]
    return frozenset(
        name
        for name, prefixes in _CONDITIONS.items()
        if any(code.startswith(prefixes) for code in codes)
    )
