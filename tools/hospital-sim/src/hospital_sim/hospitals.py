"""How each simulated hospital speaks: its codes, its clock, its clinicians; one YAML file each."""

from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict

Disposition = Literal[
    "home", "home_health", "snf", "ama", "died", "acute_hospital", "hospice_home", "blank"
]
VisitClass = Literal["inpatient", "emergency", "observation"]

UNIFORM_CODES: dict[Disposition, str] = {
    "home": "01",
    "home_health": "06",
    "snf": "03",
    "ama": "07",
    "died": "20",
    "acute_hospital": "02",
    "hospice_home": "50",
    "blank": "",
}
"""What a disposition is in the uniform code set (UB-04 FL17), whatever word a hospital sends."""


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clinician(_Document):
    """A clinician as messages name one."""

    identifier: str
    family: str
    given: str
    reachable: bool = True
    """Whether the site's directory has an address for them."""


class ClassCodes(_Document):
    """What a class of visit looks like in PV1-2, PV1-10 and PV1-18."""

    patient_class: str
    hospital_service: str = "MED"
    patient_type: str = ""


class Hospital(_Document):
    """One simulated hospital."""

    code: str
    time_zone: str
    sending_application: str
    sending_facility: str
    version: str
    charset: str
    says_charset: str = ""
    """MSH-18"""
    offsets: Literal["none", "msh7", "all"]
    """Which times carry their offset from UTC."""
    classes: dict[VisitClass, ClassCodes]
    dispositions: dict[Disposition, str] = {}
    """Its own words for PV1-36, where they are not the uniform codes."""
    units: list[str]
    attending: list[Clinician]
    primary_care: list[Clinician]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its wall clocks."""
        return ZoneInfo(self.time_zone)

    def word_for(self, disposition: Disposition) -> str:
        """What it puts into PV1-36."""
        return self.dispositions.get(disposition, UNIFORM_CODES[disposition])


def load_hospitals() -> list[Hospital]:
    """All simulated hospitals, in the order of their codes."""
    folder = files("hospital_sim").joinpath("hospitals")
    texts = [entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    hospitals = [Hospital.model_validate(yaml.safe_load(text)) for text in texts]
    return sorted(hospitals, key=lambda hospital: hospital.code)
