"""Translation: no message, however odd, makes it raise anything but a refusal."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.support.adt_ingest_fakes import ORIGIN, RECEIVED_AT, SECRET, good_health
from tests.support.adt_triggers import message_of

from adt_ingest.domain.framing import Frame
from adt_ingest.domain.judgement import judge
from adt_ingest.domain.reader import DELETED, read_header, read_message
from adt_ingest.domain.refusals import Refusal
from adt_ingest.domain.translation import Translation, translate
from adt_ingest.domain.triggers import MEANINGS
from adt_ingest.records import Receipt, Records
from care_contracts.encounters import EncounterEvent

SITES = [
    good_health(merge_by_type=by_type, site_fields={"own": ("ZZZ", 2, 0), "part": ("PV1", 3, 2)})
    for by_type in (False, True)
]


def all_told(data: bytes, trigger: str, *, by_type: bool) -> list[Translation]:
    header, site = read_header(data), SITES[by_type]
    message = read_message(data, header, default_codec=site.codec)
    return translate(message, header, site, trigger=trigger, received_at=RECEIVED_AT)


triggers = st.sampled_from(sorted(MEANINGS))
values = st.sampled_from(
    ["", DELETED, "MR1", "MR2^^^GHH^MR", "A~B^^^X^MC~MR3", "2026", "20260522170000", "Y", "PP"]
)
junk = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\ufeff"), max_size=20)
odd = st.one_of(junk, values)
old_names = ("EVN", "PID", "PD1", "PV1", "PV2", "DG1", "MRG", "ROL", "AL1", "NK1", "IN1")
names = st.sampled_from((*old_names, "PRT", "IAM", "ARV", "ZBE", "ZZZ"))


def lines(fields: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(names, st.lists(fields, max_size=52)).map(
        lambda parts: "|".join([parts[0], *parts[1]])
    )


@given(trigger=triggers, parts=st.lists(lines(odd), max_size=8), by_type=st.booleans())
def test_no_message_makes_the_translation_raise_anything_but_a_refusal(
    *, trigger: str, parts: list[str], by_type: bool
) -> None:
    bare = f"MSH|^~\\&|A|GHH|||||ADT^{trigger}|1|P|2.5\r".encode()
    for complete in (message_of(trigger), bare):
        try:
            said = all_told(complete + "\r".join(parts).encode(), trigger, by_type=by_type)
        except Refusal:
            continue
        assert said
        assert all(each.recorded_at.tzinfo is UTC for each in said)


def leaves(value: Any) -> Iterator[Any]:
    """All that a value holds, however deep."""
    if isinstance(value, Mapping):
        for part in value.values():  # pyright: ignore[reportUnknownVariableType]
            yield from leaves(part)
    elif isinstance(value, list | tuple):
        for part in value:  # pyright: ignore[reportUnknownVariableType]
            yield from leaves(part)
    else:
        yield value


@given(trigger=triggers, parts=st.lists(lines(values), max_size=8), by_type=st.booleans())
def test_what_is_deleted_is_never_told_as_a_value(
    *, trigger: str, parts: list[str], by_type: bool
) -> None:
    try:
        said = all_told(message_of(trigger) + "\r".join(parts).encode(), trigger, by_type=by_type)
    except Refusal:
        return
    for each in said:
        assert DELETED not in list(leaves(each._asdict()))


@given(triggers, st.data())
def test_an_empty_field_says_nothing_and_a_deleted_one_no_more_than_that(
    trigger: str, data: st.DataObject
) -> None:
    """Emptying a field leaves facts out; `""` in it may add none but such as are deleted."""
    whole = message_of(trigger, discharged_at="20260522170000", disposition="01")
    places = [place.start() for place in re.finditer(rb"(?<=\|)[^|\r]+", whole)]
    place = data.draw(st.sampled_from(places))
    end = min(i for i in (whole.find(b"|", place), whole.find(b"\r", place)) if i > 0)
    try:
        full = all_told(whole, trigger, by_type=False)[0]
        empty = all_told(whole[:place] + whole[end:], trigger, by_type=False)[0]
        gone = all_told(whole[:place] + DELETED.encode() + whole[end:], trigger, by_type=False)[0]
    except Refusal:
        return
    for name in ("patient_facts", "visit_facts"):
        was, left, after = (getattr(each, name) for each in (full, empty, gone))
        assert left.keys() <= was.keys()
        assert None not in left.values()
        assert all(after[key] is None for key in after.keys() - left.keys())
        assert {key: after[key] for key in left if after[key] is not None} == {
            key: left[key] for key in left if after[key] is not None
        }


@given(triggers, st.lists(lines(odd), max_size=4))
def test_whatever_is_told_keeps_its_contract(trigger: str, parts: list[str]) -> None:
    data = message_of(trigger) + "\r".join(parts).encode()
    judgement = judge(Frame(data), lambda _application, _facility: SITES[0], RECEIVED_AT, ORIGIN)
    receipt = Receipt.of(judgement, received_at=RECEIVED_AT, origin=ORIGIN)
    _, *events = Records(secret=SECRET).of(receipt)
    assert len(events) == len(judgement.translations)
    for event in events:
        read = EncounterEvent.model_validate_json(event.data)
        assert read.site == "GHH"
        assert json.loads(read.to_json()) == json.loads(event.data)
