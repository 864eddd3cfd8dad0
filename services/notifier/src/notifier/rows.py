"""Rows and documents of the notifier's tables, read into domain values and written from them."""

from collections.abc import Sequence
from typing import Any

import asyncpg
from pydantic import TypeAdapter

from notifier.domain.facts import PersonFacts, StayFacts
from notifier.domain.notices import Addressee, Notice, NoticeState, Recipient, Role
from notifier.domain.people import Person
from notifier.domain.visits import About, Care, Moment, Visit
from notifier.ports import TextLog

_PERSON = TypeAdapter(PersonFacts)
_STAY = TypeAdapter(StayFacts)
_MOMENTS = TypeAdapter(tuple[Moment, ...])
_FACTS: TypeAdapter[Any] = TypeAdapter(PersonFacts | StayFacts)


def document(facts: PersonFacts | StayFacts) -> dict[str, Any]:
    """Facts as JSON."""
    return _FACTS.dump_python(facts, mode="json")


def history(of: Visit) -> dict[str, Any]:
    """The moments of a visit as JSON: an object, because a list would be taken for more columns."""
    return {"moments": _MOMENTS.dump_python(of.moments, mode="json")}


def person(row: asyncpg.Record) -> Person:
    return Person(row["patient_key"], _PERSON.validate_python(row["facts"]), row["survivor_key"])


def visit(row: asyncpg.Record) -> Visit:
    return Visit(
        row["visit_key"],
        row["patient_key"],
        row["site"],
        _STAY.validate_python(row["facts"]),
        _MOMENTS.validate_python(row["history"]["moments"]),
    )


def text_log(row: asyncpg.Record) -> TextLog:
    return TextLog(row["follow_up_stands"], row["opted_out"], tuple(row["sent_at"]))


def notice(row: asyncpg.Record) -> Notice:
    name, address = row["recipient_name"], row["recipient_address"]
    about = About(row["about"])
    return Notice(
        notification_id=row["notification_id"],
        visit_key=row["visit_key"],
        patient_key=row["patient_key"],
        site=row["site"],
        about=about,
        recorded_at=row["recorded_at"],
        event_id=row["event_id"],
        occurred_at=row["occurred_at"],
        care=Care(row["care"]) if row["care"] else None,
        requested_at=row["requested_at"],
        next_attempt_at=row["next_attempt_at"],
        addressee=Addressee(Role(row["recipient_role"]), row["recipient_key"]),
        recipient=None if name is None else Recipient(name, address),
        state=NoticeState(row["state"]),
        reason=row["reason"],
        version=row["version"],
        attempts=row["attempts"],
        first_attempt_at=row["first_attempt_at"],
        in_flight=row["in_flight"],
        maybe_told=row["maybe_told"],
        revoked=row["revoked"],
        corrects=row["corrects"],
        correlation_id=row["correlation_id"],
        traceparent=row["traceparent"],
    )


def notice_columns(notices: Sequence[Notice]) -> list[list[Any]]:
    """The columns of `notices`, one list each, in the order of `keep_notices`."""
    lines = [_line(item) for item in notices]
    return [list(column) for column in zip(*lines, strict=True)]


def _line(item: Notice) -> tuple[Any, ...]:
    recipient = item.recipient
    return (
        item.notification_id,
        item.visit_key,
        item.patient_key,
        item.site,
        item.about,
        item.recorded_at,
        item.event_id,
        item.occurred_at,
        item.care,
        item.requested_at,
        item.next_attempt_at,
        item.addressee.role,
        item.addressee.key,
        recipient.name if recipient else None,
        recipient.address if recipient else None,
        item.state,
        item.reason,
        item.version,
        item.attempts,
        item.first_attempt_at,
        item.in_flight,
        item.maybe_told,
        item.revoked,
        item.corrects,
        item.correlation_id,
        item.traceparent,
    )
