"""Several who are told: each once, each taken back, and none of them if the patient objects."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.support.notifier_fakes import (
    ADA,
    BEN,
    CORA,
    INPATIENT,
    PERSON,
    NoticeDesk,
    admitted,
    discharge_cancelled,
    discharged,
    objecting,
    updated,
    with_provider,
)

from care_contracts.encounters import Practitioner, Restriction
from notifier.domain.notices import NoticeState

TO_MAPLE: Mapping[str, Any] = {**INPATIENT, "disposition": "03", "discharged_to": "MG"}
ADA_AT, BEN_AT, CORA_AT = "ada@example.org", "ben@example.org", "cora@example.org"
MAPLE_AT = "intake@maple.example.org"


def naming(*practitioners: Practitioner) -> dict[str, Any]:
    return {**with_provider(), "named_practitioners": list(practitioners)}


def addresses(desk: NoticeDesk) -> list[str]:
    return sorted(letter.address for letter in desk.mailer.letters)


def reasons(desk: NoticeDesk) -> dict[str, str | None]:
    """How the notice to each role was announced last."""
    return {said.recipient_role: said.last_error for _, said in desk.announced()}


async def test_each_is_told_of_a_discharge_with_a_notice_of_their_own() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(person=naming(BEN, CORA), stay=TO_MAPLE))
    await desk.post()
    assert addresses(desk) == [ADA_AT, BEN_AT, CORA_AT, MAPLE_AT]
    assert len({letter.notification_id for letter in desk.mailer.letters}) == 4
    assert set(reasons(desk)) == {
        "primary_care_provider",
        "post_acute_provider",
        "practitioner_named_by_patient",
    }


async def test_nothing_said_again_tells_anybody_again() -> None:
    desk = NoticeDesk()
    for minute in (60, 61):
        await desk.hear(discharged(minute, person=naming(BEN), stay=TO_MAPLE))
        await desk.post()
    assert addresses(desk) == [ADA_AT, BEN_AT, MAPLE_AT]


async def test_who_was_told_in_one_role_is_not_told_again_in_another() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(60, person={**PERSON, "named_practitioners": [BEN]}))
    await desk.post()
    for minute, person in ((61, {**naming(BEN), **with_provider(BEN)}), (62, with_provider(ADA))):
        await desk.hear(updated(minute, person=person))
        await desk.post()
    assert addresses(desk) == [ADA_AT, BEN_AT]


async def test_who_cares_for_the_patient_afterwards_hears_of_the_discharge_alone() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(person=naming(BEN)), discharged(person={}, stay=TO_MAPLE))
    await desk.post()
    assert addresses(desk) == [ADA_AT, ADA_AT, BEN_AT, BEN_AT, MAPLE_AT]


async def test_a_cancelled_discharge_is_taken_back_from_all_who_were_told() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(person=naming(BEN), stay=TO_MAPLE))
    await desk.post()
    await desk.hear(discharge_cancelled(90, person=naming(), stay={"discharged_to": None}))
    await desk.post()
    corrections = [one for one in desk.mailer.letters if one.subject.startswith("Correction")]
    assert sorted(one.address for one in corrections) == [ADA_AT, BEN_AT, MAPLE_AT]


async def test_who_is_named_no_more_before_it_was_sent_is_not_told() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(person=naming(BEN)))
    await desk.hear(updated(5, person=naming(CORA)))
    await desk.post()
    assert addresses(desk) == [ADA_AT, CORA_AT]
    assert "no_longer_a_recipient" in {said.last_error for _, said in desk.announced()}


async def test_a_place_without_an_address_is_a_recorded_outcome() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(stay={**TO_MAPLE, "discharged_to": "OAK"}))
    await desk.post()
    assert reasons(desk) == {"primary_care_provider": None, "post_acute_provider": "no_address"}
    assert addresses(desk) == [ADA_AT]


@pytest.mark.parametrize("of_the_stay", [True, False])
async def test_nobody_is_told_if_the_patient_objects_and_it_is_on_record(
    of_the_stay: bool,  # noqa: FBT001 - a case of the table
) -> None:
    person, stay = naming(BEN), dict(TO_MAPLE)
    (stay if of_the_stay else person).update(objecting())
    desk = NoticeDesk()
    await desk.hear(discharged(person=person, stay=stay))
    await desk.post()
    assert desk.mailer.letters == []
    assert {kind for kind, _ in desk.announced()} == {"notification.undeliverable"}
    assert set(reasons(desk).values()) == {"patient_objected"}
    assert len(desk.announced()) == 3


async def test_an_objection_before_it_was_sent_is_honoured_and_so_is_its_end() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())
    await desk.hear(updated(5, visit="v2", person={**PERSON, **objecting()}))
    await desk.post()
    assert desk.standing() == {"encounter.admitted": NoticeState.UNDELIVERABLE}
    await desk.hear(updated(6, visit="v2", person={**PERSON, **objecting(withdrawn=True)}))
    await desk.post()
    assert addresses(desk) == [ADA.email]


@pytest.mark.parametrize(
    "other",
    [
        Restriction(restriction="ALL", reasons=["VIP"], action="A"),
        Restriction(restriction="HIV", reasons=["PAT"], action="A"),
    ],
)
async def test_what_is_restricted_otherwise_keeps_nobody_from_being_told(
    other: Restriction,
) -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(person={**with_provider(), "restrictions": [other]}))
    await desk.post()
    assert addresses(desk) == [ADA_AT]


async def test_a_restriction_of_another_kind_does_not_take_an_objection_back() -> None:
    desk = NoticeDesk()
    other = Restriction(restriction="HIV", reasons=["DIA"], action="A")
    await desk.hear(admitted(person={**with_provider(), **objecting()}))
    await desk.hear(updated(5, person={**PERSON, "restrictions": [other]}))
    await desk.post()
    assert addresses(desk) == []


async def test_a_letter_says_why_it_reaches_its_reader() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(person=naming(BEN), stay=TO_MAPLE))
    await desk.post()
    said = {letter.address: letter.text for letter in desk.mailer.letters}
    assert "knows you as this patient's primary care provider." in said[ADA_AT]
    assert "because this patient named you to the hospital." in said[BEN_AT]
    assert "knows that this patient goes on to your care." in said[MAPLE_AT]
