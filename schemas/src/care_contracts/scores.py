"""Risk scores as transitions carry them: always with the form and what they were computed from."""

from care_contracts.base import Contract


class LaceEvidence(Contract):
    """What a LACE index was computed from."""

    days: int
    los_method: str
    """`midnights` or `inclusive`"""
    admission_type: str
    came_by_emergency: bool
    charlson: int
    conditions: list[str]
    icd10cm_cancers: bool
    ed_visits: int
    """In this network only: visits elsewhere are not seen."""


class Lace(Contract):
    """The LACE index with its parts (rulebook section 5)."""

    score: int
    tier: str
    length_of_stay: int
    acuity: int
    comorbidity: int
    ed_visits: int
    variant: str
    inputs: LaceEvidence | None = None


class HospitalParts(Contract):
    """The points of every item of the HOSPITAL score; None: not known, or not in the form."""

    hemoglobin: int | None = None
    oncology: int | None = None
    sodium: int | None = None
    procedure: int | None = None
    index_type: int | None = None
    admissions: int | None = None
    length_of_stay: int | None = None


class HospitalEvidence(Contract):
    """What a HOSPITAL score was computed from; None is not known."""

    hemoglobin: float | None = None
    """g/dL"""
    sodium: float | None = None
    """mmol/L"""
    from_oncology: bool | None = None
    has_cancer: bool
    had_procedure: bool | None = None
    is_urgent: bool
    admissions: int
    """In the twelve months before, in this network only."""
    days: int


class Hospital(Contract):
    """The HOSPITAL score, or what is known of it (rulebook section 5)."""

    score: int | None = None
    """None while it is incomplete"""
    tier: str | None = None
    """low, intermediate or high; None while what is missing could change it"""
    incomplete: bool
    known_points: int
    maximum_points: int
    missing: list[str] = []
    """Names of parts"""
    variant: str
    """2016, 2013 or simplified"""
    parts: HospitalParts
    inputs: HospitalEvidence


class Flagged(Contract):
    """One of BOOST's eight Ps that applies; those that are absent were not looked for."""

    factor: str
    """`p8_psychological` and so on: what a plan's `when` names"""
    because: str


class Risk(Contract):
    """Risk scores known for the transition."""

    lace: Lace | None = None
    hospital: Hospital | None = None
    boost: list[Flagged] = []
