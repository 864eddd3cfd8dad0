"""What is kept of attempts and of work that was done, so that bills and measures can be shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from worklist.domain.outcomes import (
    ATTEMPTS,
    Outcome,
    OutcomeNotAllowed,
    counts_from_discharge,
)


class Channel(StrEnum):
    """How somebody was to be reached; all but a letter and a mail lead both ways at once (D-05)."""

    PHONE = "phone"
    VIDEO = "video"
    TEXT = "text"
    PORTAL = "portal"
    IN_PERSON = "in_person"
    EMAIL = "email"
    LETTER = "letter"


class Credential(StrEnum):
    """What the one who saw the patient, or reconciled, is licensed as."""

    MD = "MD"
    DO = "DO"
    NP = "NP"
    PA = "PA"
    CNS = "CNS"
    CNM = "CNM"
    PHARMD = "PharmD"
    RN = "RN"
    LPN = "LPN"
    MA = "MA"
    OTHER = "other"


class Complexity(StrEnum):
    """How complex a clinician found the decisions; nobody else says so."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class Element(StrEnum):
    """What discharge information must contain (TRC-RDI, rulebook section 2)."""

    PRACTITIONER = "practitioner"
    PROCEDURES = "procedures_or_treatment"
    DIAGNOSES = "diagnoses_at_discharge"
    MEDICATIONS = "medication_list_with_allergies"
    RESULTS = "test_results_or_pending"
    INSTRUCTIONS = "instructions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to reach somebody: who, when, by which channel and number, and what came of it."""

    at: datetime
    by: str
    name: str
    channel: Channel
    outcome: Outcome
    number: str = ""
    callback_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was said of work that was done; None was not said."""

    done_at: datetime | None = None
    channel: Channel | None = None
    number: str = ""
    credential: Credential | None = None
    mdm: Complexity | None = None
    elements: tuple[Element, ...] = ()
    other_tcm_claim: bool = False


class WrongTime(Exception):  # noqa: N818 - a refusal that people read, not a fault
    """The work was not done at the time that is said."""


class NotYet(WrongTime):
    """Nobody records what is still to come."""

    def __init__(self) -> None:
        super().__init__("The time is still to come: say when it was.")


class BeforeDischarge(WrongTime):
    """A contact or a visit from before the patient left would close the task and count for none."""

    def __init__(self) -> None:
        super().__init__(
            "The patient had not left yet: such work counts from the discharge on. "
            "Correct the time, or leave the task open."
        )


def attempted(code: str, attempt: Attempt, *, discharged_at: datetime, now: datetime) -> Attempt:
    """The attempt, if it is one of the task. Raises OutcomeNotAllowed or WrongTime."""
    if attempt.outcome not in ATTEMPTS:
        raise OutcomeNotAllowed(code, ATTEMPTS, attempt=False)
    check_time(code, attempt.at, discharged_at=discharged_at, now=now)
    return attempt


def check_time(code: str, at: datetime, *, discharged_at: datetime, now: datetime) -> None:
    """Whether a task of this code may have been worked then (D-05). Raises NotYet, BeforeDischarge.

    What is done now is taken even so: a hospital's clock may run before ours.
    """
    if at > now:
        raise NotYet
    if at < min(discharged_at, now) and counts_from_discharge(code):
        raise BeforeDischarge


def masked(number: str) -> str:
    """A number of which its last four digits are left to be seen."""
    digits = [place for place, sign in enumerate(number) if sign.isdigit()]
    hidden = set(digits[:-4])
    return "".join("*" if place in hidden else sign for place, sign in enumerate(number))
