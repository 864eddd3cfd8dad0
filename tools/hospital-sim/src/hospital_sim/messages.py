"""HL7 v2 messages as the simulated hospitals write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from hospital_sim.charts import Chart
from hospital_sim.hospitals import Clinician, Hospital
from hospital_sim.people import Person

_STRUCTURES = {
    "A01": "ADT_A01", "A02": "ADT_A02", "A03": "ADT_A03", "A04": "ADT_A01", "A08": "ADT_A01",
    "A11": "ADT_A09", "A13": "ADT_A01", "A40": "ADT_A39",
}  # fmt: skip
_NONE = timedelta(0)
_ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"})


@dataclass(frozen=True, slots=True)
class Draft:
    """All that goes into one message."""

    control_id: str
    trigger: str
    recorded_at: datetime
    occurred_at: datetime | None
    person: Person
    chart: Chart | None
    prior_mrn: str = ""


def write_message(hospital: Hospital, draft: Draft) -> bytes:
    """The bytes of the message, without framing."""
    segments = [_msh(hospital, draft), _evn(hospital, draft), _pid(hospital, draft)]
    if draft.prior_mrn:
        segments.append(_segment("MRG", {1: _number(draft.prior_mrn, hospital, "MR")}))
    else:
        segments += [_pd1(draft.person), _pv1(hospital, draft), _dg1(draft.person)]
    text = "".join(f"{segment}\r" for segment in segments if segment)
    return text.encode(hospital.charset)


def escaped(text: str) -> str:
    """`text` with HL7's delimiters escaped."""
    return text.translate(_ESCAPES)


def timestamp(
    hospital: Hospital, instant: datetime, recorded_at: datetime, *, header: bool = False
) -> str:
    """An instant on the hospital's wall clock, with the offset where this hospital gives it.

    Where MSH-7 alone has one it holds for the whole message, so that every time is written by it.
    """
    local = instant.astimezone(hospital.zone)
    if hospital.offsets == "msh7":
        local = instant.astimezone(
            timezone(recorded_at.astimezone(hospital.zone).utcoffset() or _NONE)
        )
    with_offset = hospital.offsets == "all" or (header and hospital.offsets == "msh7")
    return local.strftime("%Y%m%d%H%M%S%z" if with_offset else "%Y%m%d%H%M%S")


def _segment(name: str, fields: Mapping[int, str]) -> str:
    values = [fields.get(number, "") for number in range(1, max(fields) + 1)]
    return "|".join([name, *values]).rstrip("|")


def _number(value: str, hospital: Hospital, kind: str) -> str:
    return f"{escaped(value)}^^^{hospital.code}^{kind}"


def _clinician(clinician: Clinician) -> str:
    return f"{clinician.identifier}^{escaped(clinician.family)}^{escaped(clinician.given)}"


def _msh(hospital: Hospital, draft: Draft) -> str:
    kind = f"ADT^{draft.trigger}"
    if hospital.version >= "2.3.1":
        kind += f"^{_STRUCTURES[draft.trigger]}"
    fields = {
        2: hospital.sending_application,
        3: hospital.sending_facility,
        4: "HOMEWARD",
        5: "HOMEWARD",
        6: timestamp(hospital, draft.recorded_at, draft.recorded_at, header=True),
        8: kind,
        9: draft.control_id,
        10: "P",
        11: hospital.version,
        17: hospital.says_charset,
    }
    return _segment("MSH", {1: "^~\\&"} | fields)


def _evn(hospital: Hospital, draft: Draft) -> str:
    fields = {1: draft.trigger, 2: timestamp(hospital, draft.recorded_at, draft.recorded_at)}
    if draft.occurred_at is not None:
        fields[6] = timestamp(hospital, draft.occurred_at, draft.recorded_at)
    return _segment("EVN", fields)


def _pid(hospital: Hospital, draft: Draft) -> str:
    person, chart = draft.person, draft.chart
    fields = {
        1: "1",
        3: _number(person.mrn, hospital, "MR"),
        5: f"{escaped(person.family)}^{escaped(person.given)}",
        7: person.birth_date.strftime("%Y%m%d"),
        8: person.sex,
        11: f"{escaped(person.street)}^^Nowhere^ZZ^00000",
        13: person.phone,
        15: person.language,
    }
    if chart is not None and chart.died_at is not None:
        fields |= {29: timestamp(hospital, chart.died_at, draft.recorded_at), 30: "Y"}
    return _segment("PID", fields)


def _pd1(person: Person) -> str:
    if person.primary_care is None:
        return ""
    return _segment("PD1", {4: _clinician(person.primary_care)})


def _pv1(hospital: Hospital, draft: Draft) -> str:
    chart = draft.chart
    if chart is None:
        return ""
    codes = hospital.classes[chart.visit_class]
    fields = {
        1: "1",
        2: codes.patient_class,
        3: f"{chart.unit}^101^A",
        4: "E" if chart.visit_class == "emergency" else "U",
        7: _clinician(draft.person.attending),
        10: codes.hospital_service,
        18: codes.patient_type,
        19: _number(chart.visit, hospital, "VN"),
    }
    if chart.disposition is not None:
        fields[36] = hospital.word_for(chart.disposition)
    if chart.admitted_at is not None:
        fields[44] = timestamp(hospital, chart.admitted_at, draft.recorded_at)
    if chart.discharged_at is not None:
        fields[45] = timestamp(hospital, chart.discharged_at, draft.recorded_at)
    return _segment("PV1", fields)


def _dg1(person: Person) -> str:
    diagnosis = person.diagnosis
    return _segment("DG1", {1: "1", 3: f"{diagnosis.code}^{escaped(diagnosis.text)}^I10", 6: "W"})
