"""Writes every event down that passes through any topic, readable or not."""

from collections import Counter as Tally
from collections.abc import Sequence

from prometheus_client import Counter

from care_chassis.consumption import Delivery
from flow_monitor.domain.entries import Entry
from flow_monitor.ports import Journal

_ENTRIES = Counter("care_flow_monitor_entries_total", "Records written down.", ["topic", "outcome"])


class KeepJournal:
    """Keeps the journal."""

    def __init__(self, *, journal: Journal) -> None:
        self._journal = journal

    async def keep(self, deliveries: Sequence[Delivery[Entry]]) -> None:
        """Write a batch down; a record that comes again is known by its position."""
        entries = [delivery.body for delivery in deliveries]
        await self._journal.append(entries)
        tally = Tally((entry.position.topic, _countable(entry)) for entry in entries)
        for (topic, outcome), count in tally.items():
            _ENTRIES.labels(topic, outcome).inc(count)


def _countable(entry: Entry) -> str:
    """Dead and unreadable records are counted apart; other outcomes are no metric's business."""
    return entry.facts.outcome if entry.facts.outcome in ("dead", "unreadable") else "read"
