"""Says what a REF message means: a patient is referred to somebody, or no longer."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from adt_ingest.domain.facts import Facts, component, state, telephone
from adt_ingest.domain.reader import Message, Segment
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.statements import Reading, Statement, Words, put

REQUESTED: Final = "referral.requested"
MODIFIED: Final = "referral.modified"
CANCELLED: Final = "referral.cancelled"
STATUS_REQUESTED: Final = "referral.status_requested"

KINDS: Final[Mapping[str, str]] = {
    "I12": REQUESTED,
    "I13": MODIFIED,
    "I14": CANCELLED,
    "I15": STATUS_REQUESTED,
}

_STATUSES: Final = {"P": "pending", "A": "accepted", "R": "rejected", "E": "expired"}
"""Table 0283"""

_PRIORITIES: Final = {"S": "stat", "A": "asap", "R": "routine"}
"""Table 0280"""


def tell(reading: Reading) -> Iterator[Statement]:
    """The referral. Raises Refusal where no number names it."""
    rf1, words = reading.required("RF1", "referral"), reading.words()
    number = words.number(rf1.components(6))
    if number is None:
        raise Refusal(Problem.REQUIRED_FIELD, "No number names the referral", "RF1-6")
    body: Facts = {"number": number}
    put(body, "external_numbers", words.several(map(words.number, rf1.repetitions(11))))
    kind = KINDS[reading.trigger]
    facts: Facts = {}
    _standing(facts, kind, rf1, words)
    _wish(facts, rf1, words)
    _dates(facts, rf1, words)
    _around(facts, reading.message, words)
    body["facts"] = facts
    yield reading.statement(kind, body, words)


def _standing(facts: Facts, kind: str, rf1: Segment, words: Words) -> None:
    status, priority = rf1.value(1), rf1.value(2)
    state(facts, "status_as_sent", rf1.raw(1), words.text(status))
    state(facts, "priority_as_sent", rf1.raw(2), words.text(priority))
    state(facts, "priority", rf1.raw(2), _PRIORITIES.get(priority.strip().upper()))
    told = _STATUSES.get(status.strip().upper())
    if kind == CANCELLED:
        told = "cancelled"
    elif kind == REQUESTED and not status:
        told = "pending"
    state(facts, "status", "", told)


def _wish(facts: Facts, rf1: Segment, words: Words) -> None:
    """What is wanted, of which specialty, and why."""
    state(facts, "kind", rf1.raw(3), words.coded(rf1.components(3)))
    state(facts, "category", rf1.raw(5), words.text(rf1.value(5)))
    for name, number in (("dispositions", 4), ("reasons", 10)):
        found = words.several(map(words.coded, rf1.repetitions(number)))
        state(facts, name, rf1.raw(number), found or None)


def _dates(facts: Facts, rf1: Segment, words: Words) -> None:
    for name, number in (("effective_at", 7), ("expires_at", 8), ("processed_at", 9)):
        state(facts, name, rf1.raw(number), words.instant(rf1.value(number)))


def _around(facts: Facts, message: Message, words: Words) -> None:
    """What stands in segments of its own: providers, diagnoses, and what is to be done."""
    lists: dict[str, Iterable[Facts | None]] = {
        "providers": (_provider(prd, words) for prd in message.every("PRD")),
        "diagnoses": (_diagnosis(dg1, words) for dg1 in message.every("DG1")),
        "services": (words.coded(pr1.components(3)) for pr1 in message.every("PR1")),
    }
    for name, values in lists.items():
        state(facts, name, "", words.several(values) or None)


def _provider(prd: Segment, words: Words) -> Facts | None:
    found: Facts = {}
    roles = (words.text(component(parts, 1)) or None for parts in prd.repetitions(1))
    put(found, "roles", words.several(roles))
    person = [component(prd.components(7), 1), *prd.components(2)[:2]]
    put(found, "practitioner", words.practitioner(person))
    place = prd.components(4)
    named = prd.value(10) or component(place, 4) or component(place, 1)
    put(found, "organization", words.text(named))
    phones = (words.text(telephone(parts)) for parts in prd.repetitions(5))
    put(found, "phone", next(filter(None, phones), None))
    return found or None


def _diagnosis(dg1: Segment, words: Words) -> Facts | None:
    found = words.coded(dg1.components(3)) or {}
    put(found, "text", found.get("text") or words.text(dg1.value(4)))
    put(found, "system", found.get("system") or words.text(dg1.value(2)))
    if "code" not in found and "text" not in found:
        return None
    put(found, "kind", words.text(dg1.value(6)))
    return {"code": "", **found}
