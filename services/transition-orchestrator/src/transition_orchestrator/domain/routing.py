"""Which follow-up a discharge calls for: class and disposition (rulebook section 6, PV1-36)."""

from dataclasses import dataclass
from enum import StrEnum

from transition_orchestrator.domain.encounter import EncounterClass


class TransitionKind(StrEnum):
    """Which follow-up."""

    HOME_VISIT = "home_visit"
    FACILITY_TRACKING = "facility_tracking"
    ED_FOLLOWUP = "ed_followup"
    ACUTE_TRANSFER_WATCH = "acute_transfer_watch"
    HOSPICE = "hospice"
    MANUAL_REVIEW = "manual_review"
    MATERNITY = "maternity"
    """Of mothers and newborns; only at sites that follow a protocol with a plan for it."""
    DISCHARGE_PLANNING = "discharge_planning"
    """Before the discharge: it is no follow-up, and no disposition leads to it."""


class Eligibility(StrEnum):
    """Whether the discharge can be billed as transitional care management (D-01, D-02)."""

    YES = "yes"
    NO = "no"
    REVIEW = "review"


class Flag(StrEnum):
    """What people should see beside a transition."""

    AMA = "ama"
    PRIORITY_HIGH = "priority_high"
    HOME_HEALTH_AGENCY = "home_health_agency"
    PLANNED_READMISSION = "planned_readmission"
    PROVISIONAL = "provisional"
    CONFIRM_DISPOSITION = "confirm_disposition"
    CONFIRM_RESIDENCE_TYPE = "confirm_residence_type"
    TCM_REVIEW_NURSING_FACILITY = "tcm_review_nursing_facility"
    CUSTODY = "custody"
    MATERNITY_PATHWAY = "maternity_pathway"
    DECEASED = "deceased"
    SUPPRESS_PATIENT_MESSAGES = "suppress_patient_messages"
    ED_REVISIT = "ed_revisit"
    READMITTED = "readmitted"
    RECORD_DELETED = "record_deleted"
    """The hospital deleted its record of the visit or the person: somebody has to ask."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a discharge leads; without a kind nothing is followed up."""

    kind: TransitionKind | None
    tcm: Eligibility = Eligibility.NO
    flags: frozenset[Flag] = frozenset()
    has_died: bool = False

    @property
    def is_provisional(self) -> bool:
        return Flag.PROVISIONAL in self.flags


_PLANNED = {
    "81": "01", "82": "02", "83": "03", "84": "04", "85": "05", "86": "06", "87": "21",
    "88": "43", "89": "61", "90": "62", "91": "63", "92": "64", "93": "65", "94": "66",
    "95": "70",
}  # fmt: skip
"""81-95 repeat an earlier code, with an acute readmission that is planned."""
_HOME = frozenset({"01", "06", "07", "08"})
_FACILITY = frozenset({"03", "04", "61", "62", "63", "64", "65", "69", "70"})
_ACUTE = frozenset({"02", "05", "43", "66"})
_HOSPICE = frozenset({"50", "51"})
_DIED = frozenset({"20", "40", "41", "42"})
_CUSTODY = frozenset({"21"})
ADMITTED_HERE = frozenset({"09"})
"""The out-patient or emergency visit ended in an admission to this hospital."""
_STAYS = ADMITTED_HERE | {"30"}
_REVIEWED = frozenset({"04", "64"})
_FLAGS = {
    "04": frozenset({Flag.CONFIRM_RESIDENCE_TYPE}),
    "06": frozenset({Flag.HOME_HEALTH_AGENCY}),
    "07": frozenset({Flag.AMA, Flag.PRIORITY_HIGH}),
    "21": frozenset({Flag.CUSTODY}),
    "64": frozenset({Flag.TCM_REVIEW_NURSING_FACILITY}),
}
_UNCLEAR = frozenset({Flag.PROVISIONAL, Flag.CONFIRM_DISPOSITION})
_STAY = frozenset({EncounterClass.INPATIENT, EncounterClass.OBSERVATION})
_NO_FOLLOW_UP = Route(None)
_DEAD = Route(None, flags=frozenset({Flag.DECEASED, Flag.SUPPRESS_PATIENT_MESSAGES}), has_died=True)
_REVIEW = Route(TransitionKind.MANUAL_REVIEW, Eligibility.REVIEW)


def normalised(disposition: str | None) -> str:
    """Two characters of UB-04 FL17, empty for none."""
    code = (disposition or "").strip()
    return code.rjust(2, "0") if code else ""


def route_of(encounter_class: EncounterClass | None, disposition: str | None) -> Route:
    """Where a discharge leads, by the class of the visit and the disposition."""
    code = normalised(disposition)
    if code in _DIED:
        return _DEAD
    match encounter_class:
        case EncounterClass.INPATIENT | EncounterClass.OBSERVATION:
            route = _by_disposition(code)
        case EncounterClass.EMERGENCY:
            route = _from_emergency(code)
        case EncounterClass.OBSTETRICS:
            route = _from_obstetrics(code)
        case EncounterClass.UNKNOWN | None:
            route = _REVIEW
        case _:
            route = _NO_FOLLOW_UP
    return route


def _by_disposition(code: str) -> Route:
    if not code:  # D-13: fail open, and ask
        return Route(TransitionKind.HOME_VISIT, Eligibility.REVIEW, _UNCLEAR)
    plain = _PLANNED.get(code, code)
    kind = _kind_of(plain)
    flags = _FLAGS.get(plain, frozenset())
    if code in _PLANNED:
        flags |= {Flag.PLANNED_READMISSION}
    return Route(kind, _eligibility(plain, kind), flags)


def _kind_of(code: str) -> TransitionKind | None:
    table = (
        (_HOME, TransitionKind.HOME_VISIT),
        (_FACILITY, TransitionKind.FACILITY_TRACKING),
        (_ACUTE, TransitionKind.ACUTE_TRANSFER_WATCH),
        (_HOSPICE, TransitionKind.HOSPICE),
        (_CUSTODY | _STAYS, None),
    )
    return next((kind for codes, kind in table if code in codes), TransitionKind.MANUAL_REVIEW)


def _eligibility(code: str, kind: TransitionKind | None) -> Eligibility:
    if kind is TransitionKind.HOME_VISIT:
        return Eligibility.YES
    if kind is TransitionKind.MANUAL_REVIEW or code in _REVIEWED:
        return Eligibility.REVIEW
    return Eligibility.NO


def _from_emergency(code: str) -> Route:
    """Treated and released is no setting for TCM; whoever goes elsewhere is followed there.

    Whatever leads home from a stay gets the call here, the obsolete 08 too: 48-72 h are for stays
    (rulebook sections 1 and 6).
    """
    route = _by_disposition(code)
    to_home = route.kind is TransitionKind.HOME_VISIT
    kind = TransitionKind.ED_FOLLOWUP if to_home else route.kind
    return Route(kind, Eligibility.NO, route.flags)


def _from_obstetrics(code: str) -> Route:
    """A pathway of its own, whatever the disposition; where the patient did not go home, ask.

    No TCM: follow-up after a birth is part of the obstetric package (own choice).
    """
    route = _by_disposition(code)
    flags = route.flags | {Flag.MATERNITY_PATHWAY}
    if route.kind is None:
        return Route(None, flags=flags)
    if route.kind is not TransitionKind.HOME_VISIT:
        flags |= {Flag.CONFIRM_DISPOSITION}
    return Route(TransitionKind.MATERNITY, Eligibility.NO, flags)


def is_stay(encounter_class: EncounterClass | None) -> bool:
    """Whether the visit is a stay for which TCM and the measures of section 2 exist."""
    return encounter_class in _STAY
