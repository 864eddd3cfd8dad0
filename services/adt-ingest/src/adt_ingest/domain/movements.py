"""Reads IHE PAM's ZBE: which movement of a visit a message is about, and what it does to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adt_ingest.domain.facts import coded, plain
from adt_ingest.domain.reader import Message, Segment
from adt_ingest.domain.times import MessageTimes

_ACTIONS: Final = frozenset({"INSERT", "UPDATE", "CANCEL"})
UNKNOWN_ACTION: Final = "unknown_movement_action"


@dataclass(frozen=True, slots=True)
class Movement:
    """One ZBE; nothing where the message says nothing."""

    identifier: str
    authority: str
    action: str
    starts_at: datetime | None
    ends_at: datetime | None
    historic: bool
    original_trigger: str


def movement_in(message: Message, times: MessageTimes) -> Movement | None:
    """The movement that a message is about; most messages name none."""
    zbe = message.first("ZBE")
    if zbe is None:
        return None
    identifier, space, universal = coded(zbe.raw(1), zbe.marks)
    return Movement(
        identifier=identifier,
        authority=space or universal,
        action=_action(zbe, times),
        starts_at=_instant(zbe, 2, times),
        ends_at=_instant(zbe, 3, times),
        historic=zbe.value(5).strip().upper() == "Y",
        original_trigger=plain(zbe.raw(6), zbe.marks),
    )


def _action(zbe: Segment, times: MessageTimes) -> str:
    action = plain(zbe.raw(4), zbe.marks).upper()
    if action and action not in _ACTIONS:
        times.warn(UNKNOWN_ACTION)
        return ""
    return action


def _instant(zbe: Segment, number: int, times: MessageTimes) -> datetime | None:
    return times.first_of((times.stamp(zbe.value(number)),))
