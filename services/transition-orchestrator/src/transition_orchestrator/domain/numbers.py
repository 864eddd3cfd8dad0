"""Which numbers mean the same visit, and whose it is: merges, moves and changes of numbers.

Everything follows from the set of what was said. So a merge may come before what it merges, and a
visit that is moved takes its follow-up with it, whatever order the messages arrive in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from transition_orchestrator.domain.course import course_of
from transition_orchestrator.domain.encounter import (
    CONTINUES_AS,
    OWNER,
    Continuation,
    Encounter,
)
from transition_orchestrator.domain.evidence import (
    Belonging,
    Encounters,
    Evidence,
    evidence_of,
    united,
)
from transition_orchestrator.domain.merging import NEVER_SAID, PURGED, Stamp, text_of
from transition_orchestrator.domain.messages import PatientKey, VisitKey, VisitNumber
from transition_orchestrator.domain.owners import Persons, without_circles
from transition_orchestrator.domain.person_records import AccountChange


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, under whatever numbers it was spoken of."""

    encounter: Encounter
    """All that was said of it, under the number that it and its patient go by now."""
    aliases: tuple[VisitNumber, ...]
    former_visits: tuple[str, ...]
    merged_away: tuple[Encounter, ...]
    """Visits that had ended by themselves before they were merged into this one."""
    accounts: frozenset[str]
    is_purged: bool
    """Whether the hospital deleted its record, and has not spoken of the visit since."""

    @property
    def owner(self) -> PatientKey:
        """The number that now stands for the person."""
        return self.encounter.patient_key


class _Link(NamedTuple):
    """That one visit number goes on as another."""

    stamp: Stamp
    prior: VisitNumber
    into: VisitNumber
    how: Continuation


def visits_of(persons: Persons, encounters: Encounters) -> list[Visit]:
    """The visits behind all visit numbers; one of which nothing is known but its number is none."""
    belonging = Belonging(persons, encounters)
    evidence = evidence_of(belonging, encounters)
    known = {number: one.encounter for number, one in evidence.items()}
    links = _links(persons, belonging, known)
    into = without_circles((one.stamp, one.prior, one.into) for one in links.values())
    gathering = _Gathering(evidence, [links[prior] for prior in into])
    return [
        _visit(persons, known, gathering, number)
        for number in sorted(known.keys() - into.keys())
        if OWNER in gathering.evidence[number].facts and gathering.evidence[number].is_known
    ]


def _visit(
    persons: Persons, known: Encounters, gathering: "_Gathering", number: VisitNumber
) -> Visit:
    encounter = gathering.evidence[number]
    said = encounter.facts[OWNER].statements[-1]
    spoken_of = PatientKey(str(said.value))
    purge = known[number].facts.get(PURGED, NEVER_SAID).newest
    return Visit(
        encounter=encounter,
        aliases=tuple(sorted(gathering.numbers[number] - {number})),
        former_visits=tuple(sorted(gathering.visits[number] - {encounter.visit})),
        merged_away=tuple(gathering.merged_away[number]),
        accounts=persons.accounts_of(spoken_of, text_of(encounter.facts, "account_number")),
        is_purged=(purge is not None and purge.stamp > said.stamp)
        or persons.purged_after(spoken_of, said.stamp),
    )


def _links(persons: Persons, belonging: Belonging, known: Encounters) -> dict[VisitNumber, _Link]:
    """How numbers go on as others, at most one for each: what was said of it, else its account."""
    accounts = _from_accounts(persons, belonging, known)
    return {
        link.prior: link
        for link in chain(sorted(accounts), sorted(_said(belonging, known)))
        if link.into in known and link.into != link.prior
    }


def _said(belonging: Belonging, known: Encounters) -> Iterator[_Link]:
    for number, encounter in known.items():
        newest = encounter.facts.get(CONTINUES_AS, NEVER_SAID).newest
        if newest and isinstance(newest.value, list):
            visit, owner, how = map(str, newest.value)
            into = VisitNumber(VisitKey(visit), PatientKey(owner))
            yield _Link(newest.stamp, number, belonging.now(into, newest.stamp), Continuation(how))


def _from_accounts(persons: Persons, belonging: Belonging, known: Encounters) -> Iterator[_Link]:
    """Links that follow from accounts: a hospital may number visits by them, or name only them."""
    for number, change in persons.account_changes():
        of_account = [
            one
            for one in known.values()
            if (owner := text_of(one.facts, OWNER))
            and persons.survivors[PatientKey(owner)] == persons.survivors[number]
            and text_of(one.facts, "account_number") == change.account
        ]
        if change.visit:
            into = belonging.now(change.visit, change.stamp)
            prior = _under_way([one for one in of_account if one.number != into], change)
            if prior:
                yield _Link(change.stamp, prior.number, into, change.how)
        else:
            yield from _numbered_by_account(of_account, known.values(), change)


def _under_way(candidates: Iterable[Encounter], change: AccountChange) -> Encounter | None:
    """The visit that was under way in the account when its kind and number changed."""
    at = change.stamp.recorded_at
    begun = [
        (began, one.number, one)
        for one in candidates
        if (began := one.admitted_at) and began <= at and not _had_ended(one, at)
    ]
    return max(begun, key=lambda one: one[:2])[2] if begun else None


def _numbered_by_account(
    priors: Iterable[Encounter], known: Iterable[Encounter], change: AccountChange
) -> Iterator[_Link]:
    into = {one.patient_key: one.number for one in known if one.visit == change.into}
    for prior in priors:
        if prior.visit == change.account and prior.patient_key in into:
            yield _Link(change.stamp, prior.number, into[prior.patient_key], change.how)


def _had_ended(encounter: Encounter, at: datetime) -> bool:
    before = (moment for moment in encounter.moments if moment.recorded_at < at)
    return course_of(before).standing is not None


class _Gathering:
    """Gathers what was said under numbers that go on as others, the last number last."""

    def __init__(self, evidence: Mapping[VisitNumber, Evidence], links: Iterable[_Link]) -> None:
        self.evidence = {number: one.encounter for number, one in evidence.items()}
        self.numbers = {number: one.numbers for number, one in evidence.items()}
        self.visits = {number: one.visits for number, one in evidence.items()}
        self.merged_away: dict[VisitNumber, list[Encounter]] = {key: [] for key in evidence}
        for link in _deepest_first(links):
            self._add(link)

    def _add(self, link: _Link) -> None:
        prior, now = self.evidence[link.prior], self.evidence[link.into]
        self.numbers[link.into] |= self.numbers[link.prior]
        self.visits[link.into] |= self.visits[link.prior]
        self.merged_away[link.into] += self.merged_away[link.prior]
        at = link.stamp.recorded_at
        if link.how is Continuation.CLASS_CHANGED:
            # What a hospital says of the old number later only ties up its books.
            prior = prior.said_at(lambda stamp: stamp.recorded_at < at)
        if link.how is Continuation.MERGED and _had_ended(prior, at) and _had_ended(now, at):
            self.merged_away[link.into].append(prior)
            return
        self.evidence[link.into] = united(now, [prior])


def _deepest_first(links: Iterable[_Link]) -> list[_Link]:
    """Links in such an order that what leads to a number comes before what leads on from it."""
    by_prior = {link.prior: link for link in links}

    def steps(link: _Link) -> int:
        count = 0
        while link.into in by_prior:
            link, count = by_prior[link.into], count + 1
        return count

    return sorted(by_prior.values(), key=lambda one: (-steps(one), one.stamp, one.prior))
