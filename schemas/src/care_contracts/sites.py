"""A hospital as Homeward knows it: one reviewed YAML file per site (interfaces, "A site")."""

import re
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Final, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from care_contracts.base import Contract
from care_contracts.patient_texts import PatientTexts

_PLACE: Final = re.compile(r"[A-Z][A-Z0-9]{2}-[1-9]\d*(\.[1-9]\d*)?")
_DISPOSITION: Final = re.compile(r"\d\d", re.ASCII)


def _a_place(value: str) -> str:
    if not _PLACE.fullmatch(value):
        message = f"{value!r} is no place such as ZPV-3 or ZPV-3.1"
        raise ValueError(message)
    return value


def _a_disposition(value: str) -> str:
    if not _DISPOSITION.fullmatch(value):
        message = f"{value!r} is no UB-04 FL17 code of two digits such as '01'"
        raise ValueError(message)
    return value


def _a_sender(value: str) -> str:
    application, separator, facility = value.partition("|")
    if not separator or not (application or facility) or "|" in facility:
        message = f"{value!r} is no pair MSH-3|MSH-4 such as 'EPICADT|GHH-MAIN'"
        raise ValueError(message)
    return value


def _a_time_in_quotes(value: object) -> object:
    """YAML reads a bare 22:00 as a number, sixty times 22, which would pass for 00:22."""
    if not isinstance(value, str | time):
        message = "put the time in quotes, such as '22:00'"
        raise ValueError(message)  # noqa: TRY004 - pydantic reports ValueErrors
    return value


EncounterClassCode: TypeAlias = Literal["E", "I", "O", "P", "R", "B", "C", "N", "U", "observation"]
"""HL7 table 0004, or `observation`, for which HL7 has no code."""

FieldPlace: TypeAlias = Annotated[str, AfterValidator(_a_place)]
"""Segment, field and perhaps component, such as `ZPV-3.1`."""

DispositionCode: TypeAlias = Annotated[str, AfterValidator(_a_disposition)]
"""UB-04 FL17."""

SenderPair: TypeAlias = Annotated[str, AfterValidator(_a_sender)]
"""`MSH-3|MSH-4`."""

Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay: TypeAlias = Annotated[time, BeforeValidator(_a_time_in_quotes)]


_LABEL = "[0-9A-Za-z_][0-9A-Za-z_-]{0,62}"
_HOST = rf"^(?:{_LABEL}(?:\.{_LABEL})*\.?|[0-9A-Fa-f:.]{{2,45}})$"
"""A name of labels of up to 63 characters, or an address."""


class _Strict(Contract):
    """A reviewed file is refused for a misspelt key rather than half understood."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Holidays(_Strict):
    """Which days are not business days, beside Saturday and Sunday (D-04)."""

    country: str = "US"
    subdivision: str | None = None
    extra: list[date] = []
    omit: list[date] = []


class ObservationMap(_Strict):
    """What tells an observation stay, for which HL7 has no code (rulebook section 6)."""

    patient_class: list[str] = ["OBS", "V"]
    hospital_service: list[str] = ["OBS"]
    patient_type: list[str] = ["OBS"]
    """PV1-18"""
    location: list[str] = ["OBS"]
    """PV1-3.1"""


class Oddity(StrEnum):
    """A slip of form that can be read without guessing, each of which a site may still refuse."""

    MISSING_START_BLOCK = "missing_start_block"
    """A message outside of any MLLP block."""
    MISSING_END_BLOCK = "missing_end_block"
    """The next block began where this one should have ended."""
    MISSING_CARRIAGE_RETURN = "missing_carriage_return"
    """FS ended the block without the CR that belongs to it."""
    DOUBLED_END_BLOCK = "doubled_end_block"
    LINE_FEEDS = "line_feeds"
    """Segments end in LF."""
    CARRIAGE_RETURN_LINE_FEEDS = "carriage_return_line_feeds"
    """Segments end in CR LF."""
    BYTE_ORDER_MARK = "byte_order_mark"
    LEADING_BLANKS = "leading_blanks"
    """Blanks or line ends stand before MSH."""
    CONCATENATED = "concatenated"
    """Several messages in one block, without the BHS or FHS of a batch."""


class CharsetRules(_Strict):
    """What to do where bytes are not what MSH-18 (or `hl7.charset`) declares.

    The raw bytes are kept and the difference is reported in any case.
    """

    undecodable: Literal["refuse", "repair"] = "refuse"
    """Bytes that the declared character set does not have."""
    suspicious: Literal["keep", "repair"] = "keep"
    """Bytes that a single-byte character set allows and that are evidently UTF-8."""
    repair_with: str | None = None
    """The character set to read with in a repair."""

    @model_validator(mode="after")
    def _repair_is_possible(self) -> Self:
        if "repair" in (self.undecodable, self.suspicious) and self.repair_with is None:
            message = "a repair needs repair_with, for example windows-1252"
            raise ValueError(message)
        return self


class ReturnAddress(_Strict):
    """Where this sender awaits application acknowledgements: an MLLP listener of its own."""

    host: str = Field(pattern=_HOST)
    port: int = Field(ge=1, le=65535)
    confirms: bool = False
    """Whether the listener answers each with an accept acknowledgement, which is then waited for.
    Else one is delivered when the connection has taken it."""


class Acknowledgement(_Strict):
    """How this sender is answered."""

    mode: Literal["by_message", "original", "enhanced"] = "by_message"
    """`by_message`: enhanced where MSH-15 or MSH-16 is valued, else original. The others hold for
    every message, as senders need that cannot set the fields they rely on."""
    accept: Literal["AL", "NE", "ER", "SU"] = "AL"
    """With mode `enhanced`, stands for an empty MSH-15."""
    application: Literal["AL", "NE", "ER", "SU"] = "NE"
    """With mode `enhanced`, stands for an empty MSH-16."""
    failed_as: Literal["AE", "AR"] = "AE"
    """The answer when the message could not be stored for now and is to be sent again."""
    while_away: Literal["answer", "hold"] = "answer"
    """While Kafka is away: refuse at once, or answer nothing until it is back."""
    return_address: ReturnAddress | None = None
    """Else application acknowledgements go back on the connection of their message."""


class Tls(_Strict):
    """Who may speak for this site over MLLP with TLS."""

    certificate_names: list[str] = []
    """Common names or DNS names of client certificates; without any, none is asked for."""
    required: bool = False
    """Take nothing from this site over a door without TLS."""


class QuietHours(_Strict):
    """A stretch of the week, in the site's zone, in which silence is no cause for alarm."""

    days: list[Day] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    begins: TimeOfDay
    ends: TimeOfDay
    """On the next day if not after `begins`."""


class Hl7Profile(_Strict):
    """How this sender speaks HL7."""

    charset: str = "utf-8"
    """Used where MSH-18 says nothing."""
    charset_rules: CharsetRules = CharsetRules()
    rejected_as: Literal["AE", "AR"] = "AE"
    """The answer to a message that can be read but not taken."""
    unknown_site: Literal["reject"] = "reject"
    acknowledgement: Acknowledgement = Acknowledgement()
    refuse: list[Oddity] = []
    """Slips of form that this sender is not forgiven; all others are read and counted."""
    tls: Tls = Tls()
    authority: str | None = None
    """The assigning authority of an identifier that names none; else the site's code."""
    merge_pairing: Literal["position", "type"] = "position"
    """How the identifiers of PID-3 and MRG-1 are paired in a merge."""
    observation: ObservationMap = ObservationMap()
    classes: dict[str, EncounterClassCode] = {}
    """This sender's own words for PV1-2, to HL7 table 0004 or `observation`."""
    locations: dict[str, str] = {}
    """This sender's own words for PV1-3.1 (point of care), to names that people know."""
    dispositions: dict[str, DispositionCode] = {}
    """This sender's own words for PV1-36, to UB-04 FL17."""
    site_fields: dict[str, FieldPlace] = {}
    """Names of one's own for fields that HL7 leaves to the site, such as `ward_phone: ZPV-3.1`."""
    quiet_hours: list[QuietHours] = []


class LaceForm(_Strict):
    """Which form of the LACE index is used (rulebook section 5)."""

    variant: Literal["tool", "cmaj", "bmj-open"] = "tool"
    los_method: Literal["midnights", "inclusive"] = "midnights"
    icd10cm_cancers: bool = False
    """Count C4A, C7A, C7B and C86, which stand outside the published ranges."""


class HospitalForm(_Strict):
    """Which form of the HOSPITAL score is used, and how its items are told (section 5)."""

    variant: Literal["2016", "2013", "simplified"] = "2016"
    oncology_services: list[str] = ["ONC"]
    """PV1-10"""
    sends_procedures: bool = False
    """A stay without PR1 had no procedure; else that is not known, and the score incomplete."""


class PredictionRules(_Strict):
    """Whether a model predicts readmission beside the scores, and whether the plan goes by it."""

    model: str | None = None
    """Name and version, such as `simulated-logistic@1`; without it nothing is predicted."""
    sets_tier: bool = False
    """Steps and enrolment go by the prediction's tier where it has one; else by that of LACE."""

    @model_validator(mode="after")
    def _there_is_one_to_go_by(self) -> Self:
        if self.sets_tier and self.model is None:
            message = "sets_tier needs a model, such as simulated-logistic@1"
            raise ValueError(message)
        return self


class RiskScores(_Strict):
    """How this site's patients are scored."""

    lace: LaceForm = LaceForm()
    hospital: HospitalForm = HospitalForm()
    prediction: PredictionRules = PredictionRules()


class VisitingHours(_Strict):
    """When people may be called upon at home, in the site's zone."""

    first: TimeOfDay
    last: TimeOfDay


class StepChange(_Strict):
    """What this site has otherwise in one step of a protocol."""

    leave_out: bool = False
    title: str | None = None
    role: Literal["nurse", "pharmacist", "coordinator", "provider"] | None = None
    due: str | None = None
    """A due rule, such as `48 hours after discharge`."""
    opens: str | None = None


class FollowedProtocol(_Strict):
    """A care protocol as this site follows it; a bare name follows it as it is."""

    name: str
    version: int | None = None
    """Else the newest that there is."""
    when: list[str] | None = None
    """Only discharges to which one of these applies, such as `high_risk`; else whom it is for."""
    unless: list[str] | None = None
    visiting_hours: VisitingHours | None = None
    steps: dict[str, StepChange] = {}
    """By the step's code."""


def _by_name(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class Enrol(_Strict):
    """Whom the visits at home are for (rulebook section 11: enrol by tier)."""

    tiers: list[Literal["low", "moderate", "high"]] = []
    """Of LACE, or of the prediction where the site goes by it. The plan of the others has no
    visits; whose tier is not known, is visited. Without any, all are."""


class TeamRule(_Strict):
    """Whom a care team takes: those to whom every list that is given applies."""

    name: str
    """What the explanation of a transition calls it."""
    team: str
    units: list[str] = []
    """Points of care (PV1-3.1, after `hl7.locations`) where the patient was last."""
    providers: list[str] = []
    """Primary care providers, by identifier."""
    practices: list[str] = []
    """Of the primary care provider, by `directory`."""
    kinds: list[str] = []
    """Of the transition, such as `facility_tracking`."""
    dispositions: list[DispositionCode] = []


class Attribution(_Strict):
    """Which care team a transition belongs to (rulebook section 11)."""

    teams: dict[str, str] = {}
    """Codes, to names that people know."""
    rules: list[TeamRule] = []
    """The first that applies decides."""
    default: str | None = None
    """The team of whom no rule takes; without it nobody's."""


class DirectoryEntry(_Strict):
    """How to reach a clinician whom messages name by identifier only, or a post-acute provider."""

    identifier: str
    name: str
    email: str
    practice: str | None = None
    destinations: list[str] = []
    """PV1-37.1: it is told of the discharges that name one of these."""
    dispositions: list[DispositionCode] = []
    """PV1-36 after the site's map: and of those that name no place, with one of these."""


class Site(_Strict):
    """One hospital."""

    code: str
    name: str
    time_zone: str
    senders: list[SenderPair] = []
    """`MSH-3|MSH-4` pairs that mean this site; else MSH-4 equal to `code`."""
    holidays: Holidays = Holidays()
    hl7: Hl7Profile = Hl7Profile()
    protocols: list[Annotated[FollowedProtocol, BeforeValidator(_by_name)]] = [
        FollowedProtocol(name="default")
    ]
    """Side by side; the first one's words are used for work that several ask for."""
    enrol: Enrol = Enrol()
    risk: RiskScores = RiskScores()
    attribution: Attribution = Attribution()
    access: Literal["team", "assigned"] = "team"
    """Who sees this site's patients: everybody of the care team, or who is assigned to them."""
    directory: list[DirectoryEntry] = []
    patient_texts: PatientTexts | None = None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            message = f"{value!r} is not an IANA time zone such as America/New_York"
            raise ValueError(message) from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The zone that local dates of this site are counted in."""
        return ZoneInfo(self.time_zone)
