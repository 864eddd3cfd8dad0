"""How a task may end: the outcome codes of D-14, and which of them finish which task."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What came of a task, or of an attempt at it."""

    DONE = "done"
    REACHED_PATIENT = "reached-patient"
    REACHED_CAREGIVER = "reached-caregiver"
    RECONCILED_NONE = "reconciled-none"
    RECONCILED_WITH_DISCREPANCIES = "reconciled-with-discrepancies"
    UNABLE = "unable"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong-number"
    DISCONNECTED = "disconnected"
    LANGUAGE_BARRIER = "language-barrier"
    ASKED_CALLBACK = "asked-callback"
    REFUSED = "refused"
    READMITTED = "readmitted"
    DECEASED = "deceased"
    FACILITY = "facility"


ATTEMPTS = (
    Outcome.VOICEMAIL,
    Outcome.NO_ANSWER,
    Outcome.BUSY,
    Outcome.WRONG_NUMBER,
    Outcome.DISCONNECTED,
    Outcome.LANGUAGE_BARRIER,
    Outcome.ASKED_CALLBACK,
)
"""Outcomes of an attempt after which the task still wants doing."""

_REACHED = (Outcome.REACHED_PATIENT, Outcome.REACHED_CAREGIVER)
_NOT_TO_BE_DONE = (Outcome.REFUSED, Outcome.READMITTED, Outcome.DECEASED, Outcome.FACILITY)
_NEEDS_NOTE = frozenset({Outcome.REFUSED, Outcome.UNABLE})
_WITHOUT_WORK = frozenset({*_NOT_TO_BE_DONE, Outcome.UNABLE})
_CONTACTS = ("initial_contact", "coach_call", "ed_call")
_COUNTED_FROM_DISCHARGE = ("follow_up_", "weekly_visit", "postpartum_", "caregiver_call")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a task ended, checked against what that task allows."""

    outcome: Outcome
    note: str


class OutcomeNotAllowed(Exception):  # noqa: N818 - a refusal that people read, not a fault
    """The task does not end that way; `allowed` says how it does."""

    def __init__(self, code: str, allowed: tuple[Outcome, ...], *, attempt: bool) -> None:
        listed = ", ".join(allowed)
        why = "is an attempt, and the task stays open" if attempt else "does not finish the task"
        super().__init__(f"That outcome {why}. This kind of task ends with one of: {listed}.")
        self.code = code
        self.allowed = allowed


class NoteNeeded(Exception):  # noqa: N818 - a refusal that people read, not a fault
    """An outcome that closes a task without its work being done needs a reason in words."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"The outcome {outcome} needs a note that says why.")
        self.outcome = outcome


def outcomes_for(code: str) -> tuple[Outcome, ...]:
    """The outcomes that finish a task of this code, the likeliest first."""
    if code.startswith(_CONTACTS):
        return (*_REACHED, *_NOT_TO_BE_DONE)
    if code == "medication_reconciliation":
        reconciled = (Outcome.RECONCILED_NONE, Outcome.RECONCILED_WITH_DISCREPANCIES)
        return (*reconciled, *_REACHED, Outcome.UNABLE, *_NOT_TO_BE_DONE)
    if code in ("home_visit", "teach_back", "sdoh_screen", "facility_check_in"):
        return (*_REACHED, Outcome.DONE, Outcome.UNABLE, *_NOT_TO_BE_DONE)
    return (Outcome.DONE, *_REACHED, Outcome.UNABLE, *_NOT_TO_BE_DONE)


def is_work_done(outcome: str | None) -> bool:
    """Whether a task that ended so was done: a refusal, for one, closes it without."""
    return outcome not in _WITHOUT_WORK


def may_be_tried(code: str) -> bool:
    """Whether the task is about reaching somebody, who may not be reached at once."""
    return code.startswith(_CONTACTS) or code == "home_visit"


def counts_from_discharge(code: str) -> bool:
    """Whether work on the task is none before the patient has left: contacts and visits."""
    return may_be_tried(code) or code.startswith(_COUNTED_FROM_DISCHARGE)


def ending(code: str, outcome: str, note: str) -> Ending:
    """The ending that someone asks for. Raises OutcomeNotAllowed or NoteNeeded."""
    allowed = outcomes_for(code)
    if outcome not in allowed:
        raise OutcomeNotAllowed(code, allowed, attempt=outcome in ATTEMPTS)
    chosen = Outcome(outcome)
    words = note.strip()
    if chosen in _NEEDS_NOTE and not words:
        raise NoteNeeded(chosen)
    return Ending(chosen, words)
