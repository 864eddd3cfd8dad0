"""Nothing of a sealed chain can be changed, taken out, put in or moved without being seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from worklist.domain.audit import NOTHING_SEALED, AuditEntry, Sealed, first_broken, seal
from worklist.domain.people import Person, Source

words = st.text(max_size=6)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone
people = st.builds(Person, words, words, words, st.sampled_from(list(Source)))
entries = st.builds(
    AuditEntry,
    at=instants,
    person=people,
    action=words,
    allowed=st.booleans(),
    alert=st.booleans(),
    patients=st.lists(words, max_size=3).map(tuple),
    transition_id=st.none() | st.integers(0, 9).map(lambda number: UUID(int=number)),
    task_id=st.none() | st.integers(0, 9).map(lambda number: UUID(int=number)),
    searched_by=st.lists(words, max_size=3).map(tuple),
    reason=words,
    open_until=st.none() | instants,
)
chains = st.lists(entries, min_size=1, max_size=6)


def chained(said: list[AuditEntry]) -> list[Sealed]:
    position, last = NOTHING_SEALED
    chain: list[Sealed] = []
    for entry in said:
        position, last = position + 1, seal(last, entry)
        chain.append(Sealed(position, last, entry))
    return chain


@given(chains, st.data())
def test_an_entry_that_says_something_else_is_found(
    said: list[AuditEntry], data: st.DataObject
) -> None:
    chain = chained(said)
    assert first_broken(NOTHING_SEALED, chain) is None
    place = data.draw(st.integers(0, len(chain) - 1))
    other = data.draw(entries.filter(lambda one: one != said[place]))
    chain[place] = replace(chain[place], entry=other)
    assert first_broken(NOTHING_SEALED, chain) == place + 1


@given(chains, st.data())
def test_an_entry_that_is_gone_is_found_where_it_stood(
    said: list[AuditEntry], data: st.DataObject
) -> None:
    chain = chained([*said, said[0]])
    place = data.draw(st.integers(0, len(said) - 1))
    assert first_broken(NOTHING_SEALED, chain[:place] + chain[place + 1 :]) == place + 1


@given(chains, st.data())
def test_a_chain_is_checked_in_stretches(said: list[AuditEntry], data: st.DataObject) -> None:
    chain = chained(said)
    cut = data.draw(st.integers(1, len(chain)))
    before = (chain[cut - 1].position, chain[cut - 1].seal)
    assert first_broken(NOTHING_SEALED, chain[:cut]) is None
    assert first_broken(before, chain[cut:]) is None


@given(entries)
def test_the_zone_that_an_instant_is_told_in_changes_no_seal(entry: AuditEntry) -> None:
    elsewhere = replace(entry, at=entry.at.astimezone(ZoneInfo("Asia/Kathmandu")))
    assert seal(b"", entry) == seal(b"", elsewhere)
    assert seal(b"", entry) != seal(b"", replace(entry, at=entry.at + timedelta(microseconds=1)))
