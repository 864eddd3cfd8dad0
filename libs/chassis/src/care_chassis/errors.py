"""The two errors that decide a record's fate; everything else is a bug, and loud.

ChassisError
├── TransientError      a server is away: wait, try again, skip nothing
└── PermanentError      this record can never be handled: one dead letter, and on
"""


class ChassisError(Exception):
    """The root of the family."""


class TransientError(ChassisError):
    """A database, broker or other server is away for now; `what` names it, without any payload."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} cannot be reached for now")
        self.what = what


class PermanentError(ChassisError):
    """A record that no repetition will make right.

    `reason` and `place` are shown to people and written to logs: never a value out of the record.
    """

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(f"{reason} (at {place})" if place else reason)
        self.reason = reason
        self.place = place
