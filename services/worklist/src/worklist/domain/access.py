"""Who may see a patient, and what it takes where they may not (rulebook section 10).

A site says whether its whole care team sees its patients, or only who is assigned to them. Who is
not may break the glass: say why, without naming the patient, and see them for a while. That raises
an alert, as does every try without such a reason (DCM 110113, 110127).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from worklist.domain.people import Person

_SYSTEMS = frozenset({"integration"})
_WORD = re.compile(r"[^\W_]+")
_SHORTEST_NAME = 3
"""Shorter parts of names are words that a reason may need."""


class Access(StrEnum):
    """Who sees the patients of a site."""

    TEAM = "team"
    """Everybody of the care team."""
    ASSIGNED = "assigned"
    """Who owns a task of theirs, or worked on one."""


@dataclass(frozen=True, slots=True)
class About:
    """Whom something is about: a patient at a site, perhaps in one transition."""

    site: str
    patient: str
    transition_id: UUID | None = None
    name: str = ""
    mrns: tuple[str, ...] = ()
    """The present one and former ones."""

    def named_in(self, words: str) -> bool:
        """Whether these words have a part of the patient's name in them, or one of their MRNs."""
        said = words.casefold()
        parts = {part for part in _words(self.name) if len(part) >= _SHORTEST_NAME}
        mrns = [re.escape(mrn.casefold()) for mrn in self.mrns if mrn]
        return not parts.isdisjoint(_words(said)) or any(
            re.search(rf"(?<!\w){mrn}(?!\w)", said) for mrn in mrns
        )


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


@dataclass(frozen=True, slots=True)
class Ties:
    """What ties one person to some patients."""

    transitions: frozenset[UUID] = frozenset()
    """Those in which they own a task or worked on one."""
    patients: frozenset[str] = frozenset()
    """The keys of the patients of these transitions."""
    broken: Mapping[str, str] = field(default_factory=dict[str, str])
    """For whom they broke the glass, and why, where that still stands."""

    def assigned_to(self, about: About) -> bool:
        """Whether it is of their work; visits and notices are their patient's."""
        if about.transition_id is None:
            return about.patient in self.patients
        return about.transition_id in self.transitions


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether someone sees a patient, and what has to be said about it."""

    allowed: bool
    alert: bool = False
    """Whether somebody has to look into it."""
    reason: str = ""
    """Why the glass was broken, where that is what lets them see."""

    @property
    def breaks_glass(self) -> bool:
        """Whether this is what breaks the glass, not what goes on behind it."""
        return self.allowed and self.alert


def decide(
    person: Person, access: Access, *, assigned: bool, reason: str = "", broken_for: str = ""
) -> Verdict:
    """Whether they see the patient.

    `reason` is what they say now, `broken_for` what they said when they broke the glass and that
    still stands. A system acts for many and is assigned to nobody: its site lets it in or does not.
    """
    if person.may_see and (access is Access.TEAM or assigned or person.role in _SYSTEMS):
        return Verdict(allowed=True)
    if person.may_see and broken_for:
        return Verdict(allowed=True, reason=broken_for)
    said = reason.strip()
    explained = person.may_see and any(sign.isalnum() for sign in said)
    return Verdict(allowed=explained, alert=True, reason=said if explained else "")
