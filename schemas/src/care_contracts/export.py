"""Writes the contracts down for readers in any language: `python -m care_contracts.export`.

JSON Schema 2020-12 for the body of every event, and one AsyncAPI 3.0 document that says which topic
carries which. The files are committed; a test compares them with what this module would write.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from care_contracts import topics
from care_contracts.appointments import AppointmentEvent, AppointmentEventType
from care_contracts.base import Contract
from care_contracts.documents import DocumentEvent, DocumentEventType
from care_contracts.encounters import EncounterEvent, EncounterEventType
from care_contracts.hl7 import HL7_CONTENT_TYPE, HL7_RECEIVED_TYPE, ReceivedHeaders
from care_contracts.notifications import NotificationEventType, NotificationSnapshot
from care_contracts.referrals import ReferralEvent, ReferralEventType
from care_contracts.reminders import Reminder, ReminderEventType
from care_contracts.results import ResultEvent, ResultEventType
from care_contracts.tasks import TaskEventType, TaskSnapshot
from care_contracts.transitions import (
    EncounterSnapshot,
    TransitionEventType,
    TransitionSnapshot,
)

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ASYNCAPI = "asyncapi.json"
_RELEASED = "released"


@dataclass(frozen=True)
class Message:
    """One kind of event: where it is published, what its `ce_type` says, and its body."""

    topic: str
    kind: str
    body: type[Contract]

    @property
    def schema_path(self) -> str:
        return f"{self.topic}/{self.body.__name__}.json"


def messages() -> tuple[Message, ...]:
    """Every kind of event with a JSON body, topic by topic."""
    return (
        *_all(topics.ENCOUNTERS, EncounterEventType, EncounterEvent),
        *_all(topics.APPOINTMENTS, AppointmentEventType, AppointmentEvent),
        *_all(topics.RESULTS, ResultEventType, ResultEvent),
        *_all(topics.DOCUMENTS, DocumentEventType, DocumentEvent),
        *_all(topics.REFERRALS, ReferralEventType, ReferralEvent),
        *(Message(topics.TRANSITIONS, kind.value, _body_of(kind)) for kind in TransitionEventType),
        *_all(topics.TASKS, TaskEventType, TaskSnapshot),
        *_all(topics.REMINDERS, ReminderEventType, Reminder),
        *_all(topics.NOTIFICATIONS, NotificationEventType, NotificationSnapshot),
    )


def _all(topic: str, kinds: type[StrEnum], body: type[Contract]) -> Iterator[Message]:
    return (Message(topic, kind.value, body) for kind in kinds)


def _body_of(kind: TransitionEventType) -> type[Contract]:
    if kind is TransitionEventType.ENCOUNTER_FOLLOWED:
        return EncounterSnapshot
    return TransitionSnapshot


class _Plain(GenerateJsonSchema):
    """Leaves out what would mislead: made-up titles, and "default: null" for a fact left unsaid."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        written = super().default_schema(schema)
        if written.get("default", ...) is None:
            del written["default"]
        return written


def body_schema(name: str, body: type[Contract]) -> dict[str, Any]:
    """What a reader of the body accepts, as JSON Schema."""
    schema = body.model_json_schema(schema_generator=_Plain)
    return {"$schema": _DIALECT, "$id": f"urn:homeward:{name}"} | schema


def documents() -> dict[str, str]:
    """Every generated file: its path under the folder, and its text."""
    bodies = {message.schema_path: message for message in messages()}
    written: dict[str, Any] = {
        path: body_schema(f"{message.topic}:{message.body.__name__}", message.body)
        for path, message in bodies.items()
    }
    written[f"{topics.HL7_RECEIVED}/{ReceivedHeaders.__name__}.json"] = body_schema(
        f"{topics.HL7_RECEIVED}:{ReceivedHeaders.__name__}", ReceivedHeaders
    )
    written[_ASYNCAPI] = _asyncapi()
    return {
        path: json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        for path, content in written.items()
    }


def _asyncapi() -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Homeward's events",
            "version": version("care-contracts"),
            "description": "CloudEvents 1.0 in binary mode over Kafka; the record key is opaque.",
        },
        "defaultContentType": "application/json",
        "channels": _channels(),
        "components": {
            "messages": {
                HL7_RECEIVED_TYPE: _received_message(),
                **{message.kind: _message(message) for message in messages()},
            },
            "schemas": {"CloudEventHeaders": _headers()},
        },
    }


def _channels() -> dict[str, Any]:
    types: dict[str, list[str]] = {topics.HL7_RECEIVED: [HL7_RECEIVED_TYPE]}
    for message in messages():
        types.setdefault(message.topic, []).append(message.kind)
    return {
        topic: {
            "address": topic,
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        }
        for topic, names in types.items()
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "name": message.kind,
        "contentType": "application/json",
        "headers": _headers_with({"ce_type": {"const": message.kind}}, required=()),
        "payload": {"$ref": message.schema_path},
        "bindings": {"kafka": {"key": {"type": "string"}}},
    }


def _received_message() -> dict[str, Any]:
    named = {f"ce_{name}": {"type": "string"} for name in ReceivedHeaders.model_fields}
    return {
        "name": HL7_RECEIVED_TYPE,
        "contentType": HL7_CONTENT_TYPE,
        "headers": _headers_with(
            {"ce_type": {"const": HL7_RECEIVED_TYPE}, **named}, required=("ce_verdict",)
        ),
        "payload": {"type": "string", "description": "The frame's bytes as they came."},
        "bindings": {"kafka": {"key": {"type": "string"}}},
    }


def _headers_with(properties: dict[str, Any], *, required: Sequence[str]) -> dict[str, Any]:
    own: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        own["required"] = list(required)
    return {"allOf": [{"$ref": "#/components/schemas/CloudEventHeaders"}, own]}


def _headers() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "What rides with every event; values are UTF-8.",
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type"],
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": text | {"description": "The same for the same event however often it comes."},
            "ce_type": text,
            "ce_source": text,
            "ce_subject": text,
            "ce_time": {"type": "string", "format": "date-time"},
            "content-type": text,
            "correlation_id": text
            | {"description": "Set at the wire; carried to the last delivery."},
            "traceparent": text | {"description": "W3C trace context of the span that published."},
        },
    }


def write(folder: Path) -> None:
    """Write all files anew under `folder`; what is generated no more is removed."""
    wanted = documents()
    for stale in committed(folder).keys() - wanted.keys():
        (folder / stale).unlink()
    for path, text in wanted.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def committed(folder: Path) -> dict[str, str]:
    """The files that stand under `folder`, without the copies of released versions."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.json"))
        if path.relative_to(folder).parts[0] != _RELEASED
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files; with `--release X` keep a copy that later versions are compared with."""
    parser = argparse.ArgumentParser(prog="care_contracts.export", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=_default_folder())
    parser.add_argument("--release", metavar="VERSION", help="also keep it under released/VERSION")
    chosen = parser.parse_args(arguments)
    write(chosen.folder)
    if chosen.release:
        write(chosen.folder / _RELEASED / chosen.release)


def _default_folder() -> Path:
    return Path(__file__).resolve().parents[2] / "json"


if __name__ == "__main__":
    main()
