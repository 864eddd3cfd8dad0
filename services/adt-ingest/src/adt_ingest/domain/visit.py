"""Reads what a message says about the visit: PV1, PV2, DG1 and PR1, in the site's own codes."""

from collections.abc import Mapping
from typing import Final

from adt_ingest.domain.facts import (
    Facts,
    coded,
    plain,
    state,
    state_text,
    state_texts,
    state_yes_no,
)
from adt_ingest.domain.lists import state_diagnoses, state_procedures, state_restrictions
from adt_ingest.domain.participants import state_participants
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import Marks, Message, Segment
from adt_ingest.domain.times import MessageTimes, Stamp

_TEXTS: Final = (
    (4, "admission_type"),
    (10, "hospital_service"),
    (14, "admit_source"),
    (18, "patient_type"),
    (50, "alternate_number"),
)
_LAST: Final = 50
_OBSERVATION: Final = "observation"
_CLASSES: Final = {
    "I": "inpatient",
    "E": "emergency",
    "O": "outpatient",
    "P": "preadmit",
    "R": "recurring",
    "B": "obstetrics",
    "C": "commercial",
    "N": "not_applicable",
}


def visit_facts(message: Message, pv1: Segment, site: SiteProfile) -> Facts:
    """What the message says about the visit in `pv1`, its times left out."""
    facts: Facts = {}
    pid = message.first("PID")
    if pid is not None:
        state_text(facts, "account_number", pid.value(18))
    fields, marks = pv1.fields(_LAST), pv1.marks
    state(facts, "encounter_class", fields[2], _class_of(fields, marks, site))
    _location(facts, fields[3], marks, site.locations)
    state_texts(facts, pv1, _TEXTS)
    state_participants(facts, message, pv1)
    if fields[36]:
        code = marks.value(fields[36])
        state(facts, "disposition", code, _disposition(code, site.dispositions))
    if fields[37]:
        state(facts, "discharged_to", fields[37], plain(fields[37], marks))
    state_diagnoses(facts, message)
    state_procedures(facts, message)
    state_restrictions(facts, message, of_the_visit=True)
    return facts


def state_expectations(
    facts: Facts, message: Message, planned: Mapping[str, Stamp | None], times: MessageTimes
) -> None:
    """What PV2 says is to come; `planned` has the time of the event that is itself planned."""
    pv2 = message.first("PV2")
    for name, number in (("expected_admission_at", 8), ("expected_discharge_at", 9)):
        text = "" if pv2 is None else pv2.value(number)
        state_time(facts, name, text, (planned[name],) if name in planned else (), times)
    if pv2 is not None:
        state_yes_no(facts, "protected", pv2.value(22))


def state_time(
    facts: Facts, name: str, text: str, otherwise: tuple[Stamp | None, ...], times: MessageTimes
) -> None:
    """Note a time of the visit; where the field has none, or only its day, `otherwise` is asked."""
    if not (text or otherwise):
        return
    own = times.stamp(text)
    state(facts, name, text, own and times.first_of((own, *otherwise)))
    if own is None:
        found = times.first_of(otherwise)
        if found is not None:
            facts[name] = found


def _class_of(fields: list[str], marks: Marks, site: SiteProfile) -> str:
    code, told = _said(fields[2], marks), site.observation
    meant = site.classes.get(code, code).upper()
    if (
        meant == "OBSERVATION"
        or code in told.patient_class
        or (told.patient_type and _said(fields[18], marks) in told.patient_type)
        or (told.hospital_service and _said(fields[10], marks) in told.hospital_service)
        or (told.location and _said(fields[3], marks) in told.location)
    ):
        return _OBSERVATION
    return _CLASSES.get(meant, "unknown") if meant else ""


def _said(raw: str, marks: Marks) -> str:
    return marks.value(raw).strip().upper() if raw else ""


def _location(facts: Facts, raw: str, marks: Marks, own_words: Mapping[str, str]) -> None:
    if raw:
        ward, room, bed = coded(raw, marks)
        ward = own_words.get(ward.upper(), ward)
        state(facts, "location", raw, "-".join(filter(None, (ward, room, bed))))


def _disposition(text: str, own_words: Mapping[str, str]) -> str:
    code = text.strip()
    padded = code.zfill(2) if code.isdigit() else code
    return own_words.get(code.upper()) or own_words.get(padded.upper()) or padded
