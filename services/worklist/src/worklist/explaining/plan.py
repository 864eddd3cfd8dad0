"""The sentences about where a discharge leads, and about the steps of its plan."""

from collections.abc import Iterator, Mapping

from care_contracts.transitions import Step, StepState, TransitionSnapshot
from worklist.explaining.sentences import Sentence, Told, listed, on
from worklist.words import DISPOSITIONS, KINDS, ROLES, happened, word

_CLASSES: Mapping[str, str] = {
    "inpatient": "an inpatient stay",
    "observation": "an observation stay",
    "emergency": "an emergency visit",
    "obstetrics": "an obstetric stay",
    "outpatient": "an outpatient visit",
}
_FLAGS: Mapping[str, tuple[str, str]] = {
    "ama": ("The patient left against advice, so first contact aims at 24 hours.", "D-07"),
    "provisional": (
        "The hospital has not said where the patient went: home is assumed until it does.",
        "D-13",
    ),
    "confirm_disposition": ("Somebody has to ask the hospital where the patient went.", "D-13"),
    "confirm_residence_type": (
        "Custodial care may be the patient's home: the kind of residence has to be confirmed.",
        "D-01",
    ),
    "tcm_review_nursing_facility": (
        "Whether a Medicaid nursing facility counts as home for TCM has to be reviewed.",
        "D-01",
    ),
    "maternity_pathway": (
        "After an obstetric stay mother and newborn have a pathway of their own; no TCM.",
        "rulebook section 6, PV1-2",
    ),
    "planned_readmission": (
        "A readmission is planned, so it is no alert and counts in no measure.",
        "rulebook section 6, PV1-36",
    ),
    "ed_revisit": (
        "The patient came back to the emergency department; the work goes on.",
        "rulebook section 6, A04",
    ),
    "deceased": ("The patient has died: no message goes out any more.", "rulebook section 6"),
}


def about_route(told: Told) -> Iterator[Sentence]:
    """Where the discharge leads, and how the transition stands."""
    one = told.transition
    stay = _CLASSES.get(one.encounter_class or "", "a visit of a kind not said")
    where = DISPOSITIONS.get(one.disposition or "", "a destination not in the table")
    code = f"disposition {one.disposition}: {where}" if one.disposition else "no disposition said"
    kind = KINDS.get(one.kind, one.kind).lower()
    yield Sentence(
        "route",
        f"Discharged {told.at(one.discharged_at)} ({told.zone.key}) from {stay}, {code}. "
        f"That calls for: {kind}.",
        "rulebook section 6, PV1-36",
    )
    if one.reason:
        words = happened(one.reason, told.at(one.changed_at))
        yield Sentence("state", f"It is {one.state}: {words}", "rulebook section 6")
    for flag in one.flags:
        if flag in _FLAGS:
            yield Sentence(f"flag:{flag}", *_FLAGS[flag])
    for enrolment in one.enrolments:
        verb = "follows" if enrolment.enrolled else "does not follow"
        text = f"The protocol {enrolment.protocol} {verb} this discharge: {enrolment.because}."
        yield Sentence(f"protocol:{enrolment.protocol}", text, "the site's choice of protocols")


def about_plan(told: Told) -> Iterator[Sentence]:
    """Every step with its time and what the time follows from."""
    for step in told.transition.steps:
        rule = ", ".join(step.protocols) or told.transition.protocol
        if step.state is StepState.WITHDRAWN:
            yield Sentence(f"step:{step.code}", _withdrawn(step, told), rule)
        else:
            yield Sentence(f"step:{step.code}", _due(step, told), rule)


def _withdrawn(step: Step, told: Told) -> str:
    reason = told.transition.reason
    why = (
        happened(reason, told.at(told.transition.changed_at)) if reason else "no fact asks for it."
    )
    return f"{step.title} is not asked for any more: {why}"


def _due(step: Step, told: Told) -> str:
    said = f"{step.title} is due {told.at(step.due_at)} because the rule is {step.rule}"
    parts = [said + _not_counted(step, told.transition) + "."]
    if step.window_opens_at and step.window_opens_at > told.transition.discharged_at:
        parts.append(f"It counts from {told.at(step.window_opens_at)}.")
    if step.best_before_at:
        parts.append(f"It is best done by {told.at(step.best_before_at)}.")
    if step.escalates_at and step.escalates_to:
        role = word(ROLES, step.escalates_to).lower()
        parts.append(f"If it is still open {told.at(step.escalates_at)}, the {role} is to know.")
    return " ".join(parts)


def _not_counted(step: Step, one: TransitionSnapshot) -> str:
    """What business days leave out."""
    if "business day" not in step.rule:
        return ""
    off = [f"{day.name or 'a day off at the site'} {on(day.on)}" for day in one.days_off]
    last = one.business_days[-1] if one.business_days else one.discharged_on
    days = (last - one.discharged_on).days
    if any((one.discharged_on.weekday() + n) % 7 > _FRIDAY for n in range(1, days + 1)):
        off.insert(0, "the weekend")
    verb = "is" if len(off) == 1 else "are"
    return f"; {listed(off)} {verb} not counted" if off else ""


_FRIDAY = 4
