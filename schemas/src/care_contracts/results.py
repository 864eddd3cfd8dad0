"""`results.v1`: what a hospital said about one examination of a patient (an OBR of an ORU)."""

from enum import StrEnum

from care_contracts.base import Contract, Instant
from care_contracts.encounters import Practitioner
from care_contracts.statements import Coded, Number, Statement


class ResultEventType(StrEnum):
    """What happened to the result; the `ce_type`."""

    REPORTED = "result.reported"
    """New or further results, or that there are none yet"""
    CORRECTED = "result.corrected"
    """Something that was reported before was wrong"""
    CANCELLED = "result.cancelled"
    """There will be none"""


class ResultStatus(StrEnum):
    """How a result stands; the names of FHIR R4, in snake case (tables 0123 and 0085)."""

    REGISTERED = "registered"
    """Nothing known yet: ordered, collected or in work"""
    PARTIAL = "partial"
    PRELIMINARY = "preliminary"
    FINAL = "final"
    AMENDED = "amended"
    """Final, with something added"""
    CORRECTED = "corrected"
    """Final, after an error"""
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered_in_error"
    UNKNOWN = "unknown"

    @property
    def is_pending(self) -> bool:
        """Whether a final result is still to come."""
        return self in (ResultStatus.REGISTERED, ResultStatus.PARTIAL, ResultStatus.PRELIMINARY)

    @property
    def is_final(self) -> bool:
        """Whether it can be relied on."""
        return self in (ResultStatus.FINAL, ResultStatus.AMENDED, ResultStatus.CORRECTED)


class Observation(Contract):
    """One OBX."""

    code: Coded
    """OBX-3"""
    loinc: str | None = None
    """The LOINC code, where one of OBX-3's codes names that system"""
    sub_id: str = ""
    """OBX-4: tells several of one code apart"""
    value_type: str = ""
    """OBX-2, such as NM, SN, ST, CWE, TX"""
    value: str | None = None
    """OBX-5 as text, at most 2,000 characters; repetitions are lines"""
    value_code: Coded | None = None
    """Where the value is a code"""
    number: float | None = None
    """Where the value is one number (NM, SN); read it with `comparator` and `unit`"""
    comparator: str | None = None
    """`<`, `<=`, `>`, `>=`, `<>` or `=` before the number (SN)"""
    unit: str = ""
    """OBX-6"""
    reference_range: str = ""
    """OBX-7"""
    flags: list[str] = []
    """OBX-8: H, L, HH, A ..."""
    status: ResultStatus = ResultStatus.UNKNOWN
    """OBX-11. Final without a value: the preliminary one holds (code U)"""
    observed_at: Instant | None = None
    """OBX-14, else OBR-7"""
    truncated: bool = False
    """The value is longer: the whole is in the frame"""
    omitted: bool = False
    """The value is data or a pointer (ED, RP): it is in the frame alone"""


class ResultEvent(Statement):
    """The body of every event in `results.v1`: all that the message says of one examination.

    Of one observation (number, code and `sub_id`) the newest word holds; one that a later message
    leaves out still stands. Laboratories send what is new.
    """

    placer_number: Number | None = None
    """OBR-2, else ORC-2"""
    filler_number: Number | None = None
    """OBR-3, else ORC-3: the laboratory's; prefer it"""
    service: Coded | None = None
    """OBR-4: what was examined"""
    loinc: str | None = None
    """Of the service, where it is given"""
    section: str = ""
    """OBR-24: LAB, MB, RAD ... (table 0074)"""
    status: ResultStatus = ResultStatus.UNKNOWN
    """OBR-25, else from the observations"""
    status_as_sent: str = ""
    ordered_by: Practitioner | None = None
    """OBR-16"""
    observed_at: Instant | None = None
    """OBR-7: when the specimen was taken or the examination done"""
    reported_at: Instant | None = None
    """OBR-22"""
    observations: list[Observation] = []
    omitted_observations: int = 0
    """How many more there are in the frame"""
