"""What one event is about: whose it is, which visit, and the other numbers that take part."""

from typing import Final, NamedTuple

from adt_ingest.domain.facts import Facts
from adt_ingest.domain.identifiers import Identifier


class References(NamedTuple):
    """The numbers a message speaks of besides those of its patient and visit."""

    prior_patient: Identifier | None = None
    prior_visit: Identifier | None = None
    prior_account: Identifier | None = None
    prior_identifier: Identifier | None = None
    """A number that names neither a patient, a visit nor an account here."""
    linked_patient: Identifier | None = None


NO_REFERENCES: Final = References()


class Subject(NamedTuple):
    """The kind of an event and the numbers it is about."""

    kind: str
    patient: Identifier
    visit: Identifier | None
    references: References
    visit_facts: Facts
