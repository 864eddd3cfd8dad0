"""What a notice has to say: the minimum content of 42 CFR 482.24(d), and nothing beside it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notifier.domain.facts import Clinician, PersonFacts, named, said
from notifier.domain.notices import Notice, Role
from notifier.domain.visits import About, Care, Visit

DIED = frozenset({"20", "40", "41", "42"})
"""UB-04 FL17: expired."""


class Plot(StrEnum):
    """What happened, as far as a letter's words differ."""

    EMERGENCY = "emergency"
    OBSERVATION = "observation"
    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    DIED = "died"
    EMERGENCY_CANCELLED = "emergency_cancelled"
    OBSERVATION_CANCELLED = "observation_cancelled"
    ADMISSION_CANCELLED = "admission_cancelled"
    DISCHARGE_CANCELLED = "discharge_cancelled"


@dataclass(frozen=True, slots=True)
class Story:
    """Who, what, when, treated by whom. What the hospital did not say is empty."""

    plot: Plot
    patient_name: str
    practitioner_name: str
    occurred_at: datetime
    told_as: Role = Role.PRIMARY_CARE_PROVIDER
    """What the reader is to the patient."""


def story_of(notice: Notice, visit: Visit, person: PersonFacts) -> Story:
    """What a notice tells, from all that is known when it is told."""
    return Story(
        plot=_plot(notice, visit),
        patient_name=person.name,
        practitioner_name=(named(visit.facts.attending) or Clinician()).name,
        occurred_at=notice.occurred_at,
        told_as=notice.addressee.role,
    )


def _plot(notice: Notice, visit: Visit) -> Plot:
    match notice.about:
        case About.REGISTRATION:
            return _by_care(notice.care, Plot.EMERGENCY, Plot.OBSERVATION, Plot.ADMITTED)
        case About.ADMISSION:
            return Plot.ADMITTED
        case About.DISCHARGE:
            died = said(visit.facts.disposition) in DIED
            return Plot.DIED if died else Plot.DISCHARGED
        case About.ADMISSION_CANCELLED | About.DISCHARGE_CANCELLED:
            return _cancelled_plot(notice)
        case About.FOLLOW_UP | About.TEXTS_STOPPED:
            raise ValueError("a text tells no story")


def _cancelled_plot(notice: Notice) -> Plot:
    if notice.about is About.DISCHARGE_CANCELLED:
        return Plot.DISCHARGE_CANCELLED
    return _by_care(
        notice.care,
        Plot.EMERGENCY_CANCELLED,
        Plot.OBSERVATION_CANCELLED,
        Plot.ADMISSION_CANCELLED,
    )


def _by_care(care: Care | None, emergency: Plot, observation: Plot, otherwise: Plot) -> Plot:
    if care is Care.EMERGENCY:
        return emergency
    return observation if care is Care.OBSERVATION else otherwise
