"""Results: every examination with its values as text, number and code, and how far it is."""

from datetime import UTC, datetime

import pytest
from tests.support.feed_messages import (
    HEMOGLOBIN,
    OBR,
    PID,
    SODIUM,
    bodies_of,
    body_of,
    events_of,
    feed_message,
    oru,
)

from care_contracts.results import Observation, ResultEvent, ResultStatus


def observed(kind: str, value: str) -> Observation:
    (found,) = body_of(ResultEvent, oru(OBR, f"OBX|1|{kind}|X||{value}||||||F")).observations
    return found


def result(obr_status: str, *obx_statuses: str) -> tuple[str, ResultStatus]:
    obxs = [f"OBX|{n}|ST|X||v||||||{code}" for n, code in enumerate(obx_statuses)]
    data = oru(OBR.removesuffix("F") + obr_status, *obxs)
    (event,) = events_of(data)
    return event.type, body_of(ResultEvent, data).status


def test_a_blood_count_can_be_scored() -> None:
    body = body_of(ResultEvent, oru("ORC|RE", OBR, HEMOGLOBIN, SODIUM))
    assert body.service is not None
    assert body.ordered_by is not None
    assert body.placer_number is not None
    assert body.filler_number is not None
    assert (body.service.code, body.loinc, body.section) == ("CBC", "58410-2", "HM")
    assert (body.placer_number.value, body.filler_number.authority) == ("PO1", "LAB")
    assert body.ordered_by.family_name == "Order"
    assert (body.status, body.reported_at) == ("final", datetime(2026, 5, 21, 13, 30, tzinfo=UTC))
    hemoglobin, sodium = body.observations
    assert (hemoglobin.loinc, hemoglobin.value, hemoglobin.number) == ("718-7", "11.4", 11.4)
    assert (hemoglobin.unit, hemoglobin.reference_range) == ("g/dL", "12.0-16.0")
    assert (hemoglobin.flags, hemoglobin.status) == (["L", "A"], "final")
    assert hemoglobin.observed_at == datetime(2026, 5, 21, 12, 15, tzinfo=UTC)
    assert (sodium.loinc, sodium.code.code, sodium.sub_id) == ("2951-2", "NA", "1")
    assert (sodium.value, sodium.comparator, sodium.number) == ("<135", "<", 135)
    assert sodium.observed_at == body.observed_at == datetime(2026, 5, 21, 12, tzinfo=UTC)


def test_each_examination_is_an_event_with_its_own_order() -> None:
    bare = "OBR|2|||NA^Sodium|||||||||||||||||||||P"
    data = oru("ORC|RE|A1|B1", OBR, HEMOGLOBIN, "ORC|RE|A2|B2", bare, SODIUM)
    first, second = bodies_of(ResultEvent, data)
    assert [len(body.observations) for body in (first, second)] == [1, 1]
    numbers = [body.filler_number.value for body in (first, second) if body.filler_number]
    assert numbers == ["FO1", "B2"]
    assert second.status.is_pending
    assert len({event.event_id for event in events_of(data)}) == 2


def test_results_of_several_patients_stay_apart() -> None:
    data = feed_message("ORU", "R01", PID, OBR, HEMOGLOBIN, "PID|||MR2", OBR, SODIUM)
    first, second = bodies_of(ResultEvent, data)
    assert (first.patient.mrn, second.patient.mrn) == ("MR1001", "MR2")
    assert [body.observations[0].loinc for body in (first, second)] == ["718-7", "2951-2"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (("F", "F"), ("result.reported", "final")),
        (("I",), ("result.reported", "registered")),
        (("A", "F"), ("result.reported", "partial")),
        (("C", "C"), ("result.corrected", "corrected")),
        (("M", "P"), ("result.corrected", "preliminary")),
        (("F", "F", "D"), ("result.corrected", "final")),
        (("X",), ("result.cancelled", "cancelled")),
        (("", "X", "X"), ("result.cancelled", "cancelled")),
        (("", "F", "P"), ("result.reported", "partial")),
        (("", "F", "W"), ("result.corrected", "corrected")),
        (("", "F", "A"), ("result.reported", "final")),
        (("", "F", ""), ("result.reported", "unknown")),
        (("",), ("result.reported", "unknown")),
        (("Y",), ("result.reported", "unknown")),
    ],
)
def test_how_far_a_result_is(sent: tuple[str, ...], expected: tuple[str, str]) -> None:
    assert result(*sent) == expected


@pytest.mark.parametrize(
    ("value", "text", "number", "comparator"),
    [
        ("^7", "7", 7, None),
        (">=^7.5", ">=7.5", 7.5, ">="),
        ("^100^-^200", "100-200", None, None),
        ("^1^:^128", "1:128", None, None),
        ("^2^+", "2+", None, None),
        ("about^7", "about7", None, None),
    ],
)
def test_a_structured_number_is_a_number_only_where_it_is_one(
    value: str, text: str, number: float | None, comparator: str | None
) -> None:
    found = observed("SN", value)
    assert (found.value, found.number, found.comparator) == (text, number, comparator)


@pytest.mark.parametrize(
    ("sent", "number"),
    [("-1.5", -1.5), (" .5 ", 0.5), ("<7", None), ("1e5", None), ("9" * 400, None), ("7~8", None)],
)
def test_a_number_is_read_as_hl7_writes_it(sent: str, number: float | None) -> None:
    assert observed("NM", sent).number == number


def test_a_code_is_words_and_code_and_a_text_keeps_what_was_not_escaped() -> None:
    coded = observed("CWE", "112283007^Escherichia coli^SCT")
    assert coded.value_code is not None
    assert (coded.value, coded.value_code.system) == ("Escherichia coli", "SCT")
    assert observed("TX", "Smith & Sons^ \\T\\ more~next").value == "Smith & Sons^ & more\nnext"


def test_data_is_left_to_the_frame_and_long_text_is_cut() -> None:
    data = observed("ED", "^application^pdf^Base64^" + "QUJD" * 5000)
    assert (data.omitted, data.value) == (True, None)
    text = observed("FT", "x" * 5000)
    assert (text.truncated, len(text.value or "")) == (True, 2000)


def test_no_more_than_so_many_observations_are_carried_and_the_rest_is_counted() -> None:
    body = body_of(ResultEvent, oru(OBR, *([SODIUM] * 503)))
    assert (len(body.observations), body.omitted_observations) == (500, 3)
