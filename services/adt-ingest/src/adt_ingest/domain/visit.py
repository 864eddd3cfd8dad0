"""Reads what a message says about the visit: PV1 and DG1, in the site's own codes."""

from collections.abc import Mapping
from typing import Final

from adt_ingest.domain.facts import Facts, component, practitioner, state, state_text
from adt_ingest.domain.profile import ObservationCodes, SiteProfile
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
    state(facts, "encounter_class", pv1.raw(2), _class_of(pv1, site.observation))
    state_text(facts, "admission_type", pv1.value(4))
    _location(facts, pv1)
    state_text(facts, "hospital_service", pv1.value(10))
    _attending(facts, pv1)
    state(facts, "disposition", pv1.value(36), _disposition(pv1.value(36), site.dispositions))
    _diagnoses(facts, message)
    return facts


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


def _class_of(pv1: Segment, observation: ObservationCodes) -> str:
    code = pv1.value(2).strip().upper()
    told = (
        code in observation.patient_class
        or _said(pv1, 18) in observation.patient_type
        or _said(pv1, 10) in observation.hospital_service
        or _said(pv1, 3) in observation.location
    )
    if told:
        return _OBSERVATION
    return _CLASSES.get(code, "unknown") if code else ""


def _said(pv1: Segment, number: int) -> str:
    return pv1.value(number).strip().upper()


def _location(facts: Facts, pv1: Segment) -> None:
    raw = pv1.raw(3)
    if raw:
        parts = pv1.components(3)
        named = [component(parts, number) for number in (1, 2, 3)]
        place = "-".join(part for part in named if part and part != DELETED)
        state(facts, "location", raw, place)


def _attending(facts: Facts, pv1: Segment) -> None:
    """Who treats the patient: PV1-7, else the admitting doctor PV1-17."""
    found = practitioner(pv1.components(7)) or practitioner(pv1.components(17))
    if found is not None:
        facts["attending"] = found
    elif DELETED in (pv1.raw(7), pv1.raw(17)):
        facts["attending"] = None


def _disposition(text: str, own_words: Mapping[str, str]) -> str:
    code = text.strip()
    padded = code.zfill(2) if code.isdigit() else code
    return own_words.get(code.upper()) or own_words.get(padded.upper()) or padded


def _diagnoses(facts: Facts, message: Message) -> None:
    found: list[dict[str, str]] = []
    for dg1 in message.every("DG1"):
        parts = dg1.components(3)
        code, text, system = (component(parts, number) for number in (1, 2, 3))
        text = text or dg1.value(4).strip()
        if (code or text) and code != DELETED:
            kind = dg1.value(6).strip()
            system = system or dg1.value(2).strip()  # before v2.3 the system stood in DG1-2
            found.append({"code": code, "system": system, "text": text, "kind": kind})
    if found:
        facts["diagnoses"] = found
    elif any(dg1.raw(3) == DELETED for dg1 in message.every("DG1")):
        facts["diagnoses"] = None
