"""What was said of each visit: a number and the person, whatever numbers of theirs were named.

What a hospital calls by one number is one visit only if it is one person's. What was said before a
visit, an account or a patient was moved goes along; what is said of the number afterwards does not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from transition_orchestrator.domain.encounter import (
    ABOUT_NUMBERS,
    CONTINUES_AS,
    OWNER,
    Encounter,
)
from transition_orchestrator.domain.merging import (
    MOVED_TO,
    PURGED,
    Stamp,
    Statement,
    Timeline,
    text_of,
    together,
)
from transition_orchestrator.domain.messages import PatientKey, VisitKey, VisitNumber
from transition_orchestrator.domain.owners import Persons

Encounters = Mapping[VisitNumber, Encounter]


_OF_ONE_NUMBER = frozenset({CONTINUES_AS, PURGED})
"""Said of a number, not of the visit that goes on under another."""
_EVER = Stamp(datetime.min.replace(tzinfo=UTC), "")


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was said under one number of one person."""

    encounter: Encounter
    numbers: frozenset[VisitNumber]
    """As it was spoken of; one under which another visit was spoken of later is that one's."""
    visits: frozenset[str]
    """Its number, and those from which it was moved to that."""


class Belonging:
    """Whose a visit is, and under which number, by the merges and moves of what was named."""

    def __init__(self, persons: Persons, encounters: Encounters) -> None:
        self._persons = persons
        self._encounters = encounters
        self._moves = {
            number: list(_moves_of(encounter))
            for number, encounter in encounters.items()
            if MOVED_TO in encounter.facts
        }
        self._stand_still = not (self._moves or persons.have_moves)

    def now(self, number: VisitNumber, since: Stamp = _EVER) -> VisitNumber:
        """Where belongs what was said under a number; moves count from an instant on."""
        known = self._encounters.get(number)
        account = text_of(known.facts, "account_number") if known else ""
        while True:
            moves = () if self._stand_still else self._moves_after(since, number, account)
            if moves:
                since, number = min(moves)
            elif merge := self._persons.merge_of(number.patient_key):
                number, since = number._replace(patient_key=merge[0]), max(since, merge[1])
            else:
                return number

    def _moves_after(
        self, since: Stamp, number: VisitNumber, account: str
    ) -> list[tuple[Stamp, VisitNumber]]:
        moves = [
            (stamp, number._replace(patient_key=owner))
            for stamp, owner in self._persons.moves_of(number.patient_key, account)
        ]
        return [one for one in (*moves, *self._moves.get(number, ())) if one[0] > since]

    def parts_of(self, encounter: Encounter) -> Mapping[VisitNumber, Encounter]:
        """What was said under a number, by where it belongs; what was said last comes last."""
        if self._stand_still:
            said = encounter.facts or encounter.moments
            return {self.now(encounter.number): encounter} if said else {}
        places = {at: self.now(encounter.number, at) for at in sorted(_stamps_of(encounter))}
        last = {place: at for at, place in places.items()}
        return {
            place: _at(encounter, frozenset(at for at, other in places.items() if other == place))
            for place in sorted(last, key=lambda one: last[one])
        }


def evidence_of(belonging: Belonging, encounters: Encounters) -> dict[VisitNumber, Evidence]:
    """All that was said under visit numbers, by the visit."""
    said: defaultdict[VisitNumber, list[Encounter]] = defaultdict(list)
    numbers: defaultdict[VisitNumber, set[VisitNumber]] = defaultdict(set)
    for number, encounter in encounters.items():
        parts = belonging.parts_of(encounter)
        for place, part in parts.items():
            said[place].append(part)
        spoken_of = [place for place, part in parts.items() if OWNER in part.facts]
        numbers[[belonging.now(number), *spoken_of][-1]].add(number)
    names = {number.visit_key: encounter.visit for number, encounter in encounters.items()}
    found: dict[VisitNumber, Evidence] = {}
    for place, parts in sorted(said.items()):
        encounter = _as_one(place, names[place.visit_key], parts)
        visits = frozenset({encounter.visit, *(part.visit for part in parts)})
        found[place] = Evidence(encounter, frozenset(numbers[place]), visits)
    return found


def united(now: Encounter, priors: Iterable[Encounter]) -> Encounter:
    """The visit with what was said of it under other numbers."""
    facts, moments = [now.facts], {one.stamp: one for one in now.moments}
    for prior in priors:
        kept = prior.visit_key == now.visit_key
        facts.append(
            {name: one for name, one in prior.facts.items() if kept or name not in _OF_ONE_NUMBER}
        )
        moments.update((one.stamp, one) for one in prior.moments)
    return replace(
        now,
        facts=together(facts),
        moments=tuple(moments[stamp] for stamp in sorted(moments)),
    )


def _as_one(number: VisitNumber, visit: str, parts: Sequence[Encounter]) -> Encounter:
    first = parts[0]
    if len(parts) == 1 and first.number == number:
        return first
    return united(Encounter(*number, visit=visit, site=first.site), parts)


def _moves_of(encounter: Encounter) -> Iterator[tuple[Stamp, VisitNumber]]:
    for one in encounter.facts[MOVED_TO].statements:
        if isinstance(one.value, list):
            visit, owner = map(str, one.value)
            yield one.stamp, VisitNumber(VisitKey(visit), PatientKey(owner))


def _stamps_of(encounter: Encounter) -> set[Stamp]:
    said = {one.stamp for said in encounter.facts.values() for one in said.statements}
    return said | {one.stamp for one in encounter.moments}


def _at(encounter: Encounter, stamps: frozenset[Stamp]) -> Encounter:
    """What was said of a visit at some instants, the last of which was when it was spoken of."""
    part = encounter.said_at(stamps.__contains__)
    told = [one.stamp for one in part.moments]
    told += [
        said.statements[-1].stamp for name, said in part.facts.items() if name not in ABOUT_NUMBERS
    ]
    if OWNER in part.facts or not told:
        return part
    said = Timeline((Statement(encounter.patient_key, max(told)),))
    return replace(part, facts={**part.facts, OWNER: said})
