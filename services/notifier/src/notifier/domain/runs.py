"""What of a visit a provider is to be told (42 CFR 482.24(d)), and whether it still stands.

A function of the set of moments: they are sorted by when the hospital recorded them, a cancellation
ends what stood before it, and what comes after it begins anew. The orchestrator reads a visit's
history by the same rules, so that nobody is told what no transition follows from.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from notifier.domain.facts import said
from notifier.domain.visits import About, Care, Moment, Turn, Visit


class _Rank(IntEnum):
    """The order of moments recorded in the same instant: hospitals record by the minute."""

    ARRIVAL = 0
    DISCHARGE = 1
    CANCELLATION = 2
    NEW_DISCHARGE = 3
    """A correction sent as a pair: this discharge is not the one that the cancellation names."""


Place = tuple[datetime, _Rank, str]
"""Where a moment stands in a visit's history."""


class _Order:
    """Gives moments their places."""

    def __init__(self, moments: Iterable[Moment]) -> None:
        self._named: dict[datetime, set[datetime]] = {}
        for moment in moments:
            if moment.turn is Turn.DISCHARGE_CANCELLED and moment.names is not None:
                self._named.setdefault(moment.recorded_at, set()).add(moment.names)

    def place_of(self, moment: Moment) -> Place:
        rank = self._rank(moment.turn, moment.recorded_at, moment.occurred_at)
        return moment.recorded_at, rank, moment.event_id

    def place_of_discharge(
        self, recorded_at: datetime, event_id: str, occurred_at: datetime
    ) -> Place:
        return recorded_at, self._rank(Turn.DISCHARGED, recorded_at, occurred_at), event_id

    def _rank(self, turn: Turn, recorded_at: datetime, occurred_at: datetime) -> _Rank:
        if turn.cancels:
            return _Rank.CANCELLATION
        if turn is not Turn.DISCHARGED:
            return _Rank.ARRIVAL
        named = self._named.get(recorded_at)
        is_new = named is not None and occurred_at not in named
        return _Rank.NEW_DISCHARGE if is_new else _Rank.DISCHARGE


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a history between two cancellations."""

    moments: tuple[Moment, ...]
    begins_after: Place | None
    cancelled_at: Place | None


@dataclass(frozen=True, slots=True)
class Run:
    """One thing that happened and stands, or stood until it was cancelled."""

    about: About
    moments: tuple[Moment, ...]
    stretch: _Stretch
    is_told: bool
    """Whether it is a thing that providers are told of."""
    order: _Order = field(compare=False)

    @property
    def first(self) -> Moment:
        return self.moments[0]

    @property
    def stands(self) -> bool:
        return self.stretch.cancelled_at is None

    @property
    def is_news(self) -> bool:
        return any(moment.is_news for moment in self.moments)

    def covers(self, recorded_at: datetime, event_id: str, occurred_at: datetime) -> bool:
        """Whether a moment of this kind, remembered by its times, belongs to this run."""
        if self.about is About.DISCHARGE:
            place = self.order.place_of_discharge(recorded_at, event_id, occurred_at)
        else:
            place = (recorded_at, _Rank.ARRIVAL, event_id)
        begins_after, ends_at = self.stretch.begins_after, self.stretch.cancelled_at
        begun = begins_after is None or place > begins_after
        return begun and (ends_at is None or place < ends_at)


def runs_of(visit: Visit) -> list[Run]:
    """Everything in a visit's history that providers are told of, or would be."""
    order = _Order(visit.moments)
    moments = sorted(visit.moments, key=order.place_of)
    return [*_arrivals(moments, order), *_discharges(visit, moments, order)]


def _arrivals(moments: list[Moment], order: _Order) -> list[Run]:
    runs: list[Run] = []
    for stretch in _stretches(moments, order, {Turn.ADMISSION_CANCELLED}):
        inside = stretch.moments
        if not any(moment.turn in (Turn.REGISTERED, Turn.ADMITTED) for moment in inside):
            continue
        outpatient = tuple(item for item in inside if _arrival(item) is About.REGISTRATION)
        inpatient = tuple(item for item in inside if _arrival(item) is About.ADMISSION)
        if outpatient:
            came_first = not inpatient or inside.index(outpatient[0]) < inside.index(inpatient[0])
            runs.append(Run(About.REGISTRATION, outpatient, stretch, came_first, order))
        if inpatient:
            runs.append(Run(About.ADMISSION, inpatient, stretch, True, order))  # noqa: FBT003 - is told
    return runs


def _arrival(moment: Moment) -> About | None:
    """Which arrival a moment shows.

    An emergency visit that becomes an observation stay is one arrival, because both are outpatient
    care; one that becomes an inpatient stay is a second one. An A01 that names no kind admits. (An
    inpatient stay that is made an observation stay afterwards was told already.)
    """
    match moment.turn, moment.care:
        case Turn.ADMITTED, None:
            return About.ADMISSION
        case ((Turn.REGISTERED | Turn.ADMITTED | Turn.MENTIONED), care):
            return _ARRIVALS.get(care) if care else None
        case _:
            return None


_ARRIVALS = {
    Care.EMERGENCY: About.REGISTRATION,
    Care.OBSERVATION: About.REGISTRATION,
    Care.INPATIENT: About.ADMISSION,
}
_NOT_GONE = frozenset({"09", "30"})
"""UB-04 FL17: admitted here as an inpatient, and still a patient. Nobody left."""


def _discharges(visit: Visit, moments: list[Moment], order: _Order) -> list[Run]:
    kinds = {moment.care for moment in moments if moment.care is not None}
    is_told = kinds != {Care.OTHER} and said(visit.facts.disposition) not in _NOT_GONE
    runs: list[Run] = []
    for stretch in _stretches(moments, order, {Turn.DISCHARGE_CANCELLED, Turn.ADMISSION_CANCELLED}):
        gone = tuple(moment for moment in stretch.moments if moment.turn is Turn.DISCHARGED)
        if gone:
            runs.append(Run(About.DISCHARGE, gone, stretch, is_told, order))
    return runs


def _stretches(moments: list[Moment], order: _Order, cancels: set[Turn]) -> list[_Stretch]:
    """The history cut at certain cancellations."""
    stretches: list[_Stretch] = []
    begins_after: Place | None = None
    inside: list[Moment] = []
    for moment in moments:
        if moment.turn not in cancels:
            inside.append(moment)
        elif not _names_an_earlier_discharge(moment, inside, stretches):
            place = order.place_of(moment)
            stretches.append(_Stretch(tuple(inside), begins_after, place))
            begins_after, inside = place, []
    return [*stretches, _Stretch(tuple(inside), begins_after, None)]


def _names_an_earlier_discharge(
    cancel: Moment, inside: Iterable[Moment], stretches: Iterable[_Stretch]
) -> bool:
    """A cancellation sent again, after the patient was discharged anew, cancels nothing more."""
    if cancel.turn is not Turn.DISCHARGE_CANCELLED or cancel.names is None:
        return False
    if _has_discharge_at(inside, cancel.names):
        return False
    return any(_has_discharge_at(stretch.moments, cancel.names) for stretch in stretches)


def _has_discharge_at(moments: Iterable[Moment], at: datetime) -> bool:
    return any(moment.turn is Turn.DISCHARGED and moment.occurred_at == at for moment in moments)
