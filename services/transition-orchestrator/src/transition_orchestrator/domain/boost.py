"""BOOST's eight Ps from what was coded: a checklist and no score (rulebook section 4).

ADT carries no list of medicines and no screening, so most Ps stand on ICD-10-CM codes that say
them (project decision; the rulebook names the Ps, not the codes). What is not coded is not denied:
a P that is absent here was not looked for. Plans name these circumstances (`when:`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from transition_orchestrator.domain.comorbidity import plain_code


class RiskFactor(StrEnum):
    """One of the eight."""

    PROBLEM_MEDICATIONS = "p8_problem_medications"
    PSYCHOLOGICAL = "p8_psychological"
    PRINCIPAL_DIAGNOSIS = "p8_principal_diagnosis"
    PHYSICAL_LIMITATION = "p8_physical_limitation"
    POOR_LITERACY = "p8_poor_literacy"
    POOR_SUPPORT = "p8_poor_support"
    PRIOR_ADMISSION = "p8_prior_admission"
    PALLIATIVE = "p8_palliative"


@dataclass(frozen=True, slots=True)
class Flagged:
    """A P that applies, and the fact that says so."""

    factor: RiskFactor
    because: str


_ANTIPLATELET, _ASPIRIN = "Z7902", "Z7982"
_CODED: Mapping[RiskFactor, tuple[tuple[str, tuple[str, ...]], ...]] = {
    RiskFactor.PROBLEM_MEDICATIONS: (
        ("long-term anticoagulant", ("Z7901",)),
        ("long-term insulin", ("Z794",)),
        ("long-term opioid", ("Z79891",)),
        ("digoxin poisoning or adverse effect", ("T460",)),
    ),
    RiskFactor.PSYCHOLOGICAL: (
        ("mental disorder", tuple(f"F{n}" for n in range(20, 49))),
        ("substance use", ("F10", "F11", "F12", "F13", "F14", "F15", "F16", "F18", "F19")),
    ),
    RiskFactor.PHYSICAL_LIMITATION: (
        ("limited activity", ("Z736",)),
        ("needs help or is confined to bed", ("Z740", "Z741", "Z743", "Z748", "Z749")),
        ("depends on a machine or wheelchair", ("Z993", "Z998")),
        ("frailty or abnormal gait", ("R54", "R26")),
        ("history of falling", ("Z9181",)),
    ),
    RiskFactor.POOR_LITERACY: (("literacy or education", ("Z55",)),),
    RiskFactor.POOR_SUPPORT: (
        ("lives alone or apart", ("Z602", "Z604")),
        ("no home", ("Z590",)),
        ("nobody at home can give care", ("Z742",)),
        ("family circumstances", ("Z63",)),
    ),
    RiskFactor.PALLIATIVE: (("palliative care", ("Z515",)), ("do not resuscitate", ("Z66",))),
}
_PRINCIPAL: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cancer", ("C",)),
    ("stroke", ("I60", "I61", "I62", "I63", "I64")),
    ("diabetes", ("E08", "E09", "E10", "E11", "E12", "E13", "E14")),
    ("COPD", ("J41", "J42", "J43", "J44")),
    ("heart failure", ("I50", "I110", "I130", "I132")),
)


def boost_of(diagnoses: Sequence[str], unplanned_admissions: int) -> tuple[Flagged, ...]:
    """The Ps that apply: `diagnoses` principal first, admissions in the six months before."""
    return _boost_of(tuple(diagnoses), unplanned_admissions)


@lru_cache(maxsize=2048)
def _boost_of(diagnoses: tuple[str, ...], unplanned_admissions: int) -> tuple[Flagged, ...]:
    """Remembered: every message about a visit asks again, and seldom of other diagnoses."""
    codes = [plain_code(code) for code in diagnoses]
    found = {factor: _first(groups, codes) for factor, groups in _CODED.items()}
    if _ANTIPLATELET in codes and _ASPIRIN in codes:
        found[RiskFactor.PROBLEM_MEDICATIONS] = "dual antiplatelet (Z7902 and Z7982)"
    found[RiskFactor.PRINCIPAL_DIAGNOSIS] = _first(_PRINCIPAL, codes[:1])
    if unplanned_admissions:
        times = "time" if unplanned_admissions == 1 else "times"
        found[RiskFactor.PRIOR_ADMISSION] = (
            f"admitted unplanned {unplanned_admissions} {times} in six months, in this network"
        )
    return tuple(Flagged(one, because) for one in RiskFactor if (because := found.get(one)))


def _first(groups: Sequence[tuple[str, tuple[str, ...]]], codes: Sequence[str]) -> str | None:
    """The first group that a code falls under, with that code."""
    for words, prefixes in groups:
        for code in codes:
            if code.startswith(prefixes):
                return f"{words} ({code})"
    return None
