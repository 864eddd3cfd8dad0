"""Acknowledgements in original mode: every version's form, the sender's own way of speaking."""

from datetime import UTC, datetime

import pytest
from tests.support.adt_ingest_fakes import segments_of
from tests.support.hl7_builders import adt

from adt_ingest.domain.acknowledgement import Answer, Code, acknowledgement
from adt_ingest.domain.reader import read_header
from adt_ingest.domain.refusals import Problem, Refusal
from adt_ingest.domain.replies import Answered

NOW = datetime(2026, 5, 22, 21, 10, 5, tzinfo=UTC)
ACCEPTED = Answer(Code.ACCEPTED)
MISSING = Answer(
    Code.ERROR, Refusal(Problem.REQUIRED_FIELD, "No identifier names the patient", "PID-3")
)


def answer(data: bytes, told: Answer = ACCEPTED) -> bytes:
    return acknowledgement(told, to=read_header(data), control_id="OURS1", written_at=NOW)


def test_an_acceptance_swaps_the_roles_and_names_the_message() -> None:
    segments = segments_of(answer(adt("A03", control_id="C77", version="2.5.1")))
    assert segments["MSH"][2:] == [
        "HOMEWARD", "CARE", "ADT1", "GHH", "20260522211005+0000", "", "ACK^A03^ACK", "OURS1", "P",
        "2.5.1",
    ]  # fmt: skip
    assert segments["MSA"] == ["MSA", "AA", "C77"]
    assert "ERR" not in segments


@pytest.mark.parametrize(("named", "answered"), [("8859/1", "8859/1"), ("KLINGON", None)])
def test_an_answer_names_the_senders_character_set_where_it_can_be_read(
    named: str, answered: str | None
) -> None:
    written = answer(adt("A03", charset=named), MISSING)
    assert segments_of(written)["MSH"][17:] == ([answered] if answered else [])
    assert Answered.read(written).reason == "No identifier names the patient"


@pytest.mark.parametrize("version", ["2.5", "2.5.1", "2.6"])
def test_from_version_2_5_on_an_error_has_a_location_a_code_and_words(version: str) -> None:
    segments = segments_of(answer(adt("A03", version=version), MISSING))
    assert segments["MSA"][1] == "AE"
    assert segments["ERR"][2:] == [
        "PID^1^3",
        "101^Required field missing^HL70357",
        "E",
        "",
        "",
        "",
        "No identifier names the patient (PID-3)",
    ]
    assert segments["MSA"][3] == "No identifier names the patient (PID-3)"


@pytest.mark.parametrize("version", ["2.7", "2.8.2", "2.9"])
def test_from_version_2_7_on_there_is_no_text_in_msa(version: str) -> None:
    segments = segments_of(answer(adt("A03", version=version), MISSING))
    assert segments["MSA"] == ["MSA", "AE", "MSG00001"]
    assert segments["ERR"][8] == "No identifier names the patient (PID-3)"


@pytest.mark.parametrize("version", ["2.1", "2.2", "2.3", "2.3.1", "2.4"])
def test_before_version_2_5_an_error_is_one_field(version: str) -> None:
    segments = segments_of(answer(adt("A03", version=version), MISSING))
    assert segments["ERR"] == ["ERR", "PID^1^3^101&Required field missing&HL70357"]
    assert segments["MSA"][3] == "No identifier names the patient (PID-3)"


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("2.1", "ACK"),
        ("2.2", "ACK"),
        ("2.3", "ACK^A03"),
        ("2.3.1", "ACK^A03^ACK"),
        ("2.9", "ACK^A03^ACK"),
    ],
)
def test_the_message_type_has_the_form_of_the_version(version: str, kind: str) -> None:
    segments = segments_of(answer(adt("A03", version=version)))
    assert segments["MSH"][8] == kind
    assert segments["MSH"][11] == version


def test_the_senders_delimiters_are_used_and_escaped() -> None:
    data = b"MSH#$%@*#A#B#C#D#20260522##ADT$A03$ADT_A03#M1#P#2.5\r"
    told = Answer(Code.REJECTED, Refusal(Problem.UNKNOWN_KEY, "No site is #1 @ home", "MSH-4"))
    text = answer(data, told).decode()
    assert text.startswith("MSH#$%@*#C#D#A#B#")
    assert "\rMSA#AR#M1#No site is @F@1 @E@ home (MSH-4)\r" in text
    assert "\rERR##MSH$1$4#204$Unknown key identifier$HL70357#E####" in text


def test_without_a_declared_escape_delimiters_in_words_become_blanks() -> None:
    data = b"MSH|^|A|B|C|D|20260522||ADT^A03|M1|P|2.5\r"
    told = Answer(Code.REJECTED, Refusal(Problem.UNKNOWN_KEY, "No site for A|B"))
    assert b"MSA|AR|M1|No site for A B\r" in answer(data, told)


@pytest.mark.parametrize(("charset", "codec"), [("8859/1", "latin-1"), ("UNICODE UTF-8", "utf-8")])
def test_the_senders_charset_is_kept(charset: str, codec: str) -> None:
    data = adt("A03", charset=charset, sending_application="HÔPITAL").decode().encode(codec)
    told = answer(data)
    assert "|HÔPITAL|GHH|".encode(codec) in told
    assert segments_of(told)["MSH"][17] == charset


def test_names_in_an_undeclared_charset_go_back_byte_by_byte() -> None:
    data = adt("A03", sending_application="HÔPITAL").decode().encode("latin-1")
    assert "|HÔPITAL|GHH|".encode("latin-1") in answer(data)


def test_a_frame_without_a_readable_header_is_answered_in_our_own_way() -> None:
    told = Answer(Code.REJECTED, Refusal(Problem.SEGMENT_SEQUENCE, "It does not begin", "MSH"))
    data = acknowledgement(told, to=None, control_id="OURS1", written_at=NOW)
    segments = segments_of(data)
    assert segments["MSH"][2:6] == ["HOMEWARD", "", "", ""]
    assert segments["MSH"][11] == "2.5.1"
    assert segments["MSA"] == ["MSA", "AR", "", "It does not begin (MSH)"]
    assert segments["ERR"][2] == "MSH^1"


def test_a_component_has_its_place_in_the_location() -> None:
    told = Answer(Code.ERROR, Refusal(Problem.DATA_TYPE, "No", "PID-3.1"))
    assert segments_of(answer(adt("A03"), told))["ERR"][2] == "PID^1^3^1^1"
