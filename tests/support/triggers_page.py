"""The table of `docs/triggers.md`, written from the code: what each trigger becomes and does."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from adt_ingest.domain.triggers import IGNORED, MEANINGS
from care_chassis.events import Event
from care_contracts.encounters import EncounterEvent
from transition_orchestrator.domain.messages import Message, MessageKind
from transition_orchestrator.routes import read_news

_AT = datetime(2026, 6, 10, tzinfo=UTC)
_PATIENT = {"mrn": "MR1", "authority": "GHH"}
_BODY = EncounterEvent.model_validate(
    {
        "site": "GHH",
        "message": {"message_control_id": "1", "trigger": ""},
        "patient": {"patient_key": "p", **_PATIENT},
        "prior_patient": {"patient_key": "q", **_PATIENT},
        "visit": {"visit_key": "v", "visit": "V1"},
        "recorded_at": _AT,
        "received_at": _AT,
    }
).to_json()


def table() -> str:
    """The table as Markdown; every row follows from what the code does."""
    rows = [
        "| trigger | HL7's name for it | event | what follows here |",
        "|---|---|---|---|",
        *_rows(),
    ]
    return "\n".join(rows)


def _rows() -> Iterator[str]:
    for trigger in sorted(MEANINGS.keys() | IGNORED.keys()):
        if trigger in MEANINGS:
            meaning = MEANINGS[trigger]
            effect = _effect_of(meaning.kind)
            yield f"| {trigger} | {meaning.name} | `{meaning.kind}` | {effect} |"
        else:
            yield f"| {trigger} | {IGNORED[trigger]} | | accepted and counted |"


def _effect_of(kind: str) -> str:
    """What the orchestrator takes out of an event of this kind."""
    event = Event(event_id="e", type=kind, source="/", subject="", time=_AT, key="p", data=_BODY)
    news = read_news(event)
    if not isinstance(news, Message):
        raise TypeError("an event of this topic says nothing to the orchestrator")
    return _EFFECTS[news.kind]


_EFFECTS: Mapping[MessageKind, str] = {
    MessageKind.ADMITTED: "the visit begins; within 30 days of a discharge it is a readmission",
    MessageKind.REGISTERED: "the visit begins; in an emergency department it is a revisit",
    MessageKind.DISCHARGED: "the visit ends; a transition by class and disposition",
    MessageKind.UPDATED: "the newest statement of every fact counts, an older one fills blanks",
    MessageKind.MOVED: "location and bed, no transition",
    MessageKind.CLASS_CHANGED: "the same visit and episode goes on; a former number stays an alias",
    MessageKind.PLANNED: "a planned visit, without clocks",
    MessageKind.PLAN_CANCELLED: "the plan is cancelled",
    MessageKind.ADMISSION_CANCELLED: "the visit is cancelled, its transition voided",
    MessageKind.DISCHARGE_CANCELLED: "the visit goes on, its transition is voided",
    MessageKind.DISCHARGE_PLANNED: "a discharge is expected",
    MessageKind.DISCHARGE_PLAN_CANCELLED: "no discharge is expected any more",
    MessageKind.ON_LEAVE: "not a discharge",
    MessageKind.PARTICIPANTS_UPDATED: "who treats the patient, and nothing else",
    MessageKind.PERSON_UPDATED: "the person alone",
    MessageKind.PATIENT_MERGED: "two persons become one; transitions go with them",
    MessageKind.ACCOUNT_MERGED: "of the transitions of both accounts one stays live",
    MessageKind.VISIT_MERGED: "two visits become one; one transition stays live",
    MessageKind.PATIENT_MOVED: "the visits so far, and their transitions, are the other person's",
    MessageKind.ACCOUNT_MOVED: "the account's visits and transitions are the other person's",
    MessageKind.VISIT_MOVED: "the visit so far and its transition are the other person's",
    MessageKind.NUMBER_CHANGED: "the same under another number; the former one stays an alias",
    MessageKind.PATIENT_DELETED: "no cancel: the flag `record_deleted`",
    MessageKind.VISIT_DELETED: "no cancel: the flag `record_deleted`",
}
