"""A journal in memory, and entries for tests: keyword-only, with sensible defaults."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flow_monitor.domain.entries import Entry, Facts, Position, Sighting
from flow_monitor.domain.journeys import IdKind
from flow_monitor.ports import MessageFilter, TopicCount

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
RECEIVED = "hl7.received.v1"
_OPEN = ("active", "provisional")


def entry(
    topic: str = "encounters.v1",
    *,
    offset: int = 0,
    after: float = 0.0,
    type: str = "",  # noqa: A002 - the word of the envelope
    event_id: str = "",
    correlation_id: str = "c1",
    payload: bytes = b"{}",
    **facts: Any,
) -> Entry:
    """One entry, stored `after` seconds past noon."""
    stored_at = NOON + timedelta(seconds=after)
    return Entry(
        position=Position(stored_at, topic, 0, offset),
        type=type or ("hl7.received" if topic == RECEIVED else topic),
        event_id=event_id or f"{topic}-{offset}",
        correlation_id=correlation_id,
        occurred_at=stored_at,
        facts=Facts(**facts),
        key="key",
        headers={"ce_type": type},
        digest=f"digest-{offset}",
        payload=payload,
    )


class FakeJournal:
    """Keeps, searches and lists in memory what the store does in PostgreSQL."""

    def __init__(self) -> None:
        self.entries: dict[Position, Entry] = {}
        self.counts_so_far: Counter[tuple[str, str, str]] = Counter()

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self.counts_so_far.clear()

    async def append(self, entries: Sequence[Entry]) -> int:
        added = 0
        for one in entries:
            if one.position not in self.entries:
                self.entries[one.position] = one
                facts = one.facts
                self.counts_so_far[one.position.topic, facts.site, facts.outcome] += 1
                added += 1
        return added

    async def correlations_of(self, kind: IdKind, value: str, site: str) -> set[str]:
        everything = self.entries.values() if value else ()
        found = [one for one in everything if self._fits(one, kind, value, site)]
        return {one.correlation_id for one in found} - {""}

    def _fits(self, one: Entry, kind: IdKind, value: str, site: str) -> bool:
        facts = one.facts
        match kind:
            case IdKind.MRN:
                return bool(facts.patient_key) and facts.patient_key in self._person(value, site)
            case IdKind.EVENT_ID | IdKind.CORRELATION_ID:
                return getattr(one, kind) == value and site in ("", facts.site)
            case IdKind.CONTROL_ID | IdKind.VISIT | IdKind.TRANSITION_ID:
                return getattr(facts, kind) == value and site in ("", facts.site)

    def _person(self, mrn: str, site: str) -> set[str]:
        facts = [one.facts for one in self.entries.values()]
        here = [fact for fact in facts if site in ("", fact.site)]
        keys = {fact.patient_key for fact in here if fact.mrn == mrn}
        keys |= {fact.prior_patient_key for fact in here if fact.prior_mrn == mrn}
        merged = [(one.patient_key, one.prior_patient_key) for one in facts]
        merged = [pair for pair in merged if all(pair)]
        while more := {key for pair in merged if keys & set(pair) for key in pair} - keys:
            keys |= more
        return keys

    async def stations(self, correlations: Collection[str], most: int) -> list[Sighting]:
        mine = [one for one in self._ordered() if one.correlation_id in correlations]
        transitions = {one.facts.transition_id for one in mine} - {""}
        found = [
            one
            for one in self._ordered()
            if one.correlation_id in correlations or one.facts.transition_id in transitions
        ]
        return [sighting_of(one) for one in found[:most]]

    async def messages(self, wanted: MessageFilter) -> list[Sighting]:
        found = [
            one
            for one in reversed(self._ordered())
            if one.position.topic == RECEIVED
            and wanted.verdict in ("", one.facts.outcome)
            and wanted.site in ("", one.facts.site)
            and wanted.control_id in ("", one.facts.control_id)
            and (wanted.since is None or one.position.stored_at >= wanted.since)
            and (wanted.before is None or one.position < wanted.before)
        ]
        return [sighting_of(one) for one in found[: wanted.most]]

    async def effects(self, correlations: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        distinct = {
            (one.correlation_id, one.type, one.event_id)
            for one in self.entries.values()
            if one.correlation_id in correlations
            and one.position.topic != RECEIVED
            and one.facts.outcome != "dead"
        }
        effects: dict[str, dict[str, int]] = {}
        for correlation_id, kind, _ in distinct:
            counts = effects.setdefault(correlation_id, {})
            counts[kind] = counts.get(kind, 0) + 1
        return effects

    async def dead_letters(self, before: Position | None, most: int) -> list[Sighting]:
        found = [
            one
            for one in reversed(self._ordered())
            if one.facts.outcome == "dead" and (before is None or one.position < before)
        ]
        return [sighting_of(one) for one in found[:most]]

    async def counts(self) -> list[TopicCount]:
        return [
            TopicCount(topic, site, outcome, count, self._last(topic, site, outcome))
            for (topic, site, outcome), count in sorted(self.counts_so_far.items())
        ]

    def _last(self, topic: str, site: str, outcome: str) -> datetime:
        return max(
            one.position.stored_at
            for one in self.entries.values()
            if (one.position.topic, one.facts.site, one.facts.outcome) == (topic, site, outcome)
        )

    async def open_transitions(self) -> Mapping[str, int]:
        newest: dict[str, Facts] = {}
        for one in self.entries.values():
            facts = one.facts
            held = newest.get(facts.transition_id)
            if facts.version and (held is None or facts.version > held.version):
                newest[facts.transition_id] = facts
        return dict(Counter(facts.site for facts in newest.values() if facts.outcome in _OPEN))

    def _ordered(self) -> list[Entry]:
        return [self.entries[position] for position in sorted(self.entries)]


def sighting_of(one: Entry) -> Sighting:
    return Sighting(
        position=one.position,
        type=one.type,
        event_id=one.event_id,
        correlation_id=one.correlation_id,
        occurred_at=one.occurred_at,
        facts=Facts(**{name: getattr(one.facts, name) for name in _READ_BACK}),
        digest=one.digest,
    )


_READ_BACK = (
    "site", "control_id", "trigger", "outcome", "reason", "place", "answer", "detail",
    "patient_key", "mrn", "visit_key", "visit", "transition_id", "task_id",
)  # fmt: skip
