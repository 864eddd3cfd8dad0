"""The use case: read, translate, publish, acknowledge. Each frame is answered exactly once.

A positive answer is given only when the broker holds the message and what it tells of. While it
does not, a message is answered with an error and its sender keeps it, or it waits, where its site
wants that. What can never be understood is kept for a person to look at and answered in words.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from adt_ingest import meters
from adt_ingest.domain.acknowledgement import (
    Answer,
    Code,
    acknowledgement,
    batch_acknowledgement,
)
from adt_ingest.domain.answering import answers_to
from adt_ingest.domain.batches import Batch, messages_in
from adt_ingest.domain.doors import Origin, Reply
from adt_ingest.domain.framing import Frame
from adt_ingest.domain.judgement import QUARANTINED, Judgement, flaw_of, judge
from adt_ingest.domain.oddities import Oddity
from adt_ingest.domain.reader import Header, read_header
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.ports import Events, Returns, Sites, Tracing
from adt_ingest.recent import Recent
from adt_ingest.records import Envelope, Receipt, Records, traceparent_of
from care_chassis.clock import Clock
from care_chassis.errors import TransientError
from care_chassis.events import OutgoingEvent
from care_chassis.logs import get_logger

_log = get_logger("adt_ingest.receive")
_LONGEST_CONTROL_ID: Final = 20
_NOT_UNDERSTOOD: Final = Answer(
    Code.ERROR,
    Refusal(Problem.DATA_TYPE, "The message could not be understood: a person will look"),
)
_REMEMBERED: Final = 50_000
_MOST_MESSAGES: Final = 10_000
"""Kilobytes of nothing but headers must not become gigabytes of events."""
_MOST_EVENTS: Final = 2 * _MOST_MESSAGES
"""In one frame: what tells of more would keep Kafka from all others."""
_AT_ONCE: Final = 128
"""After so many events of one frame others have their turn."""


@dataclass(frozen=True, slots=True)
class _Coming:
    """When and from where frames came."""

    at: datetime
    origin: Origin


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is in one frame, and the events that tell of it."""

    batch: Batch
    batch_id: str
    receipts: list[Receipt]
    events: list[OutgoingEvent]


class Receive:
    """Takes frames and gives back their acknowledgements, in the same order."""

    def __init__(
        self,
        *,
        events: Events,
        sites: Sites,
        records: Records,
        clock: Clock,
        trace: Tracing,
        returns: Returns,
    ) -> None:
        self._events = events
        self._sites = sites
        self._records = records
        self._clock = clock
        self._trace = trace
        self._returns = returns
        self._recent = Recent(limit=_REMEMBERED)

    async def receive(self, frames: Sequence[Frame], origin: Origin) -> list[Reply]:
        """What goes back for each of `frames`, which came from `origin` in this order.

        Where one of them waits for Kafka, all do: answers never overtake each other. If the
        service stops meanwhile there is no answer, but CancelledError.
        """
        began = time.perf_counter()
        coming = _Coming(self._clock.now(), origin)
        taken = [await self._take(frame, coming) for frame in frames]
        stored = await self._store(taken)
        then = self._clock.now()
        replies = [self._reply(each, then, stored=stored) for each in taken]
        meters.RECEIVE_SECONDS.observe(time.perf_counter() - began)
        return replies

    async def _take(self, frame: Frame, coming: _Coming) -> _Taken:
        """Judge every message of a frame, and write the events."""
        batch = Batch((frame.data,)) if flaw_of(frame) else messages_in(frame.data)
        if len(batch.messages) > _MOST_MESSAGES:
            return self._refused(
                frame,
                coming,
                Refusal(Problem.TOO_LONG, f"The frame holds more than {_MOST_MESSAGES} messages"),
            )
        if not batch.groups:
            receipt, events = self._judge(frame, coming, "")
            return _Taken(batch, "", [receipt], events)
        batch_id = Envelope.id_of(frame.data)
        taken = _Taken(batch, batch_id, [], [])
        odd = frame.oddities | {Oddity.CONCATENATED} if batch.concatenated else frame.oddities
        rested = 0
        for message in batch.messages:
            receipt, events = self._judge(Frame(message, oddities=odd), coming, batch_id)
            taken.receipts.append(receipt)
            taken.events.extend(events)
            if len(taken.events) > _MOST_EVENTS:
                return self._refused(
                    frame,
                    coming,
                    Refusal(Problem.TOO_LONG, f"The frame holds more than {_MOST_EVENTS} events"),
                )
            if len(taken.events) - rested >= _AT_ONCE:
                rested = len(taken.events)
                await asyncio.sleep(0)
        if batch.wrapped:
            taken.events.append(self._envelope(taken, coming))
        return taken

    def _refused(self, frame: Frame, coming: _Coming, refusal: Refusal) -> _Taken:
        answer = Answer(Code.REJECTED, refusal)
        receipt = self._receipt(_put_aside(frame, answer), coming, "")
        return _Taken(Batch((frame.data,)), "", [receipt], self._records.of(receipt))

    def _judge(
        self, frame: Frame, coming: _Coming, batch_id: str
    ) -> tuple[Receipt, list[OutgoingEvent]]:
        try:
            judgement = judge(frame, self._sites.find, coming.at, coming.origin)
            receipt = self._receipt(judgement, coming, batch_id)
            return receipt, self._records.of(receipt)
        except Exception as error:  # noqa: BLE001 - whatever a message does to us, it is answered
            _log.error("frame_broke_us", error_type=type(error).__name__, size=len(frame.data))
            receipt = self._receipt(_put_aside(frame, _NOT_UNDERSTOOD), coming, batch_id)
            return receipt, self._records.of(receipt)

    def _receipt(self, judgement: Judgement, coming: _Coming, batch_id: str) -> Receipt:
        receipt = Receipt.of(judgement, received_at=coming.at, origin=coming.origin, batch=batch_id)
        if judgement.header is None or coming.origin.repairs:
            return receipt
        flag = self._recent.flag(receipt.event_ids.name, receipt.event_ids.digest)
        return replace(receipt, flag=flag) if flag else receipt

    def _envelope(self, taken: _Taken, coming: _Coming) -> OutgoingEvent:
        site = taken.receipts[0].judgement.site if taken.receipts else ""
        envelope = Envelope(taken.batch, taken.batch_id, site, coming.at, coming.origin)
        if taken.batch.warnings:
            detail = "; ".join(taken.batch.warnings)
            _log.warning("batch_doubtful", correlation_id=taken.batch_id, site=site, detail=detail)
        return self._records.of_envelope(envelope)

    async def _store(self, taken: Sequence[_Taken]) -> bool:
        events = [event for each in taken for event in each.events]
        hold = any(
            receipt.judgement.rules.hold_while_away for each in taken for receipt in each.receipts
        )
        while True:
            try:
                await self._events.publish(events)
            except TransientError as error:
                state = "held" if hold else "answered"
                _log.warning("frames_not_stored", count=len(events), detail=str(error), state=state)
                if not hold:
                    return False
                await self._wait(len(taken))
            except Exception as error:  # noqa: BLE001 - a bug must not cost the sender its answer
                _log.error("frames_not_stored", count=len(events), error_type=type(error).__name__)
                return False
            else:
                return True

    async def _wait(self, frames: int) -> None:
        meters.HELD.inc(frames)
        try:
            await self._events.until_back()
        finally:
            meters.HELD.dec(frames)

    def _reply(self, taken: _Taken, then: datetime, *, stored: bool) -> Reply:
        """One block for a frame of several messages, else one for each acknowledgement."""
        written = [self._answer(receipt, then, stored=stored) for receipt in taken.receipts]
        if not taken.batch.groups:
            return Reply(tuple(written[0]))
        block = batch_acknowledgement(
            taken.batch,
            written,
            control_id=taken.batch_id[:_LONGEST_CONTROL_ID],
            written_at=then,
        )
        return Reply((block,) if block else ())

    def _answer(self, receipt: Receipt, then: datetime, *, stored: bool) -> list[bytes]:
        """The acknowledgements of one message that go back on its connection."""
        judgement = receipt.judgement
        answers = receipt.answers if stored else answers_to(judgement, stored=False)
        meters.count(judgement, stored=stored, answer=answers.codes, flag=receipt.flag)
        if stored:
            self._note(receipt, then)
        written: list[bytes] = []
        if answers.accept is not None:
            control_id = receipt.event_id[-_LONGEST_CONTROL_ID:]
            written.append(_written(answers.accept, judgement, control_id, then))
        if answers.application is not None:
            control_id = receipt.event_id[:_LONGEST_CONTROL_ID]
            address = judgement.rules.return_address if answers.enhanced else None
            wants = "AL" if address and address.confirms else ""
            block = _written(answers.application, judgement, control_id, then, wants=wants)
            if address is None:
                written.append(block)
            else:
                self._returns.deliver(address, block)
        return written

    def _note(self, receipt: Receipt, then: datetime) -> None:
        judgement, refusal = receipt.judgement, receipt.judgement.answer.refusal
        self._trace(
            "hl7.receive",
            parent=traceparent_of(receipt.event_id),
            started_at=receipt.received_at,
            ended_at=then,
        )
        if refusal is not None:
            _log.info(
                "frame_quarantined",
                correlation_id=receipt.event_id,
                site=judgement.site,
                reason=refusal.reason,
                place=refusal.place,
                answer=receipt.answers.codes,
                peer=receipt.origin.address,
                size=len(judgement.frame.data),
            )


def _written(
    answer: Answer, judgement: Judgement, control_id: str, then: datetime, *, wants: str = ""
) -> bytes:
    return acknowledgement(
        answer, to=judgement.header, control_id=control_id, written_at=then, wants=wants
    )


def _put_aside(frame: Frame, answer: Answer) -> Judgement:
    """The judgement on what was not read in the ordinary way."""
    header: Header | None = None
    with suppress(Exception):  # without one it is answered as what nobody can read
        header = read_header(frame.data)
    return Judgement(
        frame,
        QUARANTINED,
        answer,
        header=header,
        oddities=frame.oddities,
        admitted=answer.code is Code.ERROR,
    )
