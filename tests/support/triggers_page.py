"""The table of `docs/triggers.md`, written from the code: what each trigger becomes and does."""

from collections.abc import Iterator
from datetime import UTC, datetime

from adt_ingest.domain.triggers import IGNORED, MEANINGS
from care_chassis.events import Event
from care_contracts.encounters import EncounterEvent
from transition_orchestrator.domain.messages import Message
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
        "| trigger | HL7's name for it | event | what follows here today |",
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
        return "none yet: counted"
    if news.prior:
        return "two persons become one"
    return f"the visit: {news.kind}" if news.visit else "the person alone"
