"""Translation: no message, however odd, makes it raise anything but a refusal."""

from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st
from tests.support.adt_ingest_fakes import GOOD_HEALTH, RECEIVED_AT
from tests.support.hl7_builders import adt

from adt_ingest.domain.reader import read_header, read_message
from adt_ingest.domain.refusals import Refusal
from adt_ingest.domain.translation import Translation, translate
from adt_ingest.domain.triggers import MEANINGS


def all_told(data: bytes) -> list[Translation]:
    header = read_header(data)
    message = read_message(data, header, default_codec=GOOD_HEALTH.codec)
    trigger = header.component(9, 2)
    return translate(message, header, GOOD_HEALTH, trigger=trigger, received_at=RECEIVED_AT)


values = st.sampled_from(["", '""', "MR1", "2026", "20260522170000"])
junk = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\ufeff"), max_size=20)
names = st.sampled_from(["EVN", "PID", "PD1", "PV1", "DG1", "MRG", "ROL", "PRT", "ZZZ"])
lines = st.tuples(names, st.lists(st.one_of(junk, values), max_size=50)).map(
    lambda parts: "|".join([parts[0], *parts[1]])
)


@given(st.sampled_from(sorted(MEANINGS)), st.lists(lines, max_size=8))
def test_no_message_makes_the_translation_raise_anything_but_a_refusal(
    trigger: str, parts: list[str]
) -> None:
    bare = f"MSH|^~\\&|A|GHH|||||ADT^{trigger}|1|P|2.5\r".encode()
    for complete in (adt(trigger, prior_mrn="MR2"), bare):
        try:
            said = all_told(complete + "\r".join(parts).encode())
        except Refusal:
            continue
        assert all(each.recorded_at.tzinfo is UTC for each in said)
