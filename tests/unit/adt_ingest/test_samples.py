"""The samples in `tests/data/hl7`: what becomes of each file."""

from pathlib import Path

import pytest
from tests.support.adt_ingest_fakes import ORIGIN, FakeEvents, code_of, receiver

from adt_ingest.domain.framing import Frame
from care_contracts.encounters import EncounterEvent

SAMPLES = Path(__file__).parents[2] / "data" / "hl7"
EXPECTED: dict[str, tuple[str, str, list[str]]] = {
    "discharge-line-feeds.hl7": ("AA", "accepted", ["encounter.discharged"]),
    "update-latin-1.hl7": ("CA", "accepted", ["encounter.updated"]),
    "admission-other-delimiters.hl7": ("AA", "accepted", ["encounter.admitted"]),
    "registration-version-2-1.hl7": ("AA", "accepted", ["encounter.registered"]),
    "merge-two-pairs.hl7": ("AA", "accepted", ["patient.merged", "patient.merged"]),
    "allergies.hl7": ("AA", "accepted", ["allergies.updated"]),
    "appointment-no-show.hl7": ("AA", "accepted", ["appointment.no_show"]),
    "results-two-examinations.hl7": ("AA", "accepted", ["result.reported", "result.reported"]),
    "document-replaced.hl7": ("AA", "accepted", ["document.replaced"]),
    "referral-accepted.hl7": ("AA", "accepted", ["referral.modified"]),
    "discharge-wrong-charset.hl7": ("AE", "quarantined", []),
    "discharge-unknown-site.hl7": ("AR", "quarantined", []),
    "batch-of-two.hl7": ("AA", "accepted", ["encounter.updated"]),
    "garbage.bin": ("AR", "quarantined", []),
}


async def received(name: str) -> tuple[bytes, FakeEvents]:
    events = FakeEvents()
    data = (SAMPLES / name).read_bytes()
    (reply,) = await receiver(events).receive([Frame(data)], ORIGIN)
    (answer,) = reply.blocks
    assert sorted(b"".join(event.data for event in events.on("hl7.received.v1"))) == sorted(data)
    return answer, events


async def body_of(name: str) -> EncounterEvent:
    _, events = await received(name)
    return events.bodies()[0]


def test_every_sample_is_expected_to_become_something() -> None:
    there = {path.name for path in SAMPLES.iterdir() if path.is_file() and path.name[0] != "."}
    assert there == {*EXPECTED, "README.md"}
    listed = (SAMPLES / "README.md").read_text("utf-8")
    realistic = [path.name for path in (SAMPLES / "realistic").iterdir()]
    assert [name for name in (*EXPECTED, *realistic) if f"`{name}`" not in listed] == []


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_sample_becomes_what_is_expected(name: str) -> None:
    code, verdict, kinds = EXPECTED[name]
    answer, events = await received(name)
    assert code_of(answer) == code
    assert events.held[0].extensions["verdict"] == verdict
    told = [event.type for event in events.held if event.topic != "hl7.received.v1"]
    assert told == kinds


async def test_an_old_discharge_is_read_in_full() -> None:
    body = await body_of("discharge-line-feeds.hl7")
    visit, person = body.visit_facts, body.patient_facts
    assert visit.discharged_at is not None
    assert visit.discharged_at.isoformat() == "2026-05-22T20:55:00+00:00"
    assert (visit.disposition, visit.admission_type) == ("01", "U")
    assert visit.diagnoses is not None
    assert (visit.diagnoses[0].code, visit.diagnoses[0].system) == ("428.0", "I9")
    assert person.phones == ["(518)555-0133", "(518)555-0134"]
    assert person.primary_care_provider is not None
    assert person.primary_care_provider.family_name == "Placeholder"


async def test_names_are_read_in_the_charset_they_were_written_in() -> None:
    body = await body_of("update-latin-1.hl7")
    assert (body.patient_facts.family_name, body.patient_facts.given_name) == ("Müßig", "Zoë")
    assert body.patient_facts.address == "3 Straße der Äpfel, Köln"
    assert body.visit_facts.encounter_class == "observation"


async def test_other_delimiters_and_their_escapes_are_read() -> None:
    body = await body_of("admission-other-delimiters.hl7")
    assert body.patient_facts.family_name == "O#Neil"
    assert (body.patient.mrn, body.patient.authority) == ("MR3003", "GHH")
    assert body.visit is not None
    assert body.visit.visit == "V3003"
