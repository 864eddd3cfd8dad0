"""Facts that merge: the newest recorded statement wins, whatever order the statements arrive in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A value as a message carried it; None is one that the message deleted."""

_HISTORY = 24


class Stamp(NamedTuple):
    """When a message was recorded, and which message it was: what orders everything.

    A tuple, as what follows here: a visit is made of a hundred of them, and no other class is made
    and compared as quickly.
    """

    recorded_at: datetime
    event_id: str


class Statement(NamedTuple):
    """That one message gave a fact a value."""

    value: Json
    stamp: Stamp


class Timeline(NamedTuple):
    """What was said of one fact, oldest first: only the newest statement, or the last few.

    Facts that decide about follow-up keep a history, because a cancelled discharge has to look the
    same whether the cancel came before or after what was said later.
    """

    statements: tuple[Statement, ...] = ()

    def with_statement(self, statement: Statement, *, most: int) -> "Timeline":
        """The timeline with one more statement; itself where that says nothing new."""
        known = self.statements
        if most == 1:
            is_stale = bool(known) and known[-1].stamp >= statement.stamp
            return self if is_stale else Timeline((statement,))
        if any(other.stamp == statement.stamp for other in known):
            return self
        merged = sorted((*known, statement), key=lambda one: one.stamp)
        return Timeline(_shortened(tuple(merged), most))

    @property
    def newest(self) -> Statement | None:
        return self.statements[-1] if self.statements else None

    @property
    def value(self) -> Json:
        """The value that stands; None where it was deleted or never said."""
        return self.statements[-1].value if self.statements else None

    def last_that(self, fits: Callable[[Statement], bool]) -> Statement | None:
        """The newest statement that fits."""
        return next((one for one in reversed(self.statements) if fits(one)), None)


Facts: TypeAlias = Mapping[str, Timeline]

NEVER_SAID = Timeline()


def _shortened(statements: tuple[Statement, ...], most: int) -> tuple[Statement, ...]:
    """At most `most` statements: the newest always, then those at which the value changed.

    So the cost of a message does not grow with the messages before it; what is let go is a
    statement that only repeated its neighbours.
    """
    while len(statements) > most:
        drop = _least_telling(statements)
        statements = statements[:drop] + statements[drop + 1 :]
    return statements


def _least_telling(statements: tuple[Statement, ...]) -> int:
    for place in range(1, len(statements) - 1):
        before, here, after = (statements[place + step].value for step in (-1, 0, 1))
        if before == here == after:
            return place
    return 1


def with_facts(
    facts: Facts, said: Mapping[str, Json], stamp: Stamp, with_history: frozenset[str]
) -> Facts:
    """`facts` after a message that said `said`; the same object where it says nothing new."""
    changed: dict[str, Timeline] = {}
    for name, value in said.items():
        before = facts.get(name, NEVER_SAID)
        most = _HISTORY if name in with_history else 1
        after = before.with_statement(Statement(value, stamp), most=most)
        if after is not before:
            changed[name] = after
    return {**facts, **changed} if changed else facts


def value_of(facts: Facts, name: str) -> Json:
    """The value of a fact that stands."""
    return facts.get(name, NEVER_SAID).value


def text_of(facts: Facts, name: str) -> str:
    """A fact that is a text, empty where there is none."""
    value = value_of(facts, name)
    return value if isinstance(value, str) else ""


def instant_of(value: Json) -> datetime | None:
    """An instant out of a fact's value."""
    return datetime.fromisoformat(value) if isinstance(value, str) else None
