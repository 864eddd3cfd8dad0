"""Documents and referrals: what is said of each, and how each stands."""

import json
from datetime import UTC, datetime

import pytest
from tests.support.feed_messages import RF1, TXA, body_of, events_of, mdm, ref

from adt_ingest.domain import documents
from care_contracts.documents import DocumentEvent
from care_contracts.referrals import ReferralEvent, ReferralStatus


def test_a_document_is_described_and_its_text_is_not_carried() -> None:
    body = body_of(DocumentEvent, mdm("T02", "OBX|1|TX|||The secret||", "OBX|2|TX|||text"))
    assert (body.number.value, body.number.authority) == ("D1", "NOTES")
    assert body.parent_number is not None
    assert body.filler_order is not None
    assert body.kind is not None
    assert body.author is not None
    assert body.authenticator is not None
    assert (body.parent_number.value, body.filler_order.value) == ("D0", "FO2")
    assert (body.kind.code, body.kind.text) == ("DS", "Discharge summary")
    assert (body.status, body.completion, body.confidentiality) == (
        "current",
        "legally_authenticated",
        "R",
    )
    assert body.completion is not None
    assert body.completion.is_signed
    assert (body.author.family_name, body.authenticator.family_name) == ("Writer", "Signer")
    assert body.edited_at == datetime(2026, 5, 22, 19, tzinfo=UTC)
    assert body.authenticated_at == datetime(2026, 5, 22, 20, tzinfo=UTC)
    assert body.recorded_at == datetime(2026, 5, 22, 20, 10, tzinfo=UTC)
    assert body.content_characters == len("The secret") + len("text")
    assert b"secret" not in events_of(mdm("T02", "OBX|1|TX|||The secret"))[0].data


@pytest.mark.parametrize(
    ("trigger", "availability", "status"),
    [
        ("T01", "", "current"),
        ("T03", "CA", "entered_in_error"),
        ("T04", "OB", "superseded"),
        ("T08", "UN", "unavailable"),
        ("T10", "AV", "current"),
        ("T11", "AV", "entered_in_error"),
    ],
)
def test_a_document_counts_or_not(trigger: str, availability: str, status: str) -> None:
    data = mdm(trigger, txa=TXA.replace("|AV|", f"|{availability}|"))
    assert body_of(DocumentEvent, data).status == status
    assert events_of(data)[0].type == documents.KINDS[trigger]


def test_a_document_s_title_is_read_where_the_version_has_one() -> None:
    assert body_of(DocumentEvent, mdm(txa=f"{TXA}|||A title")).title == "A title"


def test_a_referral_says_who_sends_whom_to_whom_and_why() -> None:
    body = body_of(ReferralEvent, ref("I12", "DG1|1||I50.9^Heart failure^I10|||W", "PR1|1||93306"))
    assert (body.number.value, body.number.authority) == ("R1", "GHH")
    assert [number.value for number in body.external_numbers] == ["X1", "X2"]
    facts = body.facts
    assert (facts.status, facts.priority, facts.category) == ("accepted", "stat", "O")
    assert facts.kind is not None
    assert facts.kind.code == "MED"
    assert [each.code for each in facts.dispositions or []] == ["WR", "SO"]
    assert [each.code for each in facts.diagnoses or []] == ["I50.9"]
    assert [each.code for each in facts.services or []] == ["93306"]
    assert facts.effective_at == datetime(2026, 5, 25, 4, tzinfo=UTC)
    assert facts.processed_at == datetime(2026, 5, 26, 14, 15, tzinfo=UTC)
    sender, receiver = facts.providers or []
    assert sender.practitioner is not None
    assert receiver.practitioner is not None
    assert (sender.roles, sender.practitioner.identifier) == (["RP"], "111")
    assert sender.phone == "+1 555 0100"
    assert (receiver.roles, receiver.practitioner.family_name) == (["RT", "CP"], "Special")
    assert receiver.organization == "HEART CENTRE"


def referral_status(trigger: str, sent: str) -> ReferralStatus | None:
    return body_of(ReferralEvent, ref(trigger, rf1=RF1.replace("|A|", f"|{sent}|", 1))).facts.status


def test_a_referral_stands_as_its_code_says_unless_it_is_cancelled() -> None:
    assert referral_status("I12", "") == referral_status("I13", "P") == "pending"
    assert referral_status("I13", "") is None
    assert referral_status("I13", "R") == "rejected"
    assert referral_status("I14", "A") == "cancelled"
    assert referral_status("I13", "own word") is None


def test_what_a_change_of_a_referral_deletes_is_null() -> None:
    (event,) = events_of(ref("I13", rf1='RF1|||||""|R1|""||""'))
    facts = json.loads(event.data)["facts"]
    deleted = {name: facts[name] for name in ("category", "effective_at", "processed_at")}
    assert deleted == {"category": None, "effective_at": None, "processed_at": None}
    assert "status" not in facts
    assert "expires_at" not in facts
