"""Whose a visit is, by the merges and moves of patients and accounts, and what counts of those."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from transition_orchestrator.domain.encounter import Continuation
from transition_orchestrator.domain.merging import MOVED_TO, NEVER_SAID, PURGED, Stamp
from transition_orchestrator.domain.messages import PatientKey
from transition_orchestrator.domain.person_records import (
    MERGED_INTO,
    AccountChange,
    Records,
    account_changes,
)

K = TypeVar("K", bound=Hashable)


def without_circles(links: Iterable[tuple[Stamp, K, K]]) -> dict[K, tuple[K, Stamp]]:
    """Of links from one thing to the next those that count: the newest, and no circle.

    Of several links of one thing the newest counts; where links form a circle the oldest of them is
    disregarded. Both follow from the set of links, not from the order of arrival.
    """
    into: dict[K, tuple[K, Stamp]] = {}
    for stamp, prior, target in sorted(links, key=lambda one: one[0], reverse=True):
        if prior not in into and end_of(target, into) != prior:
            into[prior] = (target, stamp)
    return into


def end_of(key: K, into: Mapping[K, tuple[K, Stamp]]) -> K:
    """Where the links from `key` end."""
    while key in into:
        key = into[key][0]
    return key


class Persons:
    """Whose things are, by the merges and moves of patients and accounts."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self._merges = _merges_of(records)
        self._accounts = {
            key: {one.account: one for one in account_changes(record)}
            for key, record in records.items()
        }

    @cached_property
    def survivors(self) -> Mapping[PatientKey, PatientKey]:
        """For every number, the one that now stands for the person."""
        return {key: end_of(key, self._merges) for key in self.records}

    def account_changes(self) -> Iterator[tuple[PatientKey, AccountChange]]:
        """What was said of accounts, with the number under which it was said."""
        for key, changes in self._accounts.items():
            for change in changes.values():
                yield key, change

    def accounts_of(self, number: PatientKey, account: str) -> frozenset[str]:
        """All numbers that mean the account of a person; none for none."""
        mine = self.survivors[number]
        known = [
            self._accounts[key] for key, survivor in self.survivors.items() if survivor == mine
        ]
        found: set[str] = set()
        while account and account not in found:
            found.add(account)
            changes = [one[account] for one in known if account in one]
            account = max(changes, key=lambda one: one.stamp).into if changes else ""
        return frozenset(found)

    def merged_accounts(self, survivor: PatientKey) -> list[tuple[Stamp, frozenset[str]]]:
        """The accounts of a person that came together in one, with when, the first first."""
        return sorted(
            (change.stamp, self.accounts_of(key, change.account) | {change.into})
            for key, change in self.account_changes()
            if change.how is Continuation.MERGED and self.survivors[key] == survivor
        )

    @cached_property
    def have_moves(self) -> bool:
        """Whether anything of anybody was said to be another person's."""
        return any(MOVED_TO in record.facts for record in self.records.values()) or any(
            change.owner for _, change in self.account_changes()
        )

    def merge_of(self, number: PatientKey) -> tuple[PatientKey, Stamp] | None:
        """The number that another was merged into, and when; a merge is for good."""
        return self._merges.get(number)

    def moves_of(self, number: PatientKey, account: str) -> Iterator[tuple[Stamp, PatientKey]]:
        """To whom what is kept under a number and an account was said to belong, and when."""
        for one in self.records[number].facts.get(MOVED_TO, NEVER_SAID).statements:
            yield one.stamp, PatientKey(str(one.value))
        mine = self._accounts[number]
        for name in self.accounts_of(number, account) & mine.keys():
            change = mine[name]
            if change.owner:
                yield change.stamp, change.owner

    def purged_after(self, number: PatientKey, stamp: Stamp) -> bool:
        purge = self.records[number].facts.get(PURGED, NEVER_SAID).newest
        return purge is not None and purge.stamp > stamp


def _merges_of(records: Records) -> dict[PatientKey, tuple[PatientKey, Stamp]]:
    """Every number that was merged into another, with that one and when it was said."""
    return without_circles(
        (newest.stamp, record.patient_key, PatientKey(str(newest.value)))
        for record in records.values()
        if (newest := record.facts.get(MERGED_INTO, NEVER_SAID).newest)
        and str(newest.value) in records
    )
