"""The use case: read, translate, publish, acknowledge. Each frame is answered exactly once.

AA is said only when the broker holds the frame and what it tells of; while it does not, every frame
is answered AE and its sender keeps it. What can never be understood is kept for a person to look at
and answered in words.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from adt_ingest import meters
from adt_ingest.domain.acknowledgement import Answer, Code, acknowledgement
from adt_ingest.domain.doors import Origin, Reply
from adt_ingest.domain.framing import Frame
from adt_ingest.domain.judgement import QUARANTINED, Judgement, judge
from adt_ingest.domain.reader import Header, read_header
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.ports import Events, Sites, Tracing
from adt_ingest.records import Receipt, Records, traceparent_of
from care_chassis.clock import Clock
from care_chassis.errors import TransientError
from care_chassis.events import OutgoingEvent
from care_chassis.logs import get_logger

_log = get_logger("adt_ingest.receive")
_LONGEST_CONTROL_ID: Final = 20
_NOT_STORED: Final = Answer(
    Code.ERROR, Refusal(Problem.INTERNAL, "The message could not be stored: send it again later")
)


class Receive:
    """Takes frames and gives back their acknowledgements, in the same order."""

    def __init__(
        self, *, events: Events, sites: Sites, records: Records, clock: Clock, trace: Tracing
    ) -> None:
        self._events = events
        self._sites = sites
        self._records = records
        self._clock = clock
        self._trace = trace

    async def receive(self, frames: Sequence[Frame], origin: Origin) -> list[Reply]:
        """What goes back for each of `frames`, which came from `origin` in this order."""
        began = time.perf_counter()
        now = self._clock.now()
        taken = [self._take(frame, origin, now) for frame in frames]
        stored = await self._store([event for _, events in taken for event in events])
        receipts = [receipt for receipt, _ in taken]
        then = self._clock.now()
        answers = [self._answer(receipt, then, stored=stored) for receipt in receipts]
        meters.RECEIVE_SECONDS.observe(time.perf_counter() - began)
        return answers

    def _take(
        self, frame: Frame, origin: Origin, now: datetime
    ) -> tuple[Receipt, list[OutgoingEvent]]:
        """Judge a frame and write its events."""
        try:
            judgement = judge(frame, self._sites.find, now)
            receipt = Receipt.of(judgement, received_at=now, origin=origin)
            return receipt, self._records.of(receipt)
        except Exception as error:  # noqa: BLE001 - whatever a message does to us, it is answered
            _log.error("frame_broke_us", error_type=type(error).__name__, size=len(frame.data))
            receipt = Receipt.of(_not_understood(frame), received_at=now, origin=origin)
            return receipt, self._records.of(receipt)

    async def _store(self, events: Sequence[OutgoingEvent]) -> bool:
        try:
            await self._events.publish(events)
        except TransientError as error:
            _log.warning("frames_not_stored", count=len(events), detail=str(error))
            return False
        except Exception as error:  # noqa: BLE001 - a bug must not cost the sender its answer
            _log.error("frames_not_stored", count=len(events), error_type=type(error).__name__)
            return False
        return True

    def _answer(self, receipt: Receipt, then: datetime, *, stored: bool) -> Reply:
        judgement = receipt.judgement
        answer = judgement.answer if stored else _NOT_STORED
        verdict = judgement.verdict if stored else "not_stored"
        meters.count(judgement, verdict, answer.code.value)
        if stored:
            self._note(receipt, then)
        written = acknowledgement(
            answer,
            to=judgement.header,
            control_id=receipt.event_id[:_LONGEST_CONTROL_ID],
            written_at=then,
        )
        return Reply((written,))

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
                answer=judgement.answer.code.value,
                peer=receipt.origin.address,
                size=len(judgement.frame.data),
            )


def _not_understood(frame: Frame) -> Judgement:
    """The judgement on a frame that nobody here foresaw."""
    header: Header | None = None
    with suppress(Exception):  # without one it is answered as what nobody can read
        header = read_header(frame.data)
    refusal = Refusal(Problem.DATA_TYPE, "The message could not be understood: a person will look")
    return Judgement(frame, QUARANTINED, Answer(Code.ERROR, refusal), header=header)
