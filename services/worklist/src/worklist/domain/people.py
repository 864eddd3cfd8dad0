"""Who is at work, and which roles may see or do follow-up work."""

from dataclasses import dataclass
from enum import StrEnum

_AUDITING = frozenset({"ops", "admin"})
_WORKING = frozenset({"nurse", "pharmacist", "coordinator"})
_SEEING = _WORKING | {"provider", "integration"}
_COUNTING = _SEEING | {"ops"}


class Source(StrEnum):
    """Where somebody asks from."""

    API = "api"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone, or some system, with the role they act in."""

    subject: str
    name: str
    role: str
    source: Source = Source.API

    @property
    def may_work(self) -> bool:
        """Whether the role does follow-up work: the care team's own."""
        return self.role in _WORKING

    @property
    def may_see(self) -> bool:
        """Whether the role sees patients; operating or administering the system is no reason to."""
        return self.role in _SEEING

    @property
    def may_count(self) -> bool:
        """Whether the role reads measures: numbers and opaque ids, with nobody's name in them."""
        return self.role in _COUNTING

    @property
    def may_audit(self) -> bool:
        """Whether the role reads who saw whom: not those who see."""
        return self.role in _AUDITING
