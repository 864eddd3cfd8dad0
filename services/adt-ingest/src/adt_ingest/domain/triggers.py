"""Says what each ADT trigger means here: the table of rulebook section 6, A01 to A62.

`docs/triggers.md` shows it with the effect of every event; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

ADMITTED: Final = "encounter.admitted"
REGISTERED: Final = "encounter.registered"
DISCHARGED: Final = "encounter.discharged"
UPDATED: Final = "encounter.updated"
MOVED: Final = "encounter.moved"
CLASS_CHANGED: Final = "encounter.class_changed"
PLANNED: Final = "encounter.planned"
PLAN_CANCELLED: Final = "plan.cancelled"
ADMISSION_CANCELLED: Final = "admission.cancelled"
DISCHARGE_CANCELLED: Final = "discharge.cancelled"
DISCHARGE_PLANNED: Final = "discharge.planned"
DISCHARGE_PLAN_CANCELLED: Final = "discharge_plan.cancelled"
LEAVE_BEGAN: Final = "leave.began"
LEAVE_ENDED: Final = "leave.ended"
LEAVE_CANCELLED: Final = "leave.cancelled"
LEAVE_END_CANCELLED: Final = "leave_end.cancelled"
PARTICIPANTS_UPDATED: Final = "participants.updated"
PERSON_UPDATED: Final = "person.updated"
ALLERGIES_UPDATED: Final = "allergies.updated"
PATIENT_MERGED: Final = "patient.merged"
ACCOUNT_MERGED: Final = "account.merged"
VISIT_MERGED: Final = "visit.merged"
PATIENT_MOVED: Final = "patient.moved"
ACCOUNT_MOVED: Final = "account.moved"
VISIT_MOVED: Final = "visit.moved"
IDENTIFIER_CHANGED: Final = "identifier.changed"
PERSONS_LINKED: Final = "persons.linked"
PERSONS_UNLINKED: Final = "persons.unlinked"
PATIENT_DELETED: Final = "patient.deleted"
VISIT_DELETED: Final = "visit.deleted"


class About(Enum):
    """Whom and what a message is about, which is where to look for it."""

    VISIT = auto()
    """A visit, which has to be named; of two patients, where it names two."""
    PERHAPS_A_VISIT = auto()
    """A visit where one is named, else the person alone."""
    PERSON = auto()
    """The person, whatever the message repeats of a visit."""
    TWO_PERSONS = auto()
    """Two PIDs."""
    PATIENT_NUMBERS = auto()
    """PID-3 and MRG-1, once or several times."""
    ACCOUNT_NUMBERS = auto()
    """PID-18 and MRG-3, once or several times."""
    VISIT_NUMBERS = auto()
    """PV1-19 and MRG-5, once or several times."""
    OTHER_NUMBERS = auto()
    """A number that names neither patient, account nor visit here: see `merges`."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The event that a trigger becomes, and how HL7 calls the trigger."""

    kind: str
    about: About
    name: str


MEANINGS: Final[Mapping[str, Meaning]] = {
    "A01": Meaning(ADMITTED, About.VISIT, "admit"),
    "A02": Meaning(MOVED, About.VISIT, "transfer"),
    "A03": Meaning(DISCHARGED, About.VISIT, "discharge, end of visit"),
    "A04": Meaning(REGISTERED, About.VISIT, "register"),
    "A05": Meaning(PLANNED, About.PERHAPS_A_VISIT, "pre-admit"),
    "A06": Meaning(CLASS_CHANGED, About.VISIT, "out-patient becomes in-patient"),
    "A07": Meaning(CLASS_CHANGED, About.VISIT, "in-patient becomes out-patient"),
    "A08": Meaning(UPDATED, About.PERHAPS_A_VISIT, "update"),
    "A09": Meaning(MOVED, About.VISIT, "patient departs, tracking"),
    "A10": Meaning(MOVED, About.VISIT, "patient arrives, tracking"),
    "A11": Meaning(ADMISSION_CANCELLED, About.VISIT, "cancel admit or registration"),
    "A12": Meaning(MOVED, About.VISIT, "cancel transfer"),
    "A13": Meaning(DISCHARGE_CANCELLED, About.VISIT, "cancel discharge"),
    "A14": Meaning(PLANNED, About.PERHAPS_A_VISIT, "pending admit"),
    "A15": Meaning(MOVED, About.VISIT, "pending transfer"),
    "A16": Meaning(DISCHARGE_PLANNED, About.PERHAPS_A_VISIT, "pending discharge"),
    "A17": Meaning(MOVED, About.VISIT, "swap of two patients"),
    "A18": Meaning(PATIENT_MERGED, About.PATIENT_NUMBERS, "merge patient (before 2.3.1)"),
    "A21": Meaning(LEAVE_BEGAN, About.VISIT, "goes on leave of absence"),
    "A22": Meaning(LEAVE_ENDED, About.VISIT, "returns from leave of absence"),
    "A23": Meaning(VISIT_DELETED, About.VISIT, "delete patient record"),
    "A24": Meaning(PERSONS_LINKED, About.TWO_PERSONS, "link"),
    "A25": Meaning(DISCHARGE_PLAN_CANCELLED, About.PERHAPS_A_VISIT, "cancel pending discharge"),
    "A26": Meaning(MOVED, About.VISIT, "cancel pending transfer"),
    "A27": Meaning(PLAN_CANCELLED, About.PERHAPS_A_VISIT, "cancel pending admit"),
    "A28": Meaning(PERSON_UPDATED, About.PERSON, "add person"),
    "A29": Meaning(PATIENT_DELETED, About.PERSON, "delete person"),
    "A30": Meaning(PATIENT_MERGED, About.PATIENT_NUMBERS, "merge person (before 2.3.1)"),
    "A31": Meaning(PERSON_UPDATED, About.PERSON, "update person"),
    "A32": Meaning(MOVED, About.VISIT, "cancel arrival, tracking"),
    "A33": Meaning(MOVED, About.VISIT, "cancel departure, tracking"),
    "A34": Meaning(PATIENT_MERGED, About.PATIENT_NUMBERS, "merge, patient number only"),
    "A35": Meaning(PATIENT_MERGED, About.PATIENT_NUMBERS, "merge, account number only"),
    "A36": Meaning(PATIENT_MERGED, About.PATIENT_NUMBERS, "merge, patient and account number"),
    "A37": Meaning(PERSONS_UNLINKED, About.TWO_PERSONS, "unlink"),
    "A38": Meaning(PLAN_CANCELLED, About.PERHAPS_A_VISIT, "cancel pre-admit"),
    "A39": Meaning(PATIENT_MERGED, About.PATIENT_NUMBERS, "merge person"),
    "A40": Meaning(PATIENT_MERGED, About.PATIENT_NUMBERS, "merge patient"),
    "A41": Meaning(ACCOUNT_MERGED, About.ACCOUNT_NUMBERS, "merge account"),
    "A42": Meaning(VISIT_MERGED, About.VISIT_NUMBERS, "merge visit"),
    "A43": Meaning(PATIENT_MOVED, About.PATIENT_NUMBERS, "move patient"),
    "A44": Meaning(ACCOUNT_MOVED, About.ACCOUNT_NUMBERS, "move account"),
    "A45": Meaning(VISIT_MOVED, About.VISIT_NUMBERS, "move visit"),
    "A46": Meaning(IDENTIFIER_CHANGED, About.OTHER_NUMBERS, "change external patient number"),
    "A47": Meaning(IDENTIFIER_CHANGED, About.PATIENT_NUMBERS, "change patient number"),
    "A48": Meaning(IDENTIFIER_CHANGED, About.OTHER_NUMBERS, "change alternate patient number"),
    "A49": Meaning(IDENTIFIER_CHANGED, About.ACCOUNT_NUMBERS, "change account number"),
    "A50": Meaning(IDENTIFIER_CHANGED, About.VISIT_NUMBERS, "change visit number"),
    "A51": Meaning(IDENTIFIER_CHANGED, About.OTHER_NUMBERS, "change alternate visit number"),
    "A52": Meaning(LEAVE_CANCELLED, About.VISIT, "cancel leave of absence"),
    "A53": Meaning(LEAVE_END_CANCELLED, About.VISIT, "cancel return from leave of absence"),
    "A54": Meaning(PARTICIPANTS_UPDATED, About.PERHAPS_A_VISIT, "change attending doctor"),
    "A55": Meaning(PARTICIPANTS_UPDATED, About.PERHAPS_A_VISIT, "cancel change of attending"),
    "A60": Meaning(ALLERGIES_UPDATED, About.PERSON, "update allergies"),
    "A61": Meaning(PARTICIPANTS_UPDATED, About.PERHAPS_A_VISIT, "change consulting doctor"),
    "A62": Meaning(PARTICIPANTS_UPDATED, About.PERHAPS_A_VISIT, "cancel change of consulting"),
    "Z99": Meaning(UPDATED, About.PERHAPS_A_VISIT, "update of a movement (IHE PAM)"),
}

IGNORED: Final[Mapping[str, str]] = {
    "A19": "patient query",
    "A20": "bed status update: names a bed and no patient",
    "A56": "withdrawn",
    "A57": "withdrawn",
    "A58": "withdrawn",
    "A59": "withdrawn",
}
"""Accepted, counted by name, and without meaning here."""

KNOWN: Final = MEANINGS.keys() | IGNORED.keys()
