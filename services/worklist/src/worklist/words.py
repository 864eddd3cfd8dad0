"""What codes are called in front of people: plain words, whole sentences where it matters."""

from collections.abc import Mapping

ROLES: Mapping[str, str] = {
    "nurse": "Nurse",
    "pharmacist": "Pharmacist",
    "coordinator": "Coordinator",
    "provider": "Provider",
    "integration": "Integration",
    "ops": "Operations",
    "admin": "Administration",
    "social_worker": "Social worker",
    "care_team": "Care team",
}

OUTCOMES: Mapping[str, str] = {
    "done": "Done",
    "reached-patient": "Reached the patient",
    "reached-caregiver": "Reached the caregiver",
    "reconciled-none": "Reconciled, no discrepancies",
    "reconciled-with-discrepancies": "Reconciled, with discrepancies",
    "unable": "Could not be done (say why)",
    "refused": "Patient refused (say why)",
    "readmitted": "Patient was readmitted",
    "deceased": "Patient died",
    "facility": "Patient is in a facility",
    "voicemail": "Left a voicemail",
    "no-answer": "No answer",
    "busy": "Line was busy",
    "wrong-number": "Wrong number",
    "disconnected": "Number is disconnected",
    "language-barrier": "Language barrier",
    "asked-callback": "Asked to be called back",
}

CHANNELS: Mapping[str, str] = {
    "phone": "Phone",
    "video": "Video",
    "text": "Text message",
    "portal": "Patient portal",
    "in_person": "In person",
    "email": "E-mail",
    "letter": "Letter",
}

CREDENTIALS: Mapping[str, str] = {
    "MD": "Physician (MD)",
    "DO": "Physician (DO)",
    "NP": "Nurse practitioner",
    "PA": "Physician assistant",
    "CNS": "Clinical nurse specialist",
    "CNM": "Nurse midwife",
    "PharmD": "Clinical pharmacist",
    "RN": "Registered nurse",
    "LPN": "Licensed practical nurse",
    "MA": "Medical assistant",
    "other": "Somebody else",
}

TIMINGS: Mapping[str, str] = {
    "early": "Early",
    "in_time": "In time",
    "late": "Late",
}

RESULTS: Mapping[str, str] = {
    "in_window": "In the window",
    "early": "Within 72 hours, before the window",
    "in_time": "In time",
    "late": "Late",
    "missed": "None on record",
    "open": "None yet",
}

LEFT_OUT: Mapping[str, str] = {
    "voided": "the discharge was taken back",
    "superseded": "the patient did not go home",
    "died": "the patient died",
    "readmitted": "the patient was readmitted",
}

TASK_STATES: Mapping[str, str] = {
    "requested": "Unassigned",
    "accepted": "Claimed",
    "in_progress": "In progress",
    "on_hold": "On hold",
    "completed": "Completed",
    "cancelled": "Withdrawn",
}

KINDS: Mapping[str, str] = {
    "home_visit": "Home follow-up",
    "facility_tracking": "Follow-up in a facility",
    "ed_followup": "Emergency visit follow-up",
    "acute_transfer_watch": "Transfer to another hospital",
    "hospice": "Hospice",
    "manual_review": "Needs a decision",
    "maternity": "Maternity",
    "discharge_planning": "Discharge planning",
}

TRANSITION_STATES: Mapping[str, str] = {
    "active": "Active",
    "provisional": "Provisional",
    "completed": "Completed",
    "interrupted": "Interrupted",
    "superseded": "Replaced",
    "voided": "Voided",
    "closed": "Closed",
}

FLAGS: Mapping[str, tuple[str, str]] = {
    "ama": ("Left against advice", "alert"),
    "priority_high": ("High priority", "alert"),
    "deceased": ("Deceased", "alert"),
    "ed_revisit": ("Back in the emergency room", "alert"),
    "readmitted": ("Readmitted", "alert"),
    "custody": ("In custody", "alert"),
    "provisional": ("Provisional", "ask"),
    "confirm_disposition": ("Confirm where to", "ask"),
    "confirm_residence_type": ("Confirm residence", "ask"),
    "tcm_review_nursing_facility": ("TCM: review", "ask"),
    "home_health_agency": ("Home health agency", "note"),
    "planned_readmission": ("Planned readmission", "note"),
    "maternity_pathway": ("Maternity", "note"),
    "suppress_patient_messages": ("No messages to patient", "note"),
}
"""What a flag says, and its tone: something to act on, to find out, or to know."""

DISPOSITIONS: Mapping[str, str] = {
    "01": "went home",
    "02": "moved to another hospital",
    "03": "went to a skilled nursing facility",
    "04": "went to custodial care",
    "05": "moved to a cancer or children's hospital",
    "06": "went home with home health",
    "07": "left against advice",
    "20": "died",
    "21": "left in custody",
    "43": "moved to a federal hospital",
    "50": "went home with hospice",
    "51": "went to a hospice",
    "61": "went to a swing bed",
    "62": "went to a rehabilitation facility",
    "63": "went to a long-term care hospital",
    "64": "went to a nursing facility",
    "65": "went to a psychiatric hospital",
    "66": "moved to a critical access hospital",
    "81": "went home, readmission planned",
    "86": "went home with home health, readmission planned",
}

_REASONS: Mapping[str, str] = {
    "discharge_cancelled": "Discharge was cancelled by the hospital",
    "admission_cancelled": "Admission was cancelled by the hospital",
    "readmitted": "Patient was admitted again",
    "deceased": "Patient has died",
    "merged": "Two records of the patient were merged by the hospital",
    "disposition_corrected": "Destination was corrected by the hospital",
    "not_called_for": "A late message from the hospital showed that this was not needed",
    "period_over": "Follow-up period had ended before the discharge became known",
    "plan_changed": "Plan no longer asks for it",
    "discharged": "Patient was discharged",
    "discharge_plan_cancelled": "Planned discharge was called off by the hospital",
}

_UNDATED = frozenset({"period_over", "plan_changed"})

_ABOUT: Mapping[str, str] = {
    "encounter.admitted": "the admission",
    "encounter.registered": "the emergency visit",
    "encounter.discharged": "the discharge",
    "discharge.cancelled": "the cancelled discharge",
    "admission.cancelled": "the cancelled admission",
    "transition.opened": "asks to call about the follow-up",
    "texts.stopped": "confirms that there will be no more",
}

_RECIPIENTS: Mapping[str, str] = {
    "primary_care_provider": "Primary care provider",
    "attending": "Attending physician",
    "post_acute_provider": "Post-acute provider",
    "practitioner_named_by_patient": "Practitioner named by the patient",
    "patient": "Text to the patient",
}

NOTICE_STATES: Mapping[str, str] = {
    "pending": "Waiting to be sent",
    "sent": "Sent",
    "failed": "Could not be delivered",
    "undeliverable": "Nobody known to tell",
    "withdrawn": "Withdrawn before it was sent",
}

_NOT_TOLD: Mapping[str, str] = {
    "no_address": "No address known",
    "patient_objected": "Not told, because the patient objects",
    "no_telephone": "No telephone known",
    "opted_out": "Not sent: the patient opted out of texts",
    "protected": "Not sent: the patient's information is protected",
    "texts_switched_off": "Not sent: this hospital texts nobody any more",
}

DEEDS: Mapping[str, str] = {
    "created": "asks for",
    "replanned": "moved",
    "cancelled": "withdrew",
    "reopened": "asks again for",
    "claimed": "claimed",
    "released": "released",
    "started": "started",
    "attempted": "tried",
    "ticked": "ticked on the list of",
    "unticked": "took back a tick on the list of",
    "completed": "completed",
}

ACTIONS: Mapping[str, str] = {
    "tasks_listed": "saw tasks",
    "task_read": "read a task",
    "transitions_listed": "saw transitions",
    "transition_read": "read a follow-up",
    "patients_searched": "searched for a patient",
    "encounters_listed": "saw visits",
    "notifications_listed": "saw notices",
    "measures_read": "read measures",
    "audit_read": "read the audit",
    "audit_verified": "checked the audit",
    "turned_away": "tried what the role does not do",
}
"""What somebody did, as the audit says it; what they did with a task is in `DEEDS`."""

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "de": "German",
    "zh": "Chinese",
    "vi": "Vietnamese",
    "ru": "Russian",
    "ar": "Arabic",
    "pt": "Portuguese",
    "ko": "Korean",
    "eng": "English",
    "spa": "Spanish",
}


def plain(code: str) -> str:
    """A code that has no words of its own here, made readable."""
    return code.replace("_", " ").replace("-", " ").capitalize()


def word(words: Mapping[str, str], code: str) -> str:
    """What a code is called."""
    return words.get(code) or plain(code)


def action(code: str) -> str:
    """What an entry of the audit says somebody did."""
    deed = code.removeprefix("task_")
    return f"{DEEDS[deed]} a task" if deed in DEEDS else word(ACTIONS, code)


def discharge(kind: str) -> str:
    """What the time of discharge is called: before it, it is but expected."""
    return "Discharge expected" if kind == "discharge_planning" else "Discharged"


def because(reason: str | None) -> str:
    """Why something was withdrawn, as the beginning of a sentence."""
    return word(_REASONS, reason or "plan_changed")


def happened(reason: str, when: str) -> str:
    """Why and when a follow-up stopped, as a sentence."""
    return f"{because(reason)}." if reason in _UNDATED else f"{because(reason)} on {when}."


def about(event: str) -> str:
    """What a notice tells of."""
    return _ABOUT.get(event) or plain(event.replace(".", " ")).lower()


def recipient(role: str) -> str:
    """Who a notice goes to."""
    return word(_RECIPIENTS, role)


def notice_state(state: str, reason: str | None) -> str:
    """How a notice stands; where nobody can be told, or may be, why."""
    return _NOT_TOLD.get(reason or "") or word(NOTICE_STATES, state)


def disposition(code: str | None) -> str:
    """Where the patient went, as the end of a sentence."""
    if not code:
        return "not stated where to"
    return DISPOSITIONS.get(code, f"disposition {code}")
