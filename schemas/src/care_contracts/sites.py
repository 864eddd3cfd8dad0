"""A hospital as Homeward knows it: one reviewed YAML file per site (interfaces, "A site")."""

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field, field_validator

from care_contracts.base import Contract


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


class Hl7Profile(_Strict):
    """How this sender speaks HL7."""

    charset: str = "utf-8"
    """Used where MSH-18 says nothing."""
    rejected_as: str = Field(default="AE", pattern="^(AE|AR)$")
    """The answer to a message that can be read but not taken."""
    unknown_site: str = Field(default="reject", pattern="^reject$")
    authority: str | None = None
    """The assigning authority of an identifier that names none; else the site's code."""
    observation: ObservationMap = ObservationMap()
    dispositions: dict[str, str] = {}
    """This sender's own words for PV1-36, to UB-04 FL17."""


class DirectoryEntry(_Strict):
    """How to reach a clinician whom messages name by identifier only."""

    identifier: str
    name: str
    email: str
    practice: str | None = None


class Site(_Strict):
    """One hospital."""

    code: str
    name: str
    time_zone: str
    senders: list[str] = []
    """`MSH-3|MSH-4` pairs that mean this site; else MSH-4 equal to `code`."""
    holidays: Holidays = Holidays()
    hl7: Hl7Profile = Hl7Profile()
    protocols: list[str] = ["default"]
    directory: list[DirectoryEntry] = []

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
