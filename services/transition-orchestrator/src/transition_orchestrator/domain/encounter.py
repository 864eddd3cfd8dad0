"""What was said under a patient's visit number: facts that merge, and the set of what happened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from transition_orchestrator.domain.labs import LABS
from transition_orchestrator.domain.merging import (
    MOVED_TO,
    NEVER_SAID,
    PURGED,
    Facts,
    Json,
    Stamp,
    Statement,
    Timeline,
    ends_of_groups,
    instant_of,
    value_of,
    with_facts,
)
from transition_orchestrator.domain.messages import (
    Message,
    MessageKind,
    PatientKey,
    VisitKey,
    VisitNumber,
)

OWNER = "patient_key"
"""The fact that says of whom the visit was spoken; the others have the names of the contract."""
CONTINUES_AS = "continues_as"
"""The fact that the visit goes on under another number: which, whose, and how that came to be."""
CHANGED_CLASS = "changed_class"
"""The class that A06 and A07 say: of the visit from then on, never of a discharge before them."""
CLASS_IN_PASSING = "class_in_passing"
"""The class that a plan or a leave repeats: believed where nothing else says one."""
ABOUT_NUMBERS = frozenset({OWNER, CONTINUES_AS, MOVED_TO, PURGED})
"""What tells nothing of the visit itself."""
_ABOUT_DISCHARGE = frozenset({"disposition", "discharged_at"})
_WITH_HISTORY = frozenset(
    {*_ABOUT_DISCHARGE, "encounter_class", CHANGED_CLASS, CONTINUES_AS, MOVED_TO, *LABS}
)
_PARTICIPANTS = frozenset({"attending"})
_TELL_OF_A_DISCHARGE = frozenset(
    {
        MessageKind.ADMITTED,
        MessageKind.REGISTERED,
        MessageKind.DISCHARGED,
        MessageKind.UPDATED,
    }
)
"""The others repeat a discharge without meaning it."""
_TELL_OF_THE_STAY = _TELL_OF_A_DISCHARGE | {
    MessageKind.MOVED,
    MessageKind.CLASS_CHANGED,
    MessageKind.ADMISSION_CANCELLED,
    MessageKind.DISCHARGE_CANCELLED,
}
_OLDEST_MOMENTS, _NEWEST_MOMENTS = 4, 12
"""Of every kind so many are kept: a sender repeats itself, and nothing hangs on what is between."""


class Continuation(StrEnum):
    """How a visit came to go on under another number."""

    MERGED = "merged"
    RENUMBERED = "renumbered"
    CLASS_CHANGED = "class_changed"


class EncounterClass(StrEnum):
    """What kind of visit it is."""

    INPATIENT = "inpatient"
    OBSERVATION = "observation"
    EMERGENCY = "emergency"
    OUTPATIENT = "outpatient"
    PREADMIT = "preadmit"
    RECURRING = "recurring"
    OBSTETRICS = "obstetrics"
    COMMERCIAL = "commercial"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class MomentKind(StrEnum):
    """What can happen to a visit as a whole."""

    ADMITTED = "admitted"
    REGISTERED = "registered"
    DISCHARGED = "discharged"
    ADMISSION_CANCELLED = "admission_cancelled"
    DISCHARGE_CANCELLED = "discharge_cancelled"
    PLANNED = "planned"
    PLAN_CANCELLED = "plan_cancelled"
    DISCHARGE_PLANNED = "discharge_planned"
    DISCHARGE_PLAN_CANCELLED = "discharge_plan_cancelled"

    @property
    def is_cancel(self) -> bool:
        return self.value.endswith("_cancelled")


_MOMENTS = {MessageKind(kind.value): kind for kind in MomentKind}
_ARRIVALS = (MomentKind.ADMITTED, MomentKind.REGISTERED)


@dataclass(frozen=True, slots=True)
class Moment:
    """That one message said something happened to the visit."""

    kind: MomentKind
    stamp: Stamp
    occurred_at: datetime | None = None
    discharged_at: datetime | None = None
    deceased: bool = False
    """A discharge that says by itself that the person has died."""

    @property
    def event_id(self) -> str:
        return self.stamp.event_id

    @property
    def recorded_at(self) -> datetime:
        return self.stamp.recorded_at

    @property
    def took_place_at(self) -> datetime:
        """PV1-45, else EVN-6, else EVN-2."""
        return self.discharged_at or self.occurred_at or self.recorded_at


@dataclass(frozen=True, slots=True)
class Encounter:
    """One visit, as all messages about it together tell it."""

    visit_key: VisitKey
    patient_key: PatientKey
    visit: str
    site: str
    facts: Facts = field(default_factory=dict[str, Timeline])
    moments: tuple[Moment, ...] = ()

    def after(self, message: Message) -> "Encounter":
        """The visit with what a message about it said; itself where that was known."""
        if message.kind is MessageKind.VISIT_DELETED:
            return self.with_said({PURGED: True}, message.stamp)
        moments = _with_moment(self.moments, _moment_of(message))
        known = self if moments is self.moments else self._with_moments(moments)
        return known.with_said({**_heard(message), OWNER: message.patient.key}, message.stamp)

    def _with_moments(self, moments: tuple[Moment, ...]) -> "Encounter":
        """The visit with other moments; what was said at one that is forgotten lasts no longer."""
        if {*self.moments} <= {*moments}:
            return replace(self, moments=moments)
        lasting = frozenset(moment.stamp for moment in moments)
        facts = {
            name: said.without_repetitions(lasting) if name in _WITH_HISTORY else said
            for name, said in self.facts.items()
        }
        return replace(self, facts=facts, moments=moments)

    def with_said(self, said: Mapping[str, Json], stamp: Stamp) -> "Encounter":
        """The visit with facts that were said of it."""
        lasting = frozenset(moment.stamp for moment in self.moments)
        facts = with_facts(self.facts, said, stamp, _WITH_HISTORY, lasting)
        return self if facts is self.facts else replace(self, facts=facts)

    @property
    def is_known(self) -> bool:
        """Whether anything is known of the visit itself, beyond its number and whose it is.

        Results alone do not make a visit.
        """
        return bool(self.moments) or bool(self.facts.keys() - ABOUT_NUMBERS - LABS)

    @property
    def number(self) -> VisitNumber:
        return VisitNumber(self.visit_key, self.patient_key)

    def said_at(self, fits: Callable[[Stamp], bool]) -> "Encounter":
        """What was said of it at some instants alone."""
        facts = {
            name: Timeline(kept)
            for name, said in self.facts.items()
            if (kept := tuple(one for one in said.statements if fits(one.stamp)))
        }
        return replace(
            self, facts=facts, moments=tuple(one for one in self.moments if fits(one.stamp))
        )

    @property
    def encounter_class(self) -> EncounterClass | None:
        said = self.classes
        value = said[-1].value if said else value_of(self.facts, CLASS_IN_PASSING)
        return EncounterClass(str(value)) if value else None

    @property
    def classes(self) -> list[Statement]:
        """Every class that was said of the visit, the latest word last."""
        names = ("encounter_class", CHANGED_CLASS)
        said = [one for name in names for one in self.facts.get(name, NEVER_SAID).statements]
        return sorted(said, key=lambda one: one.stamp)

    @property
    def was_emergency(self) -> bool:
        """Whether the patient came by the emergency department."""
        return any(one.value == EncounterClass.EMERGENCY for one in self.classes)

    @property
    def admitted_at(self) -> datetime | None:
        """PV1-44, else when the admission or registration took place."""
        said = instant_of(value_of(self.facts, "admitted_at"))
        arrivals = [
            moment.occurred_at or moment.recorded_at
            for moment in self.moments
            if moment.kind in _ARRIVALS
        ]
        return said or min(arrivals, default=None)


def _heard(message: Message) -> dict[str, Json]:
    """What to believe of a message: most kinds repeat a discharge or an admission in passing."""
    heard = dict(message.visit_facts)
    if message.kind is MessageKind.PARTICIPANTS_UPDATED:
        return {name: value for name, value in heard.items() if name in _PARTICIPANTS}
    if message.kind not in _TELL_OF_A_DISCHARGE:
        for name in _ABOUT_DISCHARGE:
            heard.pop(name, None)
    if message.kind not in _TELL_OF_THE_STAY:
        heard.pop("admitted_at", None)
        _rename(heard, "encounter_class", CLASS_IN_PASSING)
    if message.kind is MessageKind.CLASS_CHANGED:
        _rename(heard, "encounter_class", CHANGED_CLASS)
    return heard


def _rename(facts: dict[str, Json], name: str, to: str) -> None:
    if name in facts:
        facts[to] = facts.pop(name)


def _moment_of(message: Message) -> Moment | None:
    kind = _MOMENTS.get(message.kind)
    if kind is None:
        return None
    return Moment(
        kind=kind,
        stamp=message.stamp,
        occurred_at=message.occurred_at,
        discharged_at=instant_of(message.visit_facts.get("discharged_at")),
        deceased=message.patient_facts.get("deceased") is True,
    )


def _with_moment(moments: tuple[Moment, ...], moment: Moment | None) -> tuple[Moment, ...]:
    if moment is None or any(known.stamp == moment.stamp for known in moments):
        return moments
    merged = sorted((*moments, moment), key=lambda one: one.stamp)
    ends = ends_of_groups(merged, lambda one: one.kind, _OLDEST_MOMENTS, _NEWEST_MOMENTS)
    kept = tuple(sorted(ends, key=lambda one: one.stamp))
    return moments if kept == moments else kept
