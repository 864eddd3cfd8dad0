"""Which numbers mean the same visit, and whose it is: merges, moves and changes of numbers.

Everything follows from the set of what was said. So a merge may come before what it merges, and a
visit that is moved takes its follow-up with it, whatever order the messages arrive in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
from transition_orchestrator.domain.merging import (
    NEVER_SAID,
    PURGED,
    Stamp,
    Timeline,
    text_of,
    together,
)
from transition_orchestrator.domain.messages import PatientKey, VisitKey
from transition_orchestrator.domain.owners import Persons, without_circles
from transition_orchestrator.domain.person_records import AccountChange

_OF_ONE_NUMBER = frozenset({CONTINUES_AS, PURGED})
"""Said of a number, not of the visit that goes on under another."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, under whatever numbers it was spoken of."""

    encounter: Encounter
    """All that was said of it, under the number that it goes by now."""
    owner: PatientKey
    """The number that now stands for the person."""
    aliases: tuple[VisitKey, ...]
    former_visits: tuple[str, ...]
    merged_away: tuple[Encounter, ...]
    """Visits that had ended by themselves before they were merged into this one."""
    accounts: frozenset[str]
    is_purged: bool
    """Whether the hospital deleted its record, and has not spoken of the visit since."""


class _Link(NamedTuple):
    """That one visit number goes on as another."""

    stamp: Stamp
    prior: VisitKey
    into: VisitKey
    how: Continuation


def visits_of(persons: Persons, encounters: Mapping[VisitKey, Encounter]) -> list[Visit]:
    """The visits behind all visit numbers; one of which nothing is known but its number is none."""
    links = {
        link.prior: link
        for link in chain(sorted(_from_accounts(persons, encounters)), _said(encounters))
        if link.into in encounters
    }
    into = without_circles((one.stamp, one.prior, one.into) for one in links.values())
    gathering = _Gathering(encounters, [links[prior] for prior in into])
    return [
        _visit(persons, encounters, gathering, key)
        for key in sorted(encounters.keys() - into.keys())
        if OWNER in gathering.evidence[key].facts and gathering.evidence[key].is_known
    ]


def _visit(
    persons: Persons,
    encounters: Mapping[VisitKey, Encounter],
    gathering: "_Gathering",
    key: VisitKey,
) -> Visit:
    encounter, aliases = gathering.evidence[key], gathering.aliases[key]
    said = encounter.facts[OWNER].statements[-1]
    number = PatientKey(str(said.value))
    purge = encounters[key].facts.get(PURGED, NEVER_SAID).newest
    own = encounters[key].visit
    return Visit(
        encounter=encounter,
        owner=persons.owner_of(encounter.facts),
        aliases=tuple(sorted(aliases)),
        former_visits=tuple(sorted({encounters[one].visit for one in aliases} - {own})),
        merged_away=tuple(gathering.merged_away[key]),
        accounts=persons.accounts_of(number, text_of(encounter.facts, "account_number")),
        is_purged=(purge is not None and purge.stamp > said.stamp)
        or persons.purged_after(number, said.stamp),
    )


def _said(encounters: Mapping[VisitKey, Encounter]) -> Iterator[_Link]:
    for key, encounter in encounters.items():
        newest = encounter.facts.get(CONTINUES_AS, NEVER_SAID).newest
        if newest and isinstance(newest.value, list):
            target, how = newest.value
            yield _Link(newest.stamp, key, VisitKey(str(target)), Continuation(str(how)))


def _from_accounts(persons: Persons, encounters: Mapping[VisitKey, Encounter]) -> Iterator[_Link]:
    """Links that follow from accounts: a hospital may number visits by them, or name only them."""
    for number, change in persons.account_changes():
        mine = [
            one
            for one in encounters.values()
            if (owner := text_of(one.facts, OWNER))
            and persons.survivors[PatientKey(owner)] == persons.survivors[number]
        ]
        of_account = [one for one in mine if text_of(one.facts, "account_number") == change.account]
        if change.visit:
            prior = _under_way(of_account, change)
            if prior:
                yield _Link(change.stamp, prior.visit_key, change.visit, change.how)
        else:
            yield from _numbered_by_account(of_account, encounters.values(), change)


def _under_way(candidates: Iterable[Encounter], change: AccountChange) -> Encounter | None:
    """The visit that was under way in the account when its kind and number changed."""
    at = change.stamp.recorded_at
    begun = [
        (began, one.visit_key, one)
        for one in candidates
        if one.visit_key != change.visit
        and (began := one.admitted_at)
        and began <= at
        and not _had_ended(one, at)
    ]
    return max(begun, key=lambda one: one[:2])[2] if begun else None


def _numbered_by_account(
    priors: Iterable[Encounter], encounters: Iterable[Encounter], change: AccountChange
) -> Iterator[_Link]:
    into = min((one.visit_key for one in encounters if one.visit == change.into), default=None)
    for prior in priors:
        if into and prior.visit == change.account and prior.visit_key != into:
            yield _Link(change.stamp, prior.visit_key, into, change.how)


def _had_ended(encounter: Encounter, at: datetime) -> bool:
    before = (moment for moment in encounter.moments if moment.recorded_at < at)
    return course_of(before).standing is not None


class _Gathering:
    """Gathers what was said under numbers that go on as others, the last number last."""

    def __init__(self, encounters: Mapping[VisitKey, Encounter], links: Iterable[_Link]) -> None:
        self.evidence = dict(encounters)
        self.aliases: dict[VisitKey, set[VisitKey]] = {key: set() for key in encounters}
        self.merged_away: dict[VisitKey, list[Encounter]] = {key: [] for key in encounters}
        for link in _deepest_first(links):
            self._add(link)

    def _add(self, link: _Link) -> None:
        prior, now = self.evidence[link.prior], self.evidence[link.into]
        self.aliases[link.into] |= self.aliases[link.prior] | {link.prior}
        self.merged_away[link.into] += self.merged_away[link.prior]
        at = link.stamp.recorded_at
        if link.how is Continuation.CLASS_CHANGED:
            prior = _until(prior, at)
        if link.how is Continuation.MERGED and _had_ended(prior, at) and _had_ended(now, at):
            self.merged_away[link.into].append(prior)
            return
        self.evidence[link.into] = _united(now, prior)


def _deepest_first(links: Iterable[_Link]) -> list[_Link]:
    """Links in such an order that what leads to a number comes before what leads on from it."""
    by_prior = {link.prior: link for link in links}

    def steps(link: _Link) -> int:
        count = 0
        while link.into in by_prior:
            link, count = by_prior[link.into], count + 1
        return count

    return sorted(by_prior.values(), key=lambda one: (-steps(one), one.stamp, one.prior))


def _until(encounter: Encounter, at: datetime) -> Encounter:
    """What was said of a visit before it went on under another number.

    What a hospital says of the old number later only ties up its books.
    """
    facts = {
        name: Timeline(kept)
        for name, said in encounter.facts.items()
        if (kept := tuple(one for one in said.statements if one.stamp.recorded_at < at))
    }
    moments = tuple(one for one in encounter.moments if one.recorded_at < at)
    return replace(encounter, facts=facts, moments=moments)


def _united(now: Encounter, prior: Encounter) -> Encounter:
    """The visit with what was said of it under an earlier number."""
    said = {name: one for name, one in prior.facts.items() if name not in _OF_ONE_NUMBER}
    moments = {one.stamp: one for one in (*prior.moments, *now.moments)}
    return replace(
        now,
        facts=together([now.facts, said]),
        moments=tuple(moments[stamp] for stamp in sorted(moments)),
    )
