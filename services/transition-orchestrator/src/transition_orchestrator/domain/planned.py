"""Which stays were planned by what they were for, as PCR sees it (rulebook section 2).

Chemotherapy and rehabilitation are told by the principal diagnosis, a transplant by a procedure in
ICD-10-PCS, whose third character is Y for that. Which codes make them is a project decision.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from transition_orchestrator.domain.comorbidity import plain_code

_PLANNED: Final = ("Z510", "Z511", "Z50")
_TRANSPLANT: Final = re.compile(r"0.Y.{4}")


def is_planned(diagnoses: Sequence[str], procedures: Iterable[str]) -> bool:
    """Whether a stay was planned; the principal diagnosis comes first."""
    principal = plain_code(diagnoses[0]) if diagnoses else ""
    transplanted = any(_TRANSPLANT.fullmatch(plain_code(code)) for code in procedures)
    return principal.startswith(_PLANNED) or transplanted
