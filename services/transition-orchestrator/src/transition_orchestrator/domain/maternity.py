"""Whom and what a maternity stay was about: mother or newborn, and what needs an earlier look."""

from collections.abc import Sequence
from datetime import date, timedelta

from transition_orchestrator.domain.comorbidity import plain_code
from transition_orchestrator.domain.protocol import Circumstance

_NEWBORN_UNTIL = timedelta(days=28)
_BIRTH_HERE = "N"
"""PV1-4, HL7 table 0007."""
_BORN = ("Z38",)
"""Liveborn infants: on the child's record only."""
_CODES = {
    Circumstance.HYPERTENSION_IN_PREGNANCY: ("O10", "O11", "O13", "O14", "O15", "O16"),
    Circumstance.SEVERE_HYPERTENSION_IN_PREGNANCY: ("O141", "O142", "O15"),
    Circumstance.GESTATIONAL_DIABETES: ("O244",),
}
"""ICD-10-CM prefixes without dots. Severe are severe pre-eclampsia, HELLP and eclampsia."""


def circumstances_of(
    codes: Sequence[str], admission_type: str, birth_date: date | None, discharged_on: date
) -> frozenset[str]:
    """What the plan after a maternity stay depends on.

    A newborn is who was born in this stay by PV1-4 or the codes, or is at most 28 days old; a date
    of birth after the discharge is a slip and makes nobody one.
    """
    plain = [plain_code(code) for code in codes]
    born_here = admission_type.strip().upper() == _BIRTH_HERE or _any_of(_BORN, plain)
    age = discharged_on - birth_date if birth_date else None
    if born_here or (age is not None and timedelta(0) <= age <= _NEWBORN_UNTIL):
        return frozenset({Circumstance.NEWBORN})
    return frozenset(found for found, prefixes in _CODES.items() if _any_of(prefixes, plain))


def _any_of(prefixes: tuple[str, ...], codes: Sequence[str]) -> bool:
    return any(code.startswith(prefixes) for code in codes)
