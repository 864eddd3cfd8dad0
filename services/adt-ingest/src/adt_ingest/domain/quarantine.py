"""Knows which refused messages still wait for a person, from all that was received.

A message leaves the quarantine when one that repairs it was taken, or when its very bytes were
taken later, for example because its site is configured now. An attempt at a repair that was refused
as well stands in the place of what it repairs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

_QUARANTINED: Final = "quarantined"


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came, and what became of it."""

    event_id: str
    received_at: datetime
    verdict: str
    site: str
    control_id: str
    trigger: str
    answer: str
    reason: str
    place: str
    peer: str
    repairs: str
    """The event id of the refused message that this one is the repaired form of."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """A refused message, and how often it came."""

    received: Received
    """As it came last."""
    first_at: datetime
    times: int = 1


class Quarantine:
    """Takes what was received in any order; `ids_if_taken` names what bytes would be if taken."""

    def __init__(self, ids_if_taken: Callable[[bytes], frozenset[str]]) -> None:
        self._ids_if_taken = ids_if_taken
        self._held: dict[str, Held] = {}
        self._taken: set[str] = set()
        self._repaired: dict[str, str] = {}
        """By the id of a refused message, the id of the taken one that repairs it."""
        self._attempts: dict[str, set[str]] = {}
        """By the id of a refused message, those of the refused ones that were to repair it."""

    def take(self, received: Received) -> None:
        """Note one message."""
        repairs = received.repairs if received.repairs != received.event_id else ""
        if received.verdict != _QUARANTINED:
            self._taken.add(received.event_id)
            if repairs:
                self._repaired[repairs] = received.event_id
            return
        if repairs:
            self._attempts.setdefault(repairs, set()).add(received.event_id)
        self._hold(received)

    def _hold(self, received: Received) -> None:
        before = self._held.get(received.event_id)
        if before is None:
            self._held[received.event_id] = Held(received, received.received_at)
            return
        latest = max(before.received, received, key=lambda one: one.received_at)
        self._held[received.event_id] = replace(
            before,
            received=latest,
            first_at=min(before.first_at, received.received_at),
            times=before.times + 1,
        )

    def waiting(self) -> list[Held]:
        """What a person has still to look at, in the order of its coming."""
        found = [
            held
            for event_id, held in self._held.items()
            if not self.repair_of(event_id) and not self._tried_again(held)
        ]
        return sorted(found, key=lambda held: (held.received.received_at, held.received.event_id))

    def _tried_again(self, held: Held) -> bool:
        """Whether a later attempt stands in its place: one that goes back to it does not."""
        came_at = held.received.received_at
        attempts = self._attempts.get(held.received.event_id, ())
        return any(self._held[one].received.received_at > came_at for one in attempts)

    def find(self, beginning: str) -> list[Held]:
        """The refused messages whose event id begins so, waiting or not."""
        return [held for event_id, held in self._held.items() if event_id.startswith(beginning)]

    def repair_of(self, event_id: str) -> str:
        """The id of the taken message that settles a refused one; nothing while it waits."""
        return next((taken for one in self._line_of(event_id) if (taken := self._settles(one))), "")

    def _settles(self, event_id: str) -> str:
        held = self._held.get(event_id)
        as_it_is = (
            self._ids_if_taken(held.received.data) & self._taken if held else frozenset[str]()
        )
        return self._repaired.get(event_id) or next(iter(as_it_is), "")

    def _line_of(self, event_id: str) -> Iterator[str]:
        """A refused message, the attempts at its repair, the attempts at theirs, and so on."""
        seen: set[str] = set()
        waiting = [event_id]
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                yield here
                waiting += self._attempts.get(here, ())
