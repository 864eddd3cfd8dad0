"""What other services tell the worklist, keyword by keyword, with invented people."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from care_chassis.consumption import Delivery
from care_chassis.events import Event
from care_contracts.measures import Tcm
from care_contracts.notifications import NotificationSnapshot, NotificationState
from care_contracts.reminders import Reminder, ReminderEventType
from care_contracts.scores import Calibration, Contribution, Lace, Prediction, Risk, RiskBand
from care_contracts.transitions import (
    Clocks,
    EncounterSnapshot,
    EncounterStatus,
    Hedis,
    Step,
    StepState,
    TransitionKind,
    TransitionPatient,
    TransitionSnapshot,
    TransitionState,
)

DISCHARGED_AT = datetime(2026, 6, 1, 14, 15, tzinfo=UTC)
"""A Monday, 10:15 in New York."""


def known_as(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMESPACE_URL, name)


def patient(mrn: str = "MR1001", **more: Any) -> TransitionPatient:
    facts: dict[str, Any] = {
        "patient_key": f"key-of-{mrn}",
        "mrn": mrn,
        "name": "Quillfeather, Ardith",
        "birth_date": date(1948, 3, 9),
        "phones": ["(212) 555-0142"],
    }
    return TransitionPatient(**(facts | more))


def step(transition_id: UUID, code: str = "home_visit", **more: Any) -> Step:
    facts: dict[str, Any] = {
        "task_id": uuid5(transition_id, code),
        "code": code,
        "title": code.replace("_", " ").capitalize(),
        "role": "nurse",
        "state": StepState.PLANNED,
        "due_at": DISCHARGED_AT + timedelta(hours=72),
        "rule": "72 hours after discharge",
    }
    return Step(**(facts | more))


def withdrawn(one: Step) -> Step:
    return one.model_copy(update={"state": StepState.WITHDRAWN})


def transition(name: str = "one", **more: Any) -> TransitionSnapshot:
    """A transition; its steps are a home visit and a first contact unless given."""
    transition_id = known_as(name)
    mrn = more.pop("mrn", "MR1001")
    lace = more.pop("lace", None)
    facts: dict[str, Any] = {
        "transition_id": transition_id,
        "version": 1,
        "site": "GHH",
        "patient": patient(mrn),
        "visit": f"V-{name}",
        "visit_key": f"visit-key-of-{name}",
        "kind": TransitionKind.HOME_VISIT,
        "state": TransitionState.ACTIVE,
        "protocol": "default@1",
        "discharged_at": DISCHARGED_AT,
        "discharged_on": date(2026, 6, 1),
        "disposition": "01",
        "tcm": Tcm(eligible="yes", period_first_on=date(2026, 6, 1)),
        "risk": Risk(lace=_lace(lace) if lace is not None else None),
        "clocks": Clocks(home_visit_due_at=DISCHARGED_AT + timedelta(hours=72)),
        "hedis": Hedis(engagement_last_on=date(2026, 7, 1)),
        "steps": [step(transition_id), step(transition_id, "initial_contact")],
        "changed_at": DISCHARGED_AT + timedelta(minutes=1),
    }
    return TransitionSnapshot(**(facts | more))


Told = TypeVar("Told", TransitionSnapshot, EncounterSnapshot, NotificationSnapshot)


def newer(snapshot: Told, **more: Any) -> Told:
    """The next version of what was told, with some of it changed."""
    facts: dict[str, Any] = {name: getattr(snapshot, name) for name in type(snapshot).model_fields}
    return type(snapshot).model_validate(facts | {"version": snapshot.version + 1} | more)


def _lace(score: int) -> Lace:
    tier = "high" if score >= 10 else "moderate" if score >= 5 else "low"
    return Lace(
        score=score,
        tier=tier,
        length_of_stay=min(score, 7),
        acuity=0,
        comorbidity=0,
        ed_visits=0,
        variant="tool",
    )


def predicted(**more: Any) -> Prediction:
    """What a model says; complete unless given otherwise."""
    facts: dict[str, Any] = {
        "model": "simulated-logistic@1",
        "title": "Logistic model trained on simulated data, not for clinical use",
        "trained_on": "simulated stays",
        "probability": 0.142,
        "lowest": 0.142,
        "highest": 0.142,
        "tier": "moderate",
        "incomplete": False,
        "base": -3.0,
        "contributions": [
            Contribution(factor="days", title="days in hospital", value=5, log_odds=0.2),
            Contribution(factor="low_sodium", title="low sodium", value=1, log_odds=1.0),
        ],
        "calibration": Calibration(stays=10000, brier=0.12, intercept=0.07, slope=0.998),
        "band": RiskBand(above=0.1, up_to=0.15, stays=999, predicted=0.131, observed=0.128),
    }
    return Prediction(**(facts | more))


def encounter(name: str = "one", **more: Any) -> EncounterSnapshot:
    facts: dict[str, Any] = {
        "encounter_id": known_as(f"encounter {name}"),
        "version": 1,
        "site": "GHH",
        "patient": patient(more.pop("mrn", "MR1001")),
        "visit": f"V-{name}",
        "visit_key": f"visit-key-of-{name}",
        "status": EncounterStatus.FINISHED,
        "admitted_at": DISCHARGED_AT - timedelta(days=3),
        "discharged_at": DISCHARGED_AT,
        "disposition": "01",
        "episode_id": known_as(f"episode {name}"),
        "changed_at": DISCHARGED_AT,
    }
    return EncounterSnapshot(**(facts | more))


def notice(name: str = "one", **more: Any) -> NotificationSnapshot:
    facts: dict[str, Any] = {
        "notification_id": known_as(f"notice {name}"),
        "version": 1,
        "site": "GHH",
        "patient_key": "key-of-MR1001",
        "visit_key": f"visit-key-of-{name}",
        "about": "encounter.discharged",
        "recipient_role": "primary_care_provider",
        "recipient_name": "Benno Thistlewood",
        "channel": "email",
        "state": NotificationState.SENT,
        "attempts": 1,
        "changed_at": DISCHARGED_AT + timedelta(minutes=2),
    }
    return NotificationSnapshot(**(facts | more))


def reminder(about: Step, transition_id: UUID, **more: Any) -> Reminder:
    facts: dict[str, Any] = {
        "reminder_id": known_as(f"reminder {about.task_id} {about.due_at}"),
        "task_id": about.task_id,
        "transition_id": transition_id,
        "site": "GHH",
        "patient_key": "key-of-MR1001",
        "code": about.code,
        "role": about.role,
        "due_at": about.due_at,
        "remind_at": about.due_at - timedelta(hours=4),
    }
    return Reminder(**(facts | more))


def escalation(about: Step, transition_id: UUID, **more: Any) -> Reminder:
    """Told a day after the task was due."""
    facts: dict[str, Any] = {
        "reminder_id": known_as(f"escalation {about.task_id} {about.due_at}"),
        "remind_at": about.due_at + timedelta(days=1),
        "escalates_to": "provider",
    }
    return reminder(about, transition_id, **(facts | more))


Body = TransitionSnapshot | EncounterSnapshot | Reminder | NotificationSnapshot


def told(*bodies: Body, correlation_id: str = "from-the-wire") -> Sequence[Delivery[Any]]:
    """The bodies as a batch; the same body is the same event."""
    return [Delivery(_event(body, correlation_id), body) for body in bodies]


def _event(body: Body, correlation_id: str) -> Event:
    type_ = _clock_of(body) if isinstance(body, Reminder) else "transition.opened"
    return Event(
        event_id=str(known_as(body.model_dump_json())),
        type=type_,
        source="/test",
        subject="",
        time=DISCHARGED_AT,
        key="",
        data=b"",
        correlation_id=correlation_id,
    )


def _clock_of(body: Reminder) -> ReminderEventType:
    return ReminderEventType.ESCALATION if body.escalates_to else ReminderEventType.DUE_SOON
