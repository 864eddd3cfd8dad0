"""What must come of a story: worked out from its meaning, and from nothing that Homeward computes.

It looks at each patient's statements in the order in which the hospital recorded them, whatever
order they were sent in: that is the promise under test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hospital_sim.stories import Statement, Story

_HOME = {"01", "06", "07", ""}
_FACILITY = {"03"}
_OTHER_HOSPITAL = {"02"}
_DIED = {"20"}
_PERIOD = timedelta(days=29)
_PERIODS = {"ed_followup": timedelta(days=7)}
_GRACE = timedelta(days=1)
"""A day of an accelerated clock is soon over; closing takes a moment of real time."""
_LAST_SECOND = time(23, 59, 59)
_READMISSION_WITHIN = timedelta(days=30)
_HOME_TASKS = frozenset(
    {"initial_contact", "home_visit", "medication_reconciliation", "follow_up_visit"}
)
_CONTACT_TASKS = frozenset({"initial_contact", "home_visit", "follow_up_visit"})
_TASKS = {
    "home_visit": _HOME_TASKS,
    "facility_tracking": frozenset({"facility_check_in"}),
    "ed_followup": frozenset({"ed_call"}),
}
_OPEN = ("active", "provisional")


@dataclass(frozen=True, slots=True)
class ExpectedTransition:
    """One follow-up that must stand at the end."""

    kind: str
    state: str
    discharged_at: datetime
    closes_at: datetime
    """When its time is over: the end of a local day."""
    opened_by: str
    """Control id of the discharge."""
    reason: str | None = None
    flags: frozenset[str] = frozenset()
    """At least these."""

    ending: bool = False
    """Its time is just over, so that it may be closed or about to be."""

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN

    @property
    def over(self) -> "ExpectedTransition":
        """The same after its time."""
        return replace(self, state="closed", reason="period_over", flags=frozenset(), ending=False)

    def as_of(self, now: datetime) -> "ExpectedTransition":
        """How it must stand at `now`, if it has not ended for another reason."""
        if not self.is_open or now <= self.closes_at:
            return self
        return replace(self, ending=True) if now <= self.closes_at + _GRACE else self.over

    @property
    def open_tasks(self) -> frozenset[str]:
        """Codes of which at least these must be open."""
        if not self.is_open:
            return frozenset()
        asks_where = {"confirm_disposition"} if self.state == "provisional" else set[str]()
        return _TASKS.get(self.kind, frozenset[str]()) | asks_where

    @property
    def withdrawn_tasks(self) -> frozenset[str] | None:
        """Codes of which none may be open; None for all."""
        if self.is_open:
            return frozenset()
        return _CONTACT_TASKS if self.state == "interrupted" else None


@dataclass(frozen=True, slots=True)
class ExpectedVisit:
    """How one visit must stand at the end."""

    site: str
    mrn: str
    all_mrns: frozenset[str]
    name: str
    visit: str
    control_ids: tuple[str, ...]
    status: str = ""
    discharged_at: datetime | None = None
    readmission_of: str | None = None
    transitions: tuple[ExpectedTransition, ...] = ()


@dataclass(slots=True)
class _Visit:
    """A visit while its statements are gone through."""

    visit: str
    zone: ZoneInfo
    status: str = "in-progress"
    discharged_at: datetime | None = None
    readmission_of: str | None = None
    transitions: list[ExpectedTransition] = field(default_factory=list[ExpectedTransition])
    said: list[Statement] = field(default_factory=list[Statement])

    @property
    def open(self) -> ExpectedTransition | None:
        return next((one for one in self.transitions if one.is_open), None)

    def end(self, state: str, reason: str) -> None:
        """The open follow-up ends."""
        ending = self.open
        if ending is not None:
            place = self.transitions.index(ending)
            self.transitions[place] = replace(ending, state=state, reason=reason, flags=frozenset())


def as_of(visit: ExpectedVisit, now: datetime) -> ExpectedVisit:
    """The same visit, as long after the run as `now` is: what has run its time is closed."""
    return replace(visit, transitions=tuple(one.as_of(now) for one in visit.transitions))


def expect(story: Story) -> list[ExpectedVisit]:
    """How every visit of the story must stand once all of it has arrived."""
    visits: dict[str, _Visit] = {}
    ordered = sorted(story.statements, key=lambda statement: statement.recorded_at)
    for statement in ordered:
        if statement.visit:
            visit = visits.setdefault(statement.visit, _Visit(statement.visit, story.zone))
            visit.said.append(statement)
            _take_in(visit, statement, visits)
    mrns = {one.mrn for one in ordered} | {one.absorbed_mrn for one in ordered} - {""}
    return [
        ExpectedVisit(
            site=story.site,
            mrn=ordered[-1].mrn,
            all_mrns=frozenset(mrns),
            name=story.name_at_the_end,
            visit=visit.visit,
            control_ids=tuple(one.control_id for one in visit.said),
            status=visit.status,
            discharged_at=visit.discharged_at,
            readmission_of=visit.readmission_of,
            transitions=tuple(visit.transitions),
        )
        for visit in visits.values()
    ]


def _take_in(visit: _Visit, statement: Statement, visits: dict[str, _Visit]) -> None:
    match statement.trigger:
        case "A01":
            _admit(visit, statement, [one for one in visits.values() if one is not visit])
        case "A03":
            visit.status = "finished"
            _follow(visit, statement)
        case "A13":
            visit.status = "in-progress"
            visit.discharged_at = None
            visit.end("voided", "discharge_cancelled")
        case "A11":
            visit.status = "cancelled"
        case "A08" if visit.status == "finished":
            _follow(visit, statement)
        case _:
            return


def _admit(visit: _Visit, statement: Statement, others: Sequence[_Visit]) -> None:
    for other in others:
        left_at = other.discharged_at
        if left_at is None or statement.recorded_at - left_at > _READMISSION_WITHIN:
            continue
        if any(one.kind == "home_visit" and one.is_open for one in other.transitions):
            visit.readmission_of = other.visit
            other.end("interrupted", "readmitted")


def _follow(visit: _Visit, statement: Statement) -> None:
    """Open, adjust or end the follow-up by what is now known of the discharge."""
    if statement.discharged_at is None:
        return
    visit.discharged_at = statement.discharged_at
    kind = _kind(statement)
    standing = visit.open
    if statement.died or kind is None:
        visit.end("closed", "deceased")
        return
    wanted = ExpectedTransition(
        kind=kind,
        state="active" if statement.disposition else "provisional",
        discharged_at=statement.discharged_at,
        closes_at=_closes_at(kind, statement.discharged_at, visit.zone),
        opened_by=statement.control_id,
        flags=frozenset({"ama"} if statement.disposition == "07" else ()),
    )
    if standing is None:
        visit.transitions.append(wanted)
    elif standing.kind == kind:
        place = visit.transitions.index(standing)
        visit.transitions[place] = replace(wanted, opened_by=standing.opened_by)
    else:
        visit.end("superseded", "disposition_corrected")
        visit.transitions.append(wanted)


def _closes_at(kind: str, discharged_at: datetime, zone: ZoneInfo) -> datetime:
    last_on = discharged_at.astimezone(zone).date() + _PERIODS.get(kind, _PERIOD)
    return datetime.combine(last_on, _LAST_SECOND, zone)


def _kind(statement: Statement) -> str | None:
    disposition = statement.disposition or ""
    if disposition in _DIED or statement.died:
        return None
    if disposition in _FACILITY:
        return "facility_tracking"
    if disposition in _OTHER_HOSPITAL:
        return "acute_transfer_watch"
    if disposition not in _HOME:
        raise ValueError(f"no pathway may use disposition {disposition} without a rule here")
    return "ed_followup" if statement.visit_class == "emergency" else "home_visit"
