"""Says what a MDM message means: a document of a patient came to be, changed or was taken back."""

from collections.abc import Iterator, Mapping
from typing import Final

from adt_ingest.domain.facts import Facts, component
from adt_ingest.domain.reader import Segment
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.statements import Reading, Statement, Words, put

CREATED: Final = "document.created"
STATUS_CHANGED: Final = "document.status_changed"
ADDENDED: Final = "document.addended"
EDITED: Final = "document.edited"
REPLACED: Final = "document.replaced"
CANCELLED: Final = "document.cancelled"

KINDS: Final[Mapping[str, str]] = {
    "T01": CREATED,
    "T02": CREATED,
    "T03": STATUS_CHANGED,
    "T04": STATUS_CHANGED,
    "T05": ADDENDED,
    "T06": ADDENDED,
    "T07": EDITED,
    "T08": EDITED,
    "T09": REPLACED,
    "T10": REPLACED,
    "T11": CANCELLED,
}

_STATUSES: Final = {
    "AV": "current",
    "OB": "superseded",
    "UN": "unavailable",
    "CA": "entered_in_error",
}
"""Table 0273"""

_COMPLETIONS: Final = {
    "DI": "dictated",
    "DO": "documented",
    "IN": "incomplete",
    "IP": "in_progress",
    "PA": "pre_authenticated",
    "AU": "authenticated",
    "LA": "legally_authenticated",
}
"""Table 0271"""


def tell(reading: Reading) -> Iterator[Statement]:
    """The document. Raises Refusal where no number names it."""
    txa, words = reading.required("TXA", "document"), reading.words()
    number = words.number(txa.components(12))
    if number is None:
        raise Refusal(Problem.REQUIRED_FIELD, "No number names the document", "TXA-12")
    kind = KINDS[reading.trigger]
    body: Facts = {"number": number, "status": _status(kind, txa)}
    for name, place in (("parent_number", 13), ("placer_order", 14), ("filler_order", 15)):
        put(body, name, words.number(txa.components(place)))
    _description(body, txa, words)
    _authorship(body, txa, words)
    length = sum(len(obx.raw(5)) for obx in reading.part.every("OBX"))
    put(body, "content_characters", length or None)
    yield reading.statement(kind, body, words)


def _status(kind: str, txa: Segment) -> str:
    if kind == CANCELLED:
        return "entered_in_error"
    return _STATUSES.get(txa.value(19).strip().upper(), "current")


def _description(body: Facts, txa: Segment, words: Words) -> None:
    put(body, "kind", words.coded(txa.components(2)))
    put(body, "title", words.text(txa.value(25)))
    put(body, "completion_as_sent", words.text(txa.value(17)))
    put(body, "completion", _COMPLETIONS.get(txa.value(17).strip().upper()))
    put(body, "confidentiality", words.text(txa.value(18)))


def _authorship(body: Facts, txa: Segment, words: Words) -> None:
    """Who wrote and who signed it, and when; a signature (TXA-22) is a person with a time."""
    signatures = txa.repetitions(22)
    authors = (txa.components(9), txa.components(5))
    signers = (*reversed(signatures), txa.components(10))
    put(body, "author", next(filter(None, map(words.practitioner, authors)), None))
    put(body, "authenticator", next(filter(None, map(words.practitioner, signers)), None))
    put(body, "active_at", words.instant(txa.value(4)))
    put(body, "originated_at", words.instant(txa.value(6)))
    put(body, "edited_at", words.newest(component(parts, 1) for parts in txa.repetitions(8)))
    put(body, "authenticated_at", words.newest(component(parts, 15) for parts in signatures))
