"""Several messages in one: whatever comes, no byte of it is lost."""

from hypothesis import given
from hypothesis import strategies as st
from tests.support.hl7_builders import admission, discharge

from adt_ingest.domain.batches import messages_in

ONE, TWO = discharge(control_id="B1"), admission(control_id="B2")
FHS, BHS = b"FHS|^~\\&|ADT1|GHH", b"BHS|^~\\&|ADT1|GHH"

pieces = st.sampled_from(
    [
        ONE,
        TWO,
        FHS + b"\r",
        BHS + b"\r\n",
        b"BTS|1\r",
        b"BTS|",
        b"FTS\n",
        b"MSH|",
        b"MSH",
        b" ",
        b"\r",
    ]
)


@given(st.lists(pieces | st.binary(max_size=9), max_size=8))
def test_no_byte_is_lost_and_none_is_told_twice(parts: list[bytes]) -> None:
    data = b"".join(parts)
    batch = messages_in(data)
    assert sorted(b"".join(batch.messages) + batch.envelope) == sorted(data)
    assert all(message in data for message in batch.messages)
    if batch.groups:
        assert sum(group.size for group in batch.groups) == len(batch.messages)
