"""Acknowledgements read back: what we write ourselves, and what foreign receivers write."""

import pytest
from tests.support.adt_ingest_fakes import RECEIVED_AT
from tests.support.hl7_builders import discharge

from adt_ingest.domain.acknowledgement import Answer, Code, acknowledgement
from adt_ingest.domain.reader import read_header
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.replies import Answered

REFUSAL = Refusal(Problem.REQUIRED_FIELD, "No number names the visit", "PV1-19")


def said(answer: Answer, version: str = "2.5.1") -> bytes:
    header = read_header(discharge(version=version))
    return acknowledgement(answer, to=header, control_id="1", written_at=RECEIVED_AT)


@pytest.mark.parametrize("version", ["2.2", "2.3.1", "2.5.1"])
def test_our_own_refusal_is_read_back_whatever_the_version(version: str) -> None:
    answered = Answered.read(said(Answer(Code.ERROR, REFUSAL), version))
    assert (answered.codes, answered.place, answered.error) == (("AE",), "PV1-19", "101")
    assert answered.reason.startswith(REFUSAL.reason)
    assert not answered.taken
    assert not answered.asks_again


def test_what_could_not_be_stored_is_asked_for_again() -> None:
    later = Refusal(Problem.INTERNAL, "The message could not be stored: send it again later")
    for version in ("2.3.1", "2.5.1"):
        assert Answered.read(said(Answer(Code.ERROR, later), version)).asks_again


def test_of_two_acknowledgements_both_count() -> None:
    accept = said(Answer(Code.ACCEPTED)).replace(b"MSA|AA", b"MSA|CA")
    assert Answered.read(accept + said(Answer(Code.ACCEPTED))).codes == ("CA", "AA")
    answered = Answered.read(accept + said(Answer(Code.ERROR, REFUSAL)))
    assert (answered.taken, answered.place) == (False, "PV1-19")


def test_no_answer_is_no_yes() -> None:
    answered = Answered.read(b"")
    assert not answered.taken
    assert "MSH-15" in answered.reason


@pytest.mark.parametrize("body", [b"<html>", b"MSH|^~\\&|\r", b"MSH|^~\\&|\rMSA|OK|1\r"])
def test_what_is_no_acknowledgement_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal):
        Answered.read(body)
