"""What one event says that matters to notices."""

from dataclasses import dataclass

from notifier.domain.facts import PersonFacts, StayFacts
from notifier.domain.visits import Moment


@dataclass(frozen=True, slots=True)
class VisitNews:
    """What it says of a visit."""

    visit_key: str
    said_of: str
    """Under which key of the patient."""
    site: str
    facts: StayFacts
    moment: Moment | None


@dataclass(frozen=True, slots=True)
class News:
    """What it says of a person, of a visit of theirs, and of who was merged into them."""

    patient_key: str
    facts: PersonFacts
    prior_key: str | None = None
    visit: VisitNews | None = None
