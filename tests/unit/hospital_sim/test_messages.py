"""How each hospital writes: its clock, its charset, its words, and HL7's own escapes."""

from datetime import UTC, date, datetime

import pytest

from hospital_sim.charts import Chart
from hospital_sim.hospitals import Hospital, load_hospitals
from hospital_sim.messages import Draft, escaped, write_message
from hospital_sim.people import Diagnosis, Person

HOSPITALS = {hospital.code: hospital for hospital in load_hospitals()}
RECORDED = datetime(2026, 6, 10, 17, 5, tzinfo=UTC)
LEFT = datetime(2026, 6, 10, 17, 0, tzinfo=UTC)


def person(hospital: Hospital, family: str = "Nørlund") -> Person:
    return Person(
        mrn="MR1",
        family=family,
        given="Éloïse",
        birth_date=date(1950, 2, 1),
        sex="F",
        phone="555-0100",
        street="1 Invented Lane",
        language="eng",
        diagnosis=Diagnosis("E11.9", "Diabetes & more"),
        attending=hospital.attending[0],
        primary_care=hospital.primary_care[0],
    )


def discharge(code: str, **changes: object) -> list[list[str]]:
    hospital = HOSPITALS[code]
    chart = Chart("V1", "inpatient", "3W", discharged_at=LEFT, disposition="home")
    draft = Draft(
        control_id="M1",
        trigger="A03",
        recorded_at=RECORDED,
        occurred_at=LEFT,
        person=person(hospital),
        chart=chart,
    )
    for name, value in changes.items():
        object.__setattr__(draft, name, value)
    text = write_message(hospital, draft).decode(hospital.charset)
    assert text.endswith("\r")
    return [segment.split("|") for segment in text[:-1].split("\r")]


def fields(segments: list[list[str]], name: str) -> list[str]:
    return next(segment for segment in segments if segment[0] == name)


@pytest.mark.parametrize(
    ("code", "sent", "left", "words"),
    [
        ("GHH", "20260610130500", "20260610130000", "HOME"),
        ("PRH", "20260610120500-0500", "20260610120000", "HOME"),
        ("CCM", "20260610100500-0700", "20260610100000-0700", "01"),
    ],
)
def test_each_hospital_tells_time_and_disposition_in_its_own_way(
    code: str, sent: str, left: str, words: str
) -> None:
    segments = discharge(code)
    assert fields(segments, "MSH")[6] == sent
    visit = fields(segments, "PV1")
    assert (visit[45], visit[36], visit[19]) == (left, words, f"V1^^^{code}^VN")
    assert fields(segments, "EVN")[6] == left


def test_where_the_header_alone_has_an_offset_every_time_is_written_by_it() -> None:
    winter = datetime(2026, 1, 10, 18, 0, tzinfo=UTC)
    segments = discharge("PRH", chart=Chart("V1", "inpatient", "3W", admitted_at=winter))
    assert fields(segments, "PV1")[44] == "20260110130000", "by the header's summer offset"


def test_names_are_written_in_the_hospital_s_charset_and_escaped() -> None:
    segments = discharge("PRH", person=person(HOSPITALS["PRH"], family="O|Hara & Søn"))
    assert fields(segments, "PID")[5] == "O\\F\\Hara \\T\\ Søn^Éloïse"
    assert fields(segments, "MSH")[17] == "8859/1"
    assert fields(segments, "DG1")[3] == "E11.9^Diabetes \\T\\ more^I10"
    assert escaped("\\~^") == "\\E\\\\R\\\\S\\"


def test_a_blank_disposition_and_an_unknown_doctor_are_left_out() -> None:
    hospital = HOSPITALS["GHH"]
    nobody = person(hospital)
    object.__setattr__(nobody, "primary_care", None)
    chart = Chart("V1", "inpatient", "3W", discharged_at=LEFT, disposition="blank")
    segments = discharge("GHH", person=nobody, chart=chart)
    assert fields(segments, "PV1")[36] == ""
    assert "PD1" not in [segment[0] for segment in segments]


def test_a_merge_names_the_number_that_goes_and_no_visit() -> None:
    segments = discharge("CCM", trigger="A40", chart=None, prior_mrn="MR1T", occurred_at=None)
    assert [segment[0] for segment in segments] == ["MSH", "EVN", "PID", "MRG"]
    assert fields(segments, "MRG")[1] == "MR1T^^^CCM^MR"
    assert fields(segments, "MSH")[8] == "ADT^A40^ADT_A39"


def test_a_death_is_said_in_the_patient_s_own_segment() -> None:
    chart = Chart("V1", "inpatient", "3W", discharged_at=LEFT, died_at=LEFT, disposition="died")
    segments = discharge("PRH", chart=chart)
    assert fields(segments, "PID")[30] == "Y"
    assert fields(segments, "PV1")[36] == "EXP"
