"""One visit as a value that merges: facts, and the set of what happened to it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from transition_orchestrator.domain.labs import LABS
from transition_orchestrator.domain.merging import (
    NEVER_SAID,
    Facts,
    Json,
    Stamp,
    Statement,
    Timeline,
    instant_of,
    text_of,
    value_of,
    with_facts,
)
from transition_orchestrator.domain.messages import (
    Message,
    MessageKind,
    PatientKey,
    VisitKey,
)

OWNER = "patient_key"
"""The fact that says whose visit it is; the others have the names of the contract."""
CHANGED_CLASS = "changed_class"
"""The class that A06 and A07 say: of the visit from then on, never of a discharge before them."""
_WITH_HISTORY = frozenset({"disposition", "discharged_at", "encounter_class", CHANGED_CLASS, *LABS})
_ABOUT_DISCHARGE = frozenset({"disposition", "discharged_at"})
_PARTICIPANTS = frozenset({"attending", "referring", "consulting", "admitting"})
_REPEATS_A_DISCHARGE = frozenset(
    {
        MessageKind.MOVED,
        MessageKind.CLASS_CHANGED,
        MessageKind.ADMISSION_CANCELLED,
        MessageKind.DISCHARGE_CANCELLED,
    }
)
_MOST_MOMENTS = 48


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

    @property
    def is_cancel(self) -> bool:
        return self in (MomentKind.ADMISSION_CANCELLED, MomentKind.DISCHARGE_CANCELLED)


_MOMENTS = {MessageKind(kind.value): kind for kind in MomentKind}


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
    visit: str
    site: str
    facts: Facts = field(default_factory=dict[str, Timeline])
    moments: tuple[Moment, ...] = ()

    def after(self, message: Message) -> "Encounter":
        """The visit with what a message said; itself where that was known."""
        said: dict[str, Json] = {**_heard(message), OWNER: message.patient.key}
        facts = with_facts(self.facts, said, message.stamp, _WITH_HISTORY)
        moments = _with_moment(self.moments, _moment_of(message))
        if facts is self.facts and moments is self.moments:
            return self
        return replace(self, facts=facts, moments=moments)

    @property
    def is_known(self) -> bool:
        """Whether anything is known of the visit itself; results alone do not make a visit."""
        return bool(self.moments) or bool(self.facts.keys() - {OWNER, *LABS})

    @property
    def owner(self) -> PatientKey:
        """The number under which the visit was last spoken of."""
        return PatientKey(text_of(self.facts, OWNER))

    @property
    def encounter_class(self) -> EncounterClass | None:
        said = self.classes
        value = said[-1].value if said else None
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
            if moment.kind in (MomentKind.ADMITTED, MomentKind.REGISTERED)
        ]
        return said or min(arrivals, default=None)


def _heard(message: Message) -> dict[str, Json]:
    """What to believe of a message: cancels and moves repeat a discharge without meaning it."""
    said = message.visit_facts
    if message.kind in _REPEATS_A_DISCHARGE:
        heard = {name: value for name, value in said.items() if name not in _ABOUT_DISCHARGE}
        if message.kind is MessageKind.CLASS_CHANGED and "encounter_class" in heard:
            heard[CHANGED_CLASS] = heard.pop("encounter_class")
        return heard
    if message.kind is MessageKind.PARTICIPANTS_UPDATED:
        return {name: value for name, value in said.items() if name in _PARTICIPANTS}
    return dict(said)


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
    while len(merged) > _MOST_MOMENTS:
        del merged[_least_telling(merged)]
    return tuple(merged)


def _least_telling(moments: list[Moment]) -> int:
    """A moment between two of its kind: a sender repeats itself, and nothing hangs on it."""
    for place in range(1, len(moments) - 1):
        if len({moment.kind for moment in moments[place - 1 : place + 2]}) == 1:
            return place
    return 1
