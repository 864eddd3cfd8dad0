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


class Contribution(Contract):
    """What one factor adds to a prediction, in log-odds; None where its value is not known."""

    factor: str
    title: str
    value: int | None = None
    log_odds: float | None = None


class Calibration(Contract):
    """How a model's predictions and the outcomes agreed on stays it had not learnt from."""

    stays: int
    brier: float
    """The mean squared error of the probability: 0 is perfect"""
    intercept: float
    """Log-odds to add for as many to come back as were predicted: 0 is best"""
    slope: float
    """1 is best; below it, predictions are too extreme"""


class RiskBand(Contract):
    """The held-out stays of which about the same was predicted, and how many came back."""

    above: float
    up_to: float
    stays: int
    predicted: float
    """The mean of the predictions"""
    observed: float
    """The share that came back"""


class Prediction(Contract):
    """What a model says of an unplanned readmission within 30 days, and what that is made of."""

    model: str
    """Name and version, such as `simulated-logistic@1`"""
    title: str
    trained_on: str
    """Such as `simulated stays`"""
    probability: float | None = None
    """None while it is incomplete"""
    lowest: float
    highest: float
    """What it can come to, whatever is missing; both are the probability where nothing is"""
    tier: str | None = None
    """low, moderate or high; None while what is missing could change it"""
    incomplete: bool
    missing: list[str] = []
    """Names of factors"""
    base: float
    """The log-odds of a stay to which no factor adds anything"""
    contributions: list[Contribution] = []
    calibration: Calibration
    band: RiskBand | None = None
    """Where the prediction lies among those held out; None while it is incomplete"""


class Risk(Contract):
    """Risk scores known for the transition."""

    lace: Lace | None = None
    hospital: Hospital | None = None
    boost: list[Flagged] = []
    prediction: Prediction | None = None
    """None unless the site has switched a model on"""
    prediction_sets_tier: bool = False
    """Steps and enrolment go by the prediction's tier; else by that of LACE"""
