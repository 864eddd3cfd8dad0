"""Reads what a message says about the visit: PV1, PV2 and DG1, in the site's own codes."""

from collections.abc import Mapping
from typing import Final

from adt_ingest.domain.facts import Facts, leading, state, state_text, state_yes_no
from adt_ingest.domain.lists import state_diagnoses, state_restrictions
from adt_ingest.domain.participants import state_participants
from adt_ingest.domain.profile import SiteProfile
from adt_ingest.domain.reader import DELETED, Message, Segment
from adt_ingest.domain.times import MessageTimes, Stamp

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
    state(facts, "encounter_class", pv1.raw(2), _class_of(pv1, site))
    state_text(facts, "admission_type", pv1.value(4))
    _location(facts, pv1, site.locations)
    state_text(facts, "hospital_service", pv1.value(10))
    state_participants(facts, message, pv1)
    state_text(facts, "admit_source", pv1.value(14))
    state_text(facts, "patient_type", pv1.value(18))
    state_text(facts, "alternate_number", pv1.value(50))
    state(facts, "disposition", pv1.value(36), _disposition(pv1.value(36), site.dispositions))
    state_diagnoses(facts, message)
    state_restrictions(facts, message, of_the_visit=True)
    return facts


def state_expectations(
    facts: Facts, message: Message, planned: Mapping[str, Stamp | None], times: MessageTimes
) -> None:
    """What PV2 says is to come; `planned` has the time of the event that is itself planned."""
    pv2 = message.first("PV2")
    for name, number in (("expected_admission_at", 8), ("expected_discharge_at", 9)):
        text = "" if pv2 is None else pv2.value(number)
        state_time(facts, name, text, (planned.get(name),), times)
    if pv2 is not None:
        state_yes_no(facts, "protected", pv2.value(22))


def state_time(
    facts: Facts, name: str, text: str, otherwise: tuple[Stamp | None, ...], times: MessageTimes
) -> None:
    """Note a time of the visit; where the field has none, or only its day, `otherwise` is asked."""
    own = None if text == DELETED else times.stamp(text)
    state(facts, name, text, own and times.first_of((own, *otherwise)))
    if own is None:
        found = times.first_of(otherwise)
        if found is not None:
            facts[name] = found


def _class_of(pv1: Segment, site: SiteProfile) -> str:
    code, observation = _said(pv1, 2), site.observation
    meant = site.classes.get(code, code).upper()
    told = (
        meant == "OBSERVATION"
        or code in observation.patient_class
        or _said(pv1, 18) in observation.patient_type
        or _said(pv1, 10) in observation.hospital_service
        or _said(pv1, 3) in observation.location
    )
    if told:
        return _OBSERVATION
    return _CLASSES.get(meant, "unknown") if meant else ""


def _said(pv1: Segment, number: int) -> str:
    return pv1.value(number).strip().upper()


def _location(facts: Facts, pv1: Segment, own_words: Mapping[str, str]) -> None:
    raw = pv1.raw(3)
    if raw:
        ward, room, bed = leading(pv1.components(3))
        ward = own_words.get(ward.upper(), ward)
        state(facts, "location", raw, "-".join(filter(None, (ward, room, bed))))


def _disposition(text: str, own_words: Mapping[str, str]) -> str:
    code = text.strip()
    padded = code.zfill(2) if code.isdigit() else code
    return own_words.get(code.upper()) or own_words.get(padded.upper()) or padded
