"""Dead letters: what a consumer puts aside, how it is marked, and when that becomes too much."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import ConsumerRecord

from care_chassis.errors import ChassisError, PermanentError


@dataclass(frozen=True, slots=True)
class DeadLetterLimits:
    """How many dead letters are an accident, and from where on the fault must be our own."""

    most_in_a_row: int = 50
    most_of_recent: float = 0.2
    recent: int = 500
    """The ratio counts over so many records, once so many have been seen."""


DEFAULT_LIMITS = DeadLetterLimits()


class TooManyDeadLetters(ChassisError):  # noqa: N818 - it states a fact about the stream
    """Going on would divert a whole feed; a person has to look first."""


class DeadLetterCount:
    """Watches the ratio and the run length of dead letters."""

    def __init__(self, limits: DeadLetterLimits) -> None:
        self._limits = limits
        self._recent: deque[bool] = deque(maxlen=limits.recent)
        self._in_a_row = 0

    def good(self, count: int) -> None:
        """So many records were handled."""
        self._in_a_row = 0
        self._recent.extend([False] * min(count, self._limits.recent))

    def bad(self) -> None:
        """One more dead letter. Raises TooManyDeadLetters instead of letting it pass a limit."""
        self._in_a_row += 1
        self._recent.append(True)
        if self._in_a_row > self._limits.most_in_a_row:
            raise TooManyDeadLetters(f"{self._in_a_row} dead letters in a row")
        ratio = sum(self._recent) / self._limits.recent
        if len(self._recent) == self._limits.recent and ratio > self._limits.most_of_recent:
            raise TooManyDeadLetters(
                f"{ratio:.0%} of the last {self._limits.recent} are dead letters"
            )


def dead_letter_headers(
    record: ConsumerRecord[Any, Any], error: Exception, at: datetime
) -> Sequence[tuple[str, bytes]]:
    """The headers a dead letter carries: those of the record, and what became of it.

    `dead_id` is the same however often the letter is written; a reader keeps one. The reason of an
    unexpected error is its type only: its text may quote the record.
    """
    reason = error.reason if isinstance(error, PermanentError) else type(error).__name__
    place = error.place if isinstance(error, PermanentError) else ""
    marks = {
        "dead_id": f"{record.topic}-{record.partition}-{record.offset}",
        "dead_reason": reason,
        "dead_place": place,
        "dead_topic": record.topic,
        "dead_partition": str(record.partition),
        "dead_offset": str(record.offset),
        "dead_at": at.isoformat(),
    }
    own = [(name, value or b"") for name, value in record.headers]  # null values do occur
    return [*own, *((name, value.encode()) for name, value in marks.items())]
