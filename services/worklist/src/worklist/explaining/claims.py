"""The sentences about billing and measures: the reason of every yes and no."""

from collections.abc import Iterator, Mapping

from care_contracts.measures import Measure, Tcm, TcmElement
from worklist.domain.measures import Standing, standing_of
from worklist.explaining.sentences import Sentence, Told, on

_SECTION = "rulebook section 1"
WHY: Mapping[str, tuple[str, str]] = {
    "community": ("Discharged to the community, which TCM is for.", "D-01"),
    "not_community": ("Not discharged to the community: no TCM.", "D-01, D-02"),
    "setting_review": ("Whether this destination counts as home has to be reviewed.", "D-01"),
    "not_called_for": ("The discharge was taken back or leads elsewhere: no TCM.", _SECTION),
    "reached": ("Contact was made on {on}, in time.", _SECTION),
    "two_attempts": (
        "Two separate timely attempts, the second on {on}, stand for the contact. Keep trying.",
        "D-05",
    ),
    "one_attempt": (
        "One timely attempt was made, on {on}. It takes two, an hour or more apart, or a contact.",
        "D-05",
    ),
    "late_contact": ("Contact was made on {on}, after the deadline.", _SECTION),
    "no_contact": ("No contact and no attempt is on record.", _SECTION),
    "seen": ("The patient was seen by {by} on {on}, day {day} after the discharge.", _SECTION),
    "seen_on_discharge_day": (
        "A visit on the day of discharge ({on}) may be that of the discharge itself: to review.",
        "D-18",
    ),
    "seen_too_late": ("The visit on {on} was on day {day}; day 14 is the last.", _SECTION),
    "seen_by_staff": (
        "The visit by {by} on {on} is not the face-to-face visit, which takes one who may bill.",
        "D-03",
    ),
    "seen_by_unknown": ("Who saw the patient on {on} is not on record.", _SECTION),
    "not_seen": ("No face-to-face visit is on record.", _SECTION),
    "reconciled": ("Medications were reconciled on {on}.", _SECTION),
    "reconciled_after_visit": (
        "Medications were reconciled on {on}, after the date of the visit.",
        _SECTION,
    ),
    "not_reconciled": ("No reconciliation of the medications is on record.", _SECTION),
    "alive": ("Nothing is known of a death up to the end of the period, {on}.", _SECTION),
    "died": ("The patient died on {on}, before the 30-day period ended.", _SECTION),
    "only_claim": ("No other TCM claim is known for these 30 days.", _SECTION),
    "claimed_by_other": (
        "Another practitioner already reported TCM for this discharge.",
        _SECTION,
    ),
    "claimed_before": (
        "The discharge of {on} can be claimed, and its 30 days cover this one.",
        _SECTION,
    ),
    "judged": ("The clinician found {by} complexity.", _SECTION),
    "low_complexity": ("The clinician found low complexity: no TCM code.", _SECTION),
    "not_judged": (
        "The clinician has not said how complex the decisions were; no risk score says it.",
        _SECTION,
    ),
}
EXCLUSIONS: Mapping[str, str] = {
    "under_18": "the patient is under 18",
    "hospice": "the patient is in hospice",
    "died_in_year": "the patient died in the year",
    "after_1_december": "the discharge was after 1 December",
    "after_24_december": "the visit was after 24 December",
    "readmitted": "the patient was admitted again within 30 days, and the last discharge counts",
    "one_condition": "fewer than two of the eight conditions are known",
    "admitted_within_7_days": "the patient was admitted within 7 days",
    "same_day_stay": "the stay began and ended on one day",
    "died_in_hospital": "the stay ended in death",
    "pregnancy": "the principal diagnosis is of pregnancy",
    "planned": "the stay was planned, for chemotherapy, rehabilitation or a transplant",
    "receipt_not_recorded": "nobody records yet when a provider received the notice",
    "direct_transfer": "the patient was taken in elsewhere by the next day, which is one stay",
}
_LACKING: Mapping[str, str] = {
    "late": "what there is came too late",
    "early": "what there is came too early",
    "credential": "who reconciled is not on record, or may not count",
}
_STANDS: Mapping[Standing, str] = {
    Standing.MET: "met on {met}",
    Standing.OPEN: "open until {last}",
    Standing.MISSED: "missed: the last day was {last}",
    Standing.EXCLUDED: "does not count here, because {why}",
}


def about_claim(told: Told) -> Iterator[Sentence]:
    """Every element of TCM, and the code that they come to."""
    tcm = told.transition.tcm
    for element in tcm.elements:
        yield _element(element, told)
    if tcm.elements:
        yield Sentence("tcm:code", _code(tcm), _SECTION)


def _element(element: TcmElement, told: Told) -> Sentence:
    text, rule = WHY.get(element.why, (element.why.replace("_", " ").capitalize() + ".", _SECTION))
    said = text.format(
        on=on(element.on) if element.on else "",
        by=element.by or "somebody",
        day=element.day,
    )
    if element.standing == "open" and element.due_at:
        passed = told.now > element.due_at
        verb = "It was due" if passed else "It is due"
        said = f"{said} {verb} {told.at(element.due_at)}{', and is missed' if passed else ''}."
    return Sentence(f"tcm:{element.name}", said, rule)


def _code(tcm: Tcm) -> str:
    if tcm.code:
        return f"All is met for {tcm.code}. This is a hint; who bills decides."
    if tcm.code_if_high:
        high, moderate = tcm.code_if_high, tcm.code_if_moderate
        if high == moderate:
            return f"All else is met: {high} if the clinician finds moderate or high complexity."
        return (
            f"All else is met: {high} if the clinician finds high complexity, {moderate} if "
            "moderate."
        )
    return "No TCM code as things stand: see what is not met."


def about_measures(told: Told) -> Iterator[Sentence]:
    """Every measure with its window."""
    for measure in told.transition.measures:
        text = f"{measure.code}: {_stands(measure, told)}."
        if measure.code == "PCR" and measure.excluded_for is None:
            text = _readmission(measure)
        yield Sentence(f"measure:{measure.code}", text, "rulebook section 2, D-06")


def _stands(measure: Measure, told: Told) -> str:
    standing = standing_of(measure, told.today)
    why = measure.excluded_for or ""
    words = _STANDS[standing].format(
        met=on(measure.met_on) if measure.met_on else "",
        last=on(measure.last_on),
        why=EXCLUSIONS.get(why, why),
    )
    if measure.missing and standing in (Standing.OPEN, Standing.MISSED):
        lacking = [
            _LACKING.get(one, f"{one.replace('_', ' ')} is missing") for one in measure.missing
        ]
        words = f"{words}; {', '.join(lacking)}"
    return words


def _readmission(measure: Measure) -> str:
    if measure.met_on:
        return f"PCR: the unplanned admission of {on(measure.met_on)} counts as a readmission."
    return f"PCR: an unplanned admission up to {on(measure.last_on)} counts as a readmission."
