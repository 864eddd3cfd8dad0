"""Acknowledgements in original mode: whatever has a header can be acknowledged."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from adt_ingest.domain.acknowledgement import Answer, Code, acknowledgement
from adt_ingest.domain.reader import Header, read_header
from adt_ingest.domain.refusals import Problem, Refusal

NOW = datetime(2026, 5, 22, 21, 10, 5, tzinfo=UTC)
ACCEPTED = Answer(Code.ACCEPTED)
MISSING = Answer(
    Code.ERROR, Refusal(Problem.REQUIRED_FIELD, "No identifier names the patient", "PID-3")
)


@given(st.binary(max_size=200), st.sampled_from([ACCEPTED, MISSING]))
def test_whatever_has_a_header_can_be_acknowledged(data: bytes, told: Answer) -> None:
    try:
        header: Header = read_header(b"MSH|^~\\&|" + data)
    except Refusal:
        return
    text = acknowledgement(told, to=header, control_id="OURS1", written_at=NOW)
    msa = text.split(b"\rMSA|")[1]
    assert msa.startswith(told.code.value.encode() + b"|")
    assert header.raw(10).encode(header.line_codec) == msa.split(b"\r")[0].split(b"|")[1]
