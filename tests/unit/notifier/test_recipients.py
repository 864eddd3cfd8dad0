"""Who is told, and where: at what the message says, else the directory, else nobody is."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from notifier.domain.facts import (
    Clinician,
    ClinicianNamed,
    CliniciansNamed,
    PersonFacts,
    Stamp,
    StayFacts,
    Word,
)
from notifier.domain.notices import Addressee, Recipient, Role
from notifier.domain.recipients import Entry, objects, recipient_of, recipients_of

STAMP = Stamp(datetime(2026, 6, 10, 17, tzinfo=UTC), "e")
DIRECTORY = {
    "GP1": Entry("Ada Quill", "ada@directory.example"),
    "GP2": Entry("Ben Thistle", "ben@directory.example"),
    "MAPLE": Entry(
        "Maple Grove", "intake@maple.example", frozenset({"MG", "MG2"}), frozenset({"61"})
    ),
    "ELSEWHERE": Entry("Elsewhere Clinic", "desk@elsewhere.example"),
}
AFTERWARDS = Addressee(Role.POST_ACUTE_PROVIDER, "MAPLE")
PERSON = PersonFacts(
    primary_care_provider=ClinicianNamed(STAMP, Clinician("GP1")),
    named_practitioners=CliniciansNamed(STAMP, (Clinician("GP2"),)),
)
BY_ROLE = {
    "established_pcp": Addressee(),
    "post_acute_provider": AFTERWARDS,
    "practitioner_named_by_patient": Addressee(Role.NAMED_BY_PATIENT, "GP2"),
}
"""The worked case's words for those who play a part here; a clinic without one plays none."""


def word(text: str | None) -> Word:
    return Word(STAMP, text)


def stay(disposition: str = "03", *, to: str | None = None) -> StayFacts:
    return StayFacts(disposition=word(disposition), discharged_to=word(to) if to else None)


def told_after(of: StayFacts) -> dict[str, Recipient | None]:
    """The post-acute providers who are told, by key."""
    found = recipients_of(PersonFacts(), of, DIRECTORY)
    return {to.key: who for to, who in found.items() if to.role is Role.POST_ACUTE_PROVIDER}


def test_who_needs_it_and_is_known_is_told_as_the_worked_case_says() -> None:
    path = Path(__file__).parents[2] / "data" / "worked-cases.json"
    cases: dict[str, Any] = {one["id"]: one for one in json.loads(path.read_text())["cases"]}
    inputs, expected = cases["COP-03"]["inputs"], cases["COP-03"]["expected"]
    found = recipients_of(PERSON, stay(to="MG"), DIRECTORY)
    send = [BY_ROLE.get(one["role"]) in found for one in inputs["recipients"]]
    assert send == expected["send"]
    assert objects(PERSON, stay()) == inputs["patient_objected"]
    assert "Elsewhere Clinic" not in {who.name for who in found.values() if who}


def test_a_place_is_told_by_any_of_its_codes_and_by_disposition_if_no_place_is_named() -> None:
    maple = {"MAPLE": Recipient("Maple Grove", "intake@maple.example")}
    assert told_after(stay(to="MG")) == told_after(stay(to="MG2")) == maple
    assert told_after(stay("61")) == maple
    assert told_after(stay("61", to="OAK")) == {"OAK": Recipient("OAK")}


def test_a_place_that_nobody_knows_is_on_record_if_others_care_for_the_patient_there() -> None:
    assert told_after(stay("03", to="OAK")) == {"OAK": Recipient("OAK")}
    assert told_after(stay("01", to="HOME")) == {}
    assert told_after(stay("03")) == {}


def test_who_has_two_roles_is_told_once() -> None:
    both = PersonFacts(
        primary_care_provider=ClinicianNamed(STAMP, Clinician("GP1")),
        named_practitioners=CliniciansNamed(STAMP, (Clinician("GP1"), Clinician("GP2"))),
    )
    assert set(recipients_of(both, StayFacts(), DIRECTORY)) == {
        Addressee(),
        Addressee(Role.NAMED_BY_PATIENT, "GP2"),
    }


def test_an_address_is_one_however_it_is_written() -> None:
    ben = Clinician("GP9", email="Ben@Directory.example")
    person = replace(PERSON, primary_care_provider=ClinicianNamed(STAMP, ben))
    assert list(recipients_of(person, StayFacts(), DIRECTORY)) == [Addressee()]


def test_an_objection_is_of_the_person_or_of_one_stay() -> None:
    assert objects(PersonFacts(objection=word("PAT")), StayFacts())
    assert objects(PersonFacts(), StayFacts(objection=word("PAT")))
    assert not objects(PersonFacts(objection=word(None)), StayFacts(objection=word(None)))


def test_the_message_goes_before_the_directory() -> None:
    named = Clinician("GP1", "Quill", "Ada", "ada@message.example")
    assert recipient_of(named, DIRECTORY) == Recipient("Ada Quill", "ada@message.example")


def test_the_directory_knows_who_is_named_by_number() -> None:
    assert recipient_of(Clinician("GP1"), DIRECTORY) == Recipient(
        "Ada Quill", "ada@directory.example"
    )


@pytest.mark.parametrize(
    "address",
    ["none", "a@b", "a b@c.example", "a@c.example\r\nBcc: x@y.example", "ä@c.example", ""],
)
def test_what_is_no_address_is_not_used(address: str) -> None:
    known = recipient_of(Clinician("GP1", email=address), DIRECTORY)
    unknown = recipient_of(Clinician("GP7", "Stranger", email=address), DIRECTORY)
    assert known == Recipient("Ada Quill", "ada@directory.example")
    assert unknown == Recipient("Stranger")


def test_without_a_name_or_number_there_is_nobody() -> None:
    assert recipient_of(None, DIRECTORY) is None
    assert recipient_of(Clinician(email="a@b.example"), DIRECTORY) is None
