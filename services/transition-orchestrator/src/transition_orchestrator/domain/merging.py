"""Facts that merge: the newest recorded statement wins, whatever order the statements arrive in."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias, TypeVar

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A value as a message carried it; None is one that the message deleted."""

PURGED = "purged"
"""The fact that a hospital deleted its record of a person or a visit."""
MOVED_TO = "moved_to"
"""The fact that what was kept under a number belongs to another person from then on."""
T = TypeVar("T")
_OLDEST, _NEWEST = 1, 5
"""Of every value of a fact with a history so many statements are kept."""
_MOST_STATEMENTS = 64
"""Nobody corrects a visit that often; a sender that says nonsense fills no memory."""


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
    """What was said of one fact, oldest first: only the newest statement, or some of its history.

    Facts that decide about follow-up keep a history, because a cancelled discharge has to look the
    same whether the cancel came before or after what was said later.
    """

    statements: tuple[Statement, ...] = ()

    def with_statement(self, statement: Statement, lasting: frozenset[Stamp]) -> "Timeline":
        """The timeline with one more statement; itself where that says nothing new.

        What `lasting` messages said is kept. Of the others, of every value the oldest statement
        and the newest few: so a storm of updates makes no visit bigger, and which statements are
        kept follows from all that were made, never from the order in which they came.
        """
        known = self.statements
        if not known or known[-1].stamp < statement.stamp:
            return Timeline((*known, statement)).without_repetitions(lasting)
        if any(other.stamp == statement.stamp for other in known):
            return self
        merged = sorted((*known, statement), key=lambda one: one.stamp)
        kept = Timeline(tuple(merged)).without_repetitions(lasting)
        return self if kept == self else kept

    def without_repetitions(self, lasting: frozenset[Stamp]) -> "Timeline":
        """What is kept of it where `lasting` messages are those that must be remembered."""
        said = self.statements
        if len(said) <= _OLDEST + _NEWEST:  # no value has as many as are kept of each
            return self
        fixed = [one for one in said if one.stamp in lasting]
        others = [one for one in said if one.stamp not in lasting]
        chosen = [*fixed, *ends_of_groups(others, lambda one: repr(one.value), _OLDEST, _NEWEST)]
        chosen.sort(key=lambda one: one.stamp)
        return Timeline(tuple(chosen[-_MOST_STATEMENTS:]))

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


def ends_of_groups(
    ordered: Iterable[T], group_of: Callable[[T], Hashable], oldest: int, newest: int
) -> list[T]:
    """Of every group the first `oldest` and the last `newest`, in order.

    Taken again of what it left and something more, it leaves what it would have left of all: that
    makes it safe to forget as one goes.
    """
    groups: dict[Hashable, list[T]] = {}
    for one in ordered:
        groups.setdefault(group_of(one), []).append(one)
    return [one for group in groups.values() for one in _ends_of(group, oldest, newest)]


def _ends_of(group: Sequence[T], oldest: int, newest: int) -> Sequence[T]:
    return group if len(group) <= oldest + newest else [*group[:oldest], *group[-newest:]]


def with_facts(
    facts: Facts,
    said: Mapping[str, Json],
    stamp: Stamp,
    with_history: frozenset[str],
    lasting: frozenset[Stamp] = frozenset(),
) -> Facts:
    """`facts` after a message that said `said`; the same object where it says nothing new."""
    changed: dict[str, Timeline] = {}
    for name, value in said.items():
        before = facts.get(name, NEVER_SAID)
        if name in with_history:
            after = before.with_statement(Statement(value, stamp), lasting)
            if after is not before:
                changed[name] = after
        elif not before.statements or before.statements[-1].stamp < stamp:
            changed[name] = Timeline((Statement(value, stamp),))
    return {**facts, **changed} if changed else facts


def together(all_facts: Sequence[Facts]) -> Facts:
    """The facts of several records as one; of every fact all statements in order."""
    if len(all_facts) == 1:
        return all_facts[0]
    statements: dict[str, dict[Stamp, Statement]] = {}
    for facts in all_facts:
        for name, timeline in facts.items():
            known = statements.setdefault(name, {})
            known.update((one.stamp, one) for one in timeline.statements)
    return {
        name: Timeline(tuple(said[stamp] for stamp in sorted(said)))
        for name, said in statements.items()
    }


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
