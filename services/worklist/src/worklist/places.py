"""Where a page of a list ends, as an opaque word that asks for the next one; no name is in it."""

import base64
from datetime import datetime
from uuid import UUID

from worklist.domain.audit import Sealed
from worklist.ports import After, AfterEntry, AfterTask, Item

_HIGHEST_RANK = 1_000  # well above any there is, and within a smallint
_HIGHEST_POSITION = 2**63


class NotAPlace(ValueError):  # noqa: N818 - it says what the word is
    """A word that was not made here."""

    def __init__(self) -> None:
        super().__init__("not a word of ours: take it from the page before, as it was given")


def word_after_task(item: Item) -> str:
    """The word for the place after a task."""
    step = item.task.step
    return _word(step.due_at.isoformat(), str(item.rank), str(step.task_id))


def after_task(word: str | None) -> AfterTask | None:
    """The place a word stands for. Raises NotAPlace."""
    if word is None:
        return None
    try:
        due_at, rank, task_id = _parts(word)
        return AfterTask(_instant(due_at), _rank(rank), UUID(task_id))
    except ValueError as error:
        raise NotAPlace from error


def word_after(place: After) -> str:
    """The word for a place."""
    return _word(place.at.isoformat(), str(place.entry_id))


def after(word: str | None) -> After | None:
    """The place a word stands for. Raises NotAPlace."""
    if word is None:
        return None
    try:
        at, entry_id = _parts(word)
        return After(_instant(at), UUID(entry_id))
    except ValueError as error:
        raise NotAPlace from error


def word_after_entry(entry: Sealed) -> str:
    """The word for the place after an entry of the audit."""
    return _word(entry.entry.at.isoformat(), str(entry.position))


def after_entry(word: str | None) -> AfterEntry | None:
    """The place a word stands for. Raises NotAPlace."""
    if word is None:
        return None
    try:
        at, position = _parts(word)
        return AfterEntry(_instant(at), _position(position))
    except ValueError as error:
        raise NotAPlace from error


def _position(text: str) -> int:
    position = int(text)
    if not 0 <= position < _HIGHEST_POSITION:
        raise ValueError(text)
    return position


def _word(*parts: str) -> str:
    return base64.urlsafe_b64encode("~".join(parts).encode()).decode().rstrip("=")


def _parts(word: str) -> list[str]:
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode().split("~")


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant


def _rank(text: str) -> int:
    rank = int(text)
    if abs(rank) > _HIGHEST_RANK:
        raise ValueError(text)
    return rank
