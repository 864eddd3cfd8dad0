"""Turns what became of a frame into the events that Kafka is to hold: the contracts' side of it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

import orjson

from adt_ingest.domain.answering import Answers, answers_to
from adt_ingest.domain.batches import Batch
from adt_ingest.domain.doors import Origin
from adt_ingest.domain.event_ids import EventIds
from adt_ingest.domain.facts import Facts
from adt_ingest.domain.identifiers import Identifier, identifier_fact
from adt_ingest.domain.judgement import ACCEPTED, IGNORED, Judgement
from adt_ingest.domain.movements import Movement
from adt_ingest.domain.reader import Header, read_header
from adt_ingest.domain.refusals import Refusal
from adt_ingest.domain.statements import Statement
from adt_ingest.domain.subjects import NO_REFERENCES, References
from adt_ingest.domain.translation import Translation
from care_chassis.events import OutgoingEvent
from care_contracts.appointments import AppointmentEvent
from care_contracts.documents import DocumentEvent
from care_contracts.encounters import EncounterEvent
from care_contracts.hl7 import HL7_CONTENT_TYPE, HL7_RECEIVED_TYPE
from care_contracts.identifiers import patient_key, visit_key
from care_contracts.referrals import ReferralEvent
from care_contracts.results import ResultEvent
from care_contracts.statements import Statement as StatementBody
from care_contracts.topics import (
    APPOINTMENTS,
    DOCUMENTS,
    ENCOUNTERS,
    HL7_RECEIVED,
    REFERRALS,
    RESULTS,
)

_MOST_BYTES: Final = 1_000_000
"""Kafka takes records of up to 1 MiB, headers included; one it refuses would hold up its batch."""

_STATEMENTS: Final[Mapping[str, tuple[str, type[StatementBody]]]] = {
    "appointment": (APPOINTMENTS, AppointmentEvent),
    "result": (RESULTS, ResultEvent),
    "document": (DOCUMENTS, DocumentEvent),
    "referral": (REFERRALS, ReferralEvent),
}
"""Topic and body by what a statement is about: the first word of its kind."""

_LONGEST_HEADER: Final = 199
"""What a header repeats of a frame is cut: the whole is in the frame."""


class EventTooLargeError(Exception):
    """What a message tells of does not fit into a record."""

    def __init__(self, size: int) -> None:
        super().__init__(f"an event of {size} bytes is too large for Kafka")
        self.size = size


@dataclass(frozen=True, slots=True)
class Receipt:
    """A judged message with what is known of its coming."""

    judgement: Judgement
    event_ids: EventIds
    event_id: str
    """The id of the `hl7.received` event, which all that follows carries as correlation id.

    The verdict is part of it: a message that was quarantined and is sent again once its site is
    configured is news.
    """
    received_at: datetime
    origin: Origin
    answers: Answers
    """What the sender is told once the message is stored."""
    flag: str = ""
    """What is known of it from before: see `recent`."""
    batch: str = ""
    """The event id of the envelope that the message came in."""

    @classmethod
    def of(
        cls, judgement: Judgement, *, received_at: datetime, origin: Origin, batch: str = ""
    ) -> Self:
        ids = EventIds.of(judgement.frame.data, judgement.header)
        event_id = ids.of_kind(f"{HL7_RECEIVED_TYPE}.{judgement.verdict}")
        answers = answers_to(judgement, stored=True)
        return cls(judgement, ids, event_id, received_at, origin, answers, batch=batch)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stood around the messages of a batch, with what is known of its coming."""

    batch: Batch
    event_id: str
    site: str
    received_at: datetime
    origin: Origin

    @classmethod
    def id_of(cls, data: bytes) -> str:
        """The event id of the envelope in all the bytes `data` that came as one."""
        return EventIds.of(data, None).of_kind(f"{HL7_RECEIVED_TYPE}.envelope")


class Records:
    """Writes the events of a receipt; `secret` keys the opaque names of patients and visits."""

    def __init__(self, *, secret: str) -> None:
        self._secret = secret

    def of(self, receipt: Receipt) -> list[OutgoingEvent]:
        """The message as it came, and what it tells of."""
        told = [*self._encounters(receipt), *self._statements(receipt)]
        key = told[0].key if told else receipt.event_id
        return [self._received(receipt, key), *told]

    def of_envelope(self, envelope: Envelope) -> OutgoingEvent:
        """The bytes of a batch that belong to none of its messages."""
        batch = envelope.batch
        extensions = {
            "verdict": IGNORED,
            "site": envelope.site,
            "reason": f"The envelope of a batch of {len(batch.messages)} messages",
            "warnings": "; ".join(batch.warnings),
            "batch": envelope.event_id,
            **_coming(envelope.origin),
            "repairs": "",  # what a message of the batch repairs, the batch around it does not
        }
        return OutgoingEvent(
            topic=HL7_RECEIVED,
            key=envelope.event_id,
            event_id=envelope.event_id,
            type=HL7_RECEIVED_TYPE,
            source=source_of(envelope.site),
            subject=envelope.site,
            time=envelope.received_at,
            data=batch.envelope,
            correlation_id=envelope.event_id,
            traceparent=traceparent_of(envelope.event_id),
            extensions=extensions,
            content_type=HL7_CONTENT_TYPE,
        )

    def _received(self, receipt: Receipt, key: str) -> OutgoingEvent:
        judgement = receipt.judgement
        return OutgoingEvent(
            topic=HL7_RECEIVED,
            key=key,
            event_id=receipt.event_id,
            type=HL7_RECEIVED_TYPE,
            source=source_of(judgement.site),
            subject=judgement.site,
            time=receipt.received_at,
            data=judgement.frame.data,
            correlation_id=receipt.event_id,
            traceparent=traceparent_of(receipt.event_id),
            extensions=_extensions(receipt),
            content_type=HL7_CONTENT_TYPE,
        )

    def _encounters(self, receipt: Receipt) -> Iterator[OutgoingEvent]:
        for index, told in enumerate(receipt.judgement.translations):
            body = self._body(receipt, told)
            event_id = receipt.event_ids.of_kind(told.kind, index)
            yield _event(
                receipt, body, EncounterEvent, topic=ENCOUNTERS, kind=told.kind, event_id=event_id
            )

    def _statements(self, receipt: Receipt) -> Iterator[OutgoingEvent]:
        for index, told in enumerate(receipt.judgement.statements):
            topic, contract = _STATEMENTS[told.kind.partition(".")[0]]
            body = self._envelope(receipt, told) | told.body
            event_id = receipt.event_ids.of_kind(told.kind, index)
            yield _event(receipt, body, contract, topic=topic, kind=told.kind, event_id=event_id)

    def _body(self, receipt: Receipt, told: Translation) -> Facts:
        body = self._envelope(receipt, told)
        body["patient_facts"] = told.patient_facts
        body["visit_facts"] = told.visit_facts
        if told.references is not NO_REFERENCES:
            body.update(self._references(receipt.judgement.site, told.references))
        if told.movement:
            body["movement"] = _movement(told.movement)
        if told.site_fields:
            body["site_fields"] = told.site_fields
        return body

    def _envelope(self, receipt: Receipt, told: Translation | Statement) -> Facts:
        """What every body says: who said it, of whom, and when."""
        site, header = receipt.judgement.site, receipt.judgement.header
        sender = ("", "", "") if header is None else tuple(header.first(n) for n in (10, 3, 4))
        body: Facts = {
            "site": site,
            "message": {
                "message_control_id": sender[0],
                "trigger": receipt.judgement.trigger,
                "sending_application": sender[1],
                "sending_facility": sender[2],
            },
            "patient": self._patient(site, told.patient),
            "recorded_at": told.recorded_at,
            "received_at": receipt.received_at,
        }
        if told.visit:
            body["visit"] = self._visit(site, told.visit)
        if told.occurred_at:
            body["occurred_at"] = told.occurred_at
        if told.warnings:
            body["warnings"] = list(told.warnings)
        return body

    def _references(self, site: str, told: References) -> Facts:
        found: Facts = {}
        if told.prior_patient:
            found["prior_patient"] = self._patient(site, told.prior_patient)
        if told.linked_patient:
            found["linked_patient"] = self._patient(site, told.linked_patient)
        if told.prior_visit:
            found["prior_visit"] = self._visit(site, told.prior_visit)
        if told.prior_account:
            found["prior_account"] = identifier_fact(told.prior_account)
        if told.prior_identifier:
            found["prior_identifier"] = identifier_fact(told.prior_identifier)
        return found

    def _patient(self, site: str, number: Identifier) -> Facts:
        mrn, authority = number.value, number.authority
        key = patient_key(self._secret, site=site, authority=authority, mrn=mrn)
        return {"patient_key": key, "mrn": mrn, "authority": authority}

    def _visit(self, site: str, number: Identifier) -> Facts:
        visit, authority = number.value, number.authority
        key = visit_key(self._secret, site=site, authority=authority, visit=visit)
        return {"visit_key": key, "visit": visit, "authority": authority}


def _event(
    receipt: Receipt,
    body: Facts,
    contract: type[EncounterEvent | StatementBody],
    *,
    topic: str,
    kind: str,
    event_id: str,
) -> OutgoingEvent:
    """The event with `body`, which is checked against its contract and then written as it is.

    To write the model that comes of the check would take five times as long; tests hold that it
    would say the same, if in another order. Raises ValidationError, EventTooLargeError.
    """
    checked = contract.model_validate(body)
    data = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    if len(data) > _MOST_BYTES:
        raise EventTooLargeError(len(data))
    visit = checked.visit
    return OutgoingEvent(
        topic=topic,
        key=checked.patient.patient_key,
        event_id=event_id,
        type=kind,
        source=source_of(receipt.judgement.site),
        subject=visit.visit_key if visit else checked.patient.patient_key,
        time=receipt.received_at,
        data=data,
        correlation_id=receipt.event_id,
        traceparent=traceparent_of(receipt.event_id),
    )


def _movement(movement: Movement) -> Facts:
    """What is said of a movement; what is not has no key."""
    said: Facts = {
        "identifier": movement.identifier,
        "authority": movement.authority,
        "action": movement.action or None,
        "starts_at": movement.starts_at,
        "ends_at": movement.ends_at,
        "historic": movement.historic,
        "original_trigger": movement.original_trigger,
    }
    return {name: value for name, value in said.items() if value is not None}


def _extensions(receipt: Receipt) -> dict[str, str]:
    """`ReceivedHeaders` as they travel; a test holds them against the contract."""
    judgement, refusal = receipt.judgement, receipt.judgement.answer.refusal
    return {
        "verdict": judgement.verdict,
        "site": judgement.site,
        "controlid": judgement.header.first(10)[:_LONGEST_HEADER] if judgement.header else "",
        "trigger": judgement.trigger[:_LONGEST_HEADER],
        "answer": receipt.answers.codes,
        "reason": refusal.reason if refusal else "",
        "place": refusal.place if refusal else "",
        "oddities": ",".join(sorted(judgement.oddities)) if judgement.oddities else "",
        "warnings": "; ".join(judgement.warnings),
        "flags": receipt.flag,
        "batch": receipt.batch,
        **_coming(receipt.origin),
    }


def _coming(origin: Origin) -> dict[str, str]:
    return {"door": origin.door.value, "peer": origin.address, "repairs": origin.repairs}


def ids_if_taken(data: bytes) -> frozenset[str]:
    """What the `hl7.received` event of these bytes is called where they are not refused."""
    header: Header | None = None
    with suppress(Refusal):
        header = read_header(data)
    ids = EventIds.of(data, header)
    return frozenset(ids.of_kind(f"{HL7_RECEIVED_TYPE}.{one}") for one in (ACCEPTED, IGNORED))


def source_of(site: str) -> str:
    """The CloudEvents source: which site's door."""
    return f"/adt-ingest/{site or 'unknown'}"


def traceparent_of(correlation_id: str) -> str:
    """A trace that bears the correlation id, so that whoever has one has the other."""
    return f"00-{correlation_id}-{correlation_id[:16]}-01"
