"""What must be known of a site to understand its messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from adt_ingest.domain.acknowledgement import Code


@dataclass(frozen=True, slots=True)
class ObservationCodes:
    """Which values tell an observation stay, all in capitals; HL7 has no code of its own for it."""

    patient_class: frozenset[str] = frozenset()
    """PV1-2"""
    patient_type: frozenset[str] = frozenset()
    """PV1-18"""
    hospital_service: frozenset[str] = frozenset()
    """PV1-10"""
    location: frozenset[str] = frozenset()
    """PV1-3.1"""


@dataclass(frozen=True, slots=True)
class SiteProfile:
    """One hospital as its interface speaks."""

    code: str
    zone: tzinfo
    codec: str
    """Reads messages whose MSH-18 is empty."""
    authority: str
    """Assigned the identifiers that name no authority."""
    rejected_as: Code = Code.ERROR
    """The answer to a message that can be read but not taken."""
    observation: ObservationCodes = ObservationCodes()
    dispositions: Mapping[str, str] = field(default_factory=dict[str, str])
    """The site's own words for PV1-36, in capitals, to UB-04 FL17."""
