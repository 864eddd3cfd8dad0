"""One visit number of two patients: each one's providers are told, and only of their own."""

from tests.support.notifier_fakes import (
    BEN,
    NoticeDesk,
    admitted,
    discharge_cancelled,
    discharged,
    merged,
    told,
    with_provider,
)

from care_contracts.encounters import EncounterEventType
from notifier.domain.notices import NoticeState

BOB = {
    "patient": "bob",
    "person": {**with_provider(BEN), "family_name": "Roe", "given_name": "Bob"},
}


async def test_both_patients_providers_are_told_of_their_own() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(), admitted(5, **BOB), discharged(60), discharged(70, **BOB))
    await desk.post()
    addressed = sorted((one.address, "Roe" in one.text) for one in desk.mailer.letters)
    ben, ada = ("ben@example.org", True), ("ada@example.org", False)
    assert addressed == [ada, ada, ben, ben]


async def test_what_is_cancelled_for_one_stands_for_the_other() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(60), discharged(70, **BOB))
    await desk.post()
    await desk.hear(discharge_cancelled(90, patient="bob"))
    await desk.post()
    corrected = [one.address for one in desk.mailer.letters if "Correction" in one.subject]
    assert corrected == ["ben@example.org"]


async def test_a_cancel_after_a_move_or_merge_takes_back_what_was_told_before() -> None:
    moved = told(EncounterEventType.VISIT_MOVED, 75, patient="ann", prior="bob")
    renumbered = told(
        EncounterEventType.IDENTIFIER_CHANGED, 75, patient="ann", prior="bob", visit=None
    )
    for correction in (moved, renumbered, merged("bob", "ann", 75)):
        desk = NoticeDesk()
        await desk.hear(discharged(70, **BOB))
        await desk.post()
        await desk.hear(correction)
        await desk.hear(discharge_cancelled(90, patient="ann"))
        await desk.post()
        assert [one.subject[:10] for one in desk.mailer.letters] == ["Notice of ", "Correction"]


async def test_a_discharge_said_of_both_numbers_is_told_once_they_are_one() -> None:
    desk = NoticeDesk()
    await desk.hear(merged("bob", "ann", 10), discharged(60), discharged(61, patient="bob"))
    await desk.post()
    states = [one.state for one in desk.notebook.notices()]
    assert states == [NoticeState.SENT]
