"""Builds ADT messages for tests: keyword-only, with sensible defaults and nobody real in them.

`discharge(visit="V1", discharged_at=...)` gives the bytes of an A03; `framed(...)` puts them into
an MLLP block. Times are HL7 strings, used as they are, or datetimes: an aware one is written with
its offset, a naive one without. None leaves a field empty, `DELETE` writes `""`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias, TypedDict, Unpack

DELETE: Final = '""'
"""HL7's delete indicator: the sender wants the stored value gone."""

START_BLOCK: Final = b"\x0b"
END_BLOCK: Final = b"\x1c\r"

Time: TypeAlias = datetime | date | str | None
_Fields: TypeAlias = Mapping[str, Any]


class AdtFields(TypedDict, total=False):
    """Every field that can be said; what is left out takes the default shown in `DEFAULTS`."""

    control_id: str
    sending_application: str
    sending_facility: str
    receiving_application: str
    receiving_facility: str
    sent_at: Time
    """MSH-7"""
    version: str
    charset: str
    """MSH-18"""
    recorded_at: Time
    """EVN-2"""
    occurred_at: Time
    """EVN-6"""
    mrn: str | None
    authority: str
    identifiers: str | None
    """PID-3 whole, instead of `mrn` and `authority`."""
    account_number: str | None
    family: str
    given: str
    birth_date: Time
    sex: str
    language: str
    phone: str
    """PID-13 whole; repetitions with `~`."""
    work_phone: str
    address: str
    """PID-11 whole."""
    deceased: str | None
    """PID-30"""
    died_at: Time
    """PID-29"""
    visit: str | None
    patient_class: str
    admission_type: str | None
    location: str
    """PV1-3 whole."""
    attending: str | None
    """PV1-7 whole, an XCN."""
    admitting: str | None
    """PV1-17 whole."""
    hospital_service: str | None
    patient_type: str | None
    """PV1-18"""
    admitted_at: Time
    discharged_at: Time
    disposition: str | None
    discharged_to: str | None
    """PV1-37"""
    primary_care: str | None
    """PD1-4 whole, an XCN."""
    primary_care_email: str | None
    """Adds a ROL segment with this address for the practitioner of `primary_care`."""
    diagnoses: Sequence[str]
    """DG1-3 of each, for example `I50.9^Heart failure^I10`; all of DG1-6 F."""
    prior_mrn: str | None
    """MRG-1's number, with `authority`."""
    segments: Sequence[str]
    """More segments, appended as they are."""


DEFAULTS: Final[AdtFields] = {
    "control_id": "MSG00001",
    "sending_application": "ADT1",
    "sending_facility": "GHH",
    "receiving_application": "HOMEWARD",
    "receiving_facility": "CARE",
    "sent_at": "20260522170512",
    "version": "2.5.1",
    "charset": "",
    "recorded_at": "20260522170500",
    "occurred_at": None,
    "mrn": "MR1001",
    "authority": "GHH",
    "identifiers": None,
    "account_number": None,
    "family": "Example",
    "given": "Erika",
    "birth_date": "19480212",
    "sex": "F",
    "language": "en",
    "phone": "^PRN^PH^^1^555^5550101",
    "work_phone": "",
    "address": "1 Main St^^Springfield^NY^10001^USA",
    "deceased": None,
    "died_at": None,
    "visit": "V1",
    "patient_class": "I",
    "admission_type": None,
    "location": "4W^401^A",
    "attending": "1111111111^Attending^Alma",
    "admitting": None,
    "hospital_service": "MED",
    "patient_type": None,
    "admitted_at": "20260519090000",
    "discharged_at": None,
    "disposition": None,
    "discharged_to": None,
    "primary_care": "2222222222^Primary^Paula",
    "primary_care_email": None,
    "diagnoses": ("I50.9^Heart failure, unspecified^I10",),
    "prior_mrn": None,
    "segments": (),
}


def framed(*messages: bytes) -> bytes:
    """The messages as MLLP blocks, one after another."""
    return b"".join(START_BLOCK + message + END_BLOCK for message in messages)


def hl7_time(value: Time) -> str:
    """A time as HL7 writes it: an aware datetime with its offset."""
    match value:
        case None:
            return ""
        case datetime():
            return value.strftime("%Y%m%d%H%M%S%z" if value.tzinfo else "%Y%m%d%H%M%S")
        case date():
            return value.strftime("%Y%m%d")
        case str():
            return value


def adt(trigger: str, **fields: Unpack[AdtFields]) -> bytes:
    """An ADT message of any trigger, encoded in UTF-8; segments end in CR."""
    f: _Fields = {**DEFAULTS, **fields}
    lines = [_msh(trigger, f), _evn(trigger, f), _pid(f), *_pd1(f)]
    if trigger == "A40":
        lines.append(_segment("MRG", {1: f"{f['prior_mrn'] or ''}^^^{f['authority']}^MR"}))
    else:
        lines += [_pv1(f), *_dg1(f)]
    lines += f["segments"]
    return "".join(f"{line}\r" for line in lines).encode()


def admission(**fields: Unpack[AdtFields]) -> bytes:
    """A01."""
    return adt("A01", **fields)


def registration(**fields: Unpack[AdtFields]) -> bytes:
    """A04, by default in the emergency department."""
    return adt("A04", **{"patient_class": "E", **fields})


def transfer(**fields: Unpack[AdtFields]) -> bytes:
    """A02."""
    return adt("A02", **{"location": "5E^512^B", **fields})


def discharge(**fields: Unpack[AdtFields]) -> bytes:
    """A03, by default on 22 May 2026 at 17:00 to home."""
    return adt("A03", **{"discharged_at": "20260522170000", "disposition": "01", **fields})


def update(**fields: Unpack[AdtFields]) -> bytes:
    """A08."""
    return adt("A08", **fields)


def cancelled_admission(**fields: Unpack[AdtFields]) -> bytes:
    """A11."""
    return adt("A11", **fields)


def cancelled_discharge(**fields: Unpack[AdtFields]) -> bytes:
    """A13."""
    return adt("A13", **fields)


def merge(**fields: Unpack[AdtFields]) -> bytes:
    """A40: the patient `prior_mrn` goes up in the patient `mrn`."""
    return adt("A40", **{"prior_mrn": "MR2001", **fields})


def _msh(trigger: str, f: _Fields) -> str:
    return _segment(
        "MSH",
        {
            2: f["sending_application"],
            3: f["sending_facility"],
            4: f["receiving_application"],
            5: f["receiving_facility"],
            6: hl7_time(f["sent_at"]),
            8: f"ADT^{trigger}^ADT_{_STRUCTURES.get(trigger, trigger)}",
            9: f["control_id"],
            10: "P",
            11: f["version"],
            17: f["charset"],
        },
        first="^~\\&",
    )


_STRUCTURES = {"A04": "A01", "A08": "A01", "A13": "A01", "A11": "A09", "A40": "A39"}


def _evn(trigger: str, f: _Fields) -> str:
    return _segment(
        "EVN", {1: trigger, 2: hl7_time(f["recorded_at"]), 6: hl7_time(f["occurred_at"])}
    )


def _pid(f: _Fields) -> str:
    identifiers = f["identifiers"]
    if identifiers is None:
        identifiers = f"{f['mrn']}^^^{f['authority']}^MR" if f["mrn"] else ""
    return _segment(
        "PID",
        {
            1: "1",
            3: identifiers,
            5: f"{f['family']}^{f['given']}",
            7: hl7_time(f["birth_date"]),
            8: f["sex"],
            11: f["address"],
            13: f["phone"],
            14: f["work_phone"],
            15: f["language"],
            18: f["account_number"],
            29: hl7_time(f["died_at"]),
            30: f["deceased"],
        },
    )


def _pd1(f: _Fields) -> list[str]:
    lines: list[str] = []
    if f["primary_care"]:
        lines.append(_segment("PD1", {4: f["primary_care"]}))
    if f["primary_care_email"]:
        telecom = f"^NET^Internet^{f['primary_care_email']}"
        lines.append(_segment("ROL", {2: "AD", 3: "PP", 4: f["primary_care"], 12: telecom}))
    return lines


def _pv1(f: _Fields) -> str:
    return _segment(
        "PV1",
        {
            1: "1",
            2: f["patient_class"],
            3: f["location"],
            4: f["admission_type"],
            7: f["attending"],
            10: f["hospital_service"],
            17: f["admitting"],
            18: f["patient_type"],
            19: f["visit"],
            36: f["disposition"],
            37: f["discharged_to"],
            44: hl7_time(f["admitted_at"]),
            45: hl7_time(f["discharged_at"]),
        },
    )


def _dg1(f: _Fields) -> list[str]:
    return [
        _segment("DG1", {1: str(number), 3: code, 6: "F"})
        for number, code in enumerate(f["diagnoses"], start=1)
    ]


def _segment(name: str, fields: dict[int, str | None], *, first: str = "") -> str:
    """One segment; in MSH every number is one lower than HL7's, its first field being `first`."""
    last = max((number for number, value in fields.items() if value), default=0)
    values = [fields.get(number) or "" for number in range(1, last + 1)]
    if first:
        values[0] = first
    return "|".join([name, *values])
