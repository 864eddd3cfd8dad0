"""Which kinds of encounter events speak of what, for tests of those who read them."""

from care_contracts.encounters import EncounterEventType

ABOUT_A_VISIT = {
    EncounterEventType.ADMITTED,
    EncounterEventType.REGISTERED,
    EncounterEventType.DISCHARGED,
    EncounterEventType.UPDATED,
    EncounterEventType.MOVED,
    EncounterEventType.CLASS_CHANGED,
    EncounterEventType.PARTICIPANTS_UPDATED,
    EncounterEventType.ADMISSION_CANCELLED,
    EncounterEventType.DISCHARGE_CANCELLED,
}
PURGES = {EncounterEventType.PATIENT_DELETED, EncounterEventType.VISIT_DELETED}
