"""What must be known of a site to understand its messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from adt_ingest.domain.acknowledgement import Code
from adt_ingest.domain.charsets import AS_DECLARED, CharsetRules
from adt_ingest.domain.oddities import Oddity


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
class ReturnAddress:
    """Where a site awaits its application acknowledgements."""

    host: str
    port: int
    confirms: bool = False
    """It answers each with an accept acknowledgement."""


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """How a site is answered: see the contract of site files."""

    mode: str = "by_message"
    accept: str = "AL"
    application: str = "NE"
    failed_as: Code = Code.ERROR
    rejected_as: Code = Code.ERROR
    """The answer to a message that can be read but not taken."""
    hold_while_away: bool = False
    return_address: ReturnAddress | None = None


@dataclass(frozen=True, slots=True)
class SiteProfile:
    """One hospital as its interface speaks."""

    code: str
    zone: tzinfo
    codec: str
    """Reads messages whose MSH-18 is empty."""
    authority: str
    """Assigned the identifiers that name no authority."""
    charset_rules: CharsetRules = AS_DECLARED
    answers: AnswerRules = AnswerRules()
    refuse: frozenset[Oddity] = frozenset()
    """The slips of form that are not forgiven."""
    certificate_names: frozenset[str] = frozenset()
    """Who may speak for the site over TLS; without any, whoever has a certificate."""
    tls_required: bool = False
    merge_by_type: bool = False
    """Pair PID-3 and MRG-1 by authority and type instead of by position."""
    observation: ObservationCodes = ObservationCodes()
    classes: Mapping[str, str] = field(default_factory=dict[str, str])
    """The site's own words for PV1-2, in capitals, to table 0004 or `observation`."""
    locations: Mapping[str, str] = field(default_factory=dict[str, str])
    """The site's own words for PV1-3.1, in capitals, to names that people know."""
    dispositions: Mapping[str, str] = field(default_factory=dict[str, str])
    """The site's own words for PV1-36, in capitals, to UB-04 FL17."""
    site_fields: Mapping[str, tuple[str, int, int]] = field(
        default_factory=dict[str, tuple[str, int, int]]
    )
    """Names for fields that HL7 leaves to the site: segment, field and component (0: all of it)."""
