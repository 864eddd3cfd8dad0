"""The feeds beside ADT: no message makes their reading raise anything but a refusal."""

import json

from hypothesis import given
from hypothesis import strategies as st
from tests.support.adt_ingest_fakes import ORIGIN, RECEIVED_AT, SECRET
from tests.support.feed_messages import (
    HEMOGLOBIN,
    OBR,
    PID,
    PV1,
    RESOURCES,
    RF1,
    SCH,
    TXA,
    feed_message,
    judged,
)

from adt_ingest.domain.feeds import FEEDS
from adt_ingest.domain.judgement import ACCEPTED
from adt_ingest.records import Receipt, Records
from care_contracts.appointments import AppointmentEvent
from care_contracts.documents import DocumentEvent
from care_contracts.referrals import ReferralEvent
from care_contracts.results import ResultEvent
from care_contracts.topics import APPOINTMENTS, DOCUMENTS, REFERRALS, RESULTS

CONTRACTS = {
    APPOINTMENTS: AppointmentEvent,
    DOCUMENTS: DocumentEvent,
    REFERRALS: ReferralEvent,
    RESULTS: ResultEvent,
}

NAMES = (
    "EVN", "PID", "PV1", "SCH", "TQ1", "AIS", "AIP", "AIL", "AIG", "ORC", "OBR", "OBX", "TXA",
    "RF1", "PRD", "DG1", "PR1",
)  # fmt: skip
whole = st.sampled_from((PID, PV1, SCH, *RESOURCES, OBR, HEMOGLOBIN, TXA, RF1))
values = st.sampled_from(
    ('""', "F", "X", "NM", "SN", "ED", "CWE", "MR1", "1.5", ">^5^-", "^^30^20260101", "20260101",
     "20260522170000", "99991231", "A^B^LN~C", "D")
)  # fmt: skip
junk = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0\ufeff"), max_size=12)
lines = st.tuples(
    st.sampled_from(NAMES), st.lists(st.one_of(values, junk, st.just("")), max_size=27)
).map(lambda parts: "|".join([parts[0], *parts[1]]))


@given(
    type_and_trigger=st.sampled_from(
        [(name, trigger) for name, feed in FEEDS.items() for trigger in sorted(feed.triggers)]
    ),
    segments=st.lists(st.one_of(whole, lines), max_size=10),
)
def test_whatever_a_feed_sends_is_refused_or_fits_its_contract(
    type_and_trigger: tuple[str, str], segments: list[str]
) -> None:
    judgement = judged(feed_message(*type_and_trigger, *segments))
    receipt = Receipt.of(judgement, received_at=RECEIVED_AT, origin=ORIGIN)
    events = Records(secret=SECRET).of(receipt)[1:]
    assert bool(events) == (judgement.verdict == ACCEPTED)
    assert len({event.event_id for event in events}) == len(events)
    assert all(b"\0" not in event.data for event in events)
    for event in events:
        read = CONTRACTS[event.topic].model_validate_json(event.data)
        assert json.loads(read.to_json()) == json.loads(event.data)
