"""What providers are told: each arrival and discharge once, and what is taken back, taken back."""

from datetime import timedelta

import pytest
from tests.support.manual_clock import START
from tests.support.notifier_fakes import (
    ADA,
    BEN,
    CLINIC,
    EMERGENCY,
    INPATIENT,
    NOBODY_KNOWS,
    OBSERVATION,
    PERSON,
    NoticeDesk,
    admission_cancelled,
    admitted,
    discharge_cancelled,
    discharged,
    key,
    merged,
    registered,
    told,
    updated,
    with_provider,
)

from care_chassis.events import Event
from care_contracts.encounters import EncounterEventType
from notifier.domain.notices import NoticeState

PENDING, SENT = NoticeState.PENDING, NoticeState.SENT
UNDELIVERABLE = NoticeState.UNDELIVERABLE


async def test_an_admission_and_a_discharge_are_told_once_each() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(), discharged())
    await desk.post()
    assert desk.subjects() == ["Notice of admission", "Notice of discharge"]


async def test_an_emergency_registration_is_told() -> None:
    desk = NoticeDesk()
    await desk.hear(registered())
    assert desk.standing() == {"encounter.registered": PENDING}


async def test_a_clinic_visit_is_told_to_nobody() -> None:
    desk = NoticeDesk()
    await desk.hear(registered(stay=CLINIC), discharged(stay=CLINIC))
    assert desk.notebook.notices() == []


@pytest.mark.parametrize(
    "again",
    [
        admitted(0, event_id="a resend under another control id"),
        admitted(2, event_id="the same news recorded again"),
        updated(3, stay=INPATIENT),
        told(EncounterEventType.MOVED, 4, stay=INPATIENT),
        told("encounter.of_a_later_kind", 5, stay=INPATIENT),
    ],
)
async def test_nothing_that_follows_an_admission_tells_it_again(again: Event) -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())
    await desk.post()
    await desk.hear(again)
    await desk.post()
    assert desk.subjects() == ["Notice of admission"]


async def test_an_emergency_visit_that_becomes_an_observation_stay_is_told_once() -> None:
    desk = NoticeDesk()
    await desk.hear(registered())
    await desk.hear(admitted(10, stay=OBSERVATION))
    assert list(desk.standing()) == ["encounter.registered"]


@pytest.mark.parametrize(
    "becomes_inpatient",
    [admitted(20), updated(20, stay=INPATIENT), told(EncounterEventType.MOVED, 20, stay=INPATIENT)],
)
@pytest.mark.parametrize("before", [EMERGENCY, OBSERVATION])
async def test_an_outpatient_who_becomes_an_inpatient_is_told_of_a_second_time(
    before: dict[str, object], becomes_inpatient: Event
) -> None:
    desk = NoticeDesk()
    await desk.hear(registered(stay=before))
    await desk.hear(becomes_inpatient)
    assert list(desk.standing()) == ["encounter.registered", "encounter.admitted"]


async def test_an_inpatient_stay_made_an_observation_stay_afterwards_is_not_told_again() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(), updated(10, stay=OBSERVATION))
    assert list(desk.standing()) == ["encounter.admitted"]


@pytest.mark.parametrize("code", ["09", "30"])
async def test_nobody_is_told_of_a_discharge_of_someone_who_has_not_left(code: str) -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(stay={**EMERGENCY, "disposition": code}))
    assert desk.standing() == {}


async def test_the_provider_may_have_been_named_by_an_earlier_message() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())
    await desk.post()
    await desk.hear(discharged(person=PERSON))
    await desk.post()
    assert [letter.address for letter in desk.mailer.letters] == ["ada@example.org"] * 2


async def test_a_provider_named_by_number_is_found_in_the_directory() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(person=with_provider(BEN)))
    await desk.post()
    assert desk.mailer.letters[0].address == "ben@example.org"


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (PERSON, "no_primary_care_provider"),
        (with_provider(None), "no_primary_care_provider"),
        (with_provider(NOBODY_KNOWS), "no_address"),
    ],
)
async def test_nobody_to_tell_is_a_recorded_outcome(person: dict[str, object], reason: str) -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(person=person))
    await desk.post()
    ((kind, snapshot),) = desk.announced()
    assert kind == "notification.undeliverable"
    assert snapshot.last_error == reason
    assert desk.mailer.letters == []


async def test_a_provider_who_becomes_known_later_is_told() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(person=PERSON))
    await desk.hear(updated(5, person=with_provider()))
    await desk.post()
    assert desk.subjects() == ["Notice of admission"]
    assert [kind for kind, _ in desk.announced()] == [
        "notification.undeliverable",
        "notification.requested",
        "notification.sent",
    ]
    assert [snapshot.version for _, snapshot in desk.announced()] == [1, 2, 3]


async def test_a_provider_who_becomes_known_by_another_visit_is_told_of_the_first() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(person=PERSON))
    await desk.hear(registered(20, visit="v2"))
    await desk.post()
    assert sorted(desk.subjects()) == [
        "Notice of a visit to the emergency department",
        "Notice of admission",
    ]


async def test_a_provider_who_becomes_known_when_it_is_no_news_any_more_is_not_told() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(person=PERSON))
    desk.clock.advance(timedelta(days=8))
    await desk.hear(updated(60 * 24 * 8, person=with_provider()))
    assert desk.standing() == {"encounter.admitted": UNDELIVERABLE}


async def test_a_provider_who_changes_after_the_notice_is_not_told_again() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())
    await desk.post()
    await desk.hear(updated(5, person=with_provider(BEN)))
    await desk.post()
    assert len(desk.mailer.letters) == 1


async def test_what_is_known_of_a_merged_patient_is_known_of_the_survivor() -> None:
    desk = NoticeDesk()
    await desk.hear(updated(0, patient="old", visit="v0", person=with_provider()))
    await desk.hear(admitted(10, patient="new", person=PERSON))
    assert desk.standing() == {"encounter.admitted": UNDELIVERABLE}
    await desk.hear(merged("old", "new"))
    assert desk.standing() == {"encounter.admitted": PENDING}


async def test_what_happened_a_week_ago_is_recorded_and_told_to_nobody() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(received_after=timedelta(days=8)))
    await desk.post()
    ((kind, snapshot),) = desk.announced()
    assert (kind, snapshot.last_error) == ("notification.withdrawn", "too_late")
    assert desk.mailer.letters == []


async def test_the_time_that_counts_is_when_it_happened() -> None:
    desk = NoticeDesk()
    stay = {**INPATIENT, "discharged_at": START - timedelta(days=8)}
    await desk.hear(discharged(stay=stay))
    assert desk.announced()[0][1].last_error == "too_late"


async def test_a_discharge_cancelled_before_it_was_told_is_not_told() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged())
    await desk.hear(discharge_cancelled())
    await desk.post()
    assert desk.mailer.letters == []
    kinds = [kind for kind, _ in desk.announced()]
    assert kinds == ["notification.requested", "notification.withdrawn"]


async def test_a_discharge_cancelled_in_the_same_batch_is_never_asked_for() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(), discharge_cancelled())
    assert desk.announced() == []


async def test_a_cancel_that_comes_before_what_it_cancels_cancels_it() -> None:
    desk = NoticeDesk()
    await desk.hear(discharge_cancelled(90))
    await desk.hear(discharged(60))
    assert desk.announced() == []


async def test_a_cancel_recorded_in_the_same_minute_cancels() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(60, event_id="z"), discharge_cancelled(60, event_id="a"))
    assert desk.announced() == []


async def test_a_discharge_cancelled_after_it_was_told_is_taken_back_once() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged())
    await desk.post()
    await desk.hear(discharge_cancelled(90))
    await desk.hear(discharge_cancelled(91))
    await desk.post()
    assert desk.subjects() == [
        "Notice of discharge",
        "Correction: the discharge we told you of was cancelled",
    ]


async def test_the_correction_goes_to_whoever_was_told() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged())
    await desk.post()
    await desk.hear(updated(70, person=with_provider(BEN)), discharge_cancelled(90))
    await desk.post()
    assert [letter.address for letter in desk.mailer.letters] == [ADA.email] * 2


async def test_a_second_discharge_after_a_cancelled_one_is_told_anew() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(60))
    await desk.post()
    await desk.hear(discharge_cancelled(90), discharged(120))
    await desk.post()
    assert sorted(desk.subjects()) == [
        "Correction: the discharge we told you of was cancelled",
        "Notice of discharge",
        "Notice of discharge",
    ]


EARLY, LATE = START - timedelta(hours=2), START - timedelta(hours=1)


async def test_a_cancel_sent_again_does_not_cancel_the_discharge_that_followed() -> None:
    desk = NoticeDesk()
    await desk.hear(
        discharged(60, occurred_at=EARLY),
        discharge_cancelled(90, occurred_at=EARLY),
        discharged(120, occurred_at=LATE),
        discharge_cancelled(150, occurred_at=EARLY, event_id="sent again"),
    )
    assert desk.standing() == {"encounter.discharged": PENDING}


async def test_a_cancel_and_a_new_discharge_in_the_same_minute_are_a_correction() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(60, occurred_at=EARLY))
    await desk.post()
    await desk.hear(
        discharged(90, occurred_at=LATE, event_id="a"),
        discharge_cancelled(90, occurred_at=EARLY, event_id="b"),
    )
    await desk.post()
    assert sorted(desk.subjects()[1:]) == [
        "Correction: the discharge we told you of was cancelled",
        "Notice of discharge",
    ]


async def test_a_discharge_that_was_taken_back_in_error_is_told_anew() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(120, occurred_at=LATE))
    await desk.post()
    await desk.hear(discharge_cancelled(150, occurred_at=EARLY, event_id="sent again"))
    await desk.post()
    await desk.hear(discharged(60, occurred_at=EARLY), discharge_cancelled(90, occurred_at=EARLY))
    await desk.post()
    assert desk.subjects() == [
        "Notice of discharge",
        "Correction: the discharge we told you of was cancelled",
        "Notice of discharge",
    ]


async def test_a_correction_that_proves_wrong_before_it_is_sent_is_not_sent() -> None:
    desk = NoticeDesk()
    await desk.hear(discharged(120, occurred_at=LATE))
    await desk.post()
    await desk.hear(discharge_cancelled(150, occurred_at=EARLY, event_id="sent again"))
    await desk.hear(discharged(60, occurred_at=EARLY), discharge_cancelled(90, occurred_at=EARLY))
    await desk.post()
    assert desk.subjects() == ["Notice of discharge"]
    assert desk.announced()[-1][1].last_error == "stands_again"


async def test_an_admission_cancelled_after_it_was_told_is_taken_back() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())
    await desk.post()
    await desk.hear(admission_cancelled())
    await desk.post()
    assert desk.subjects()[1] == "Correction: the admission we told you of was cancelled"


async def test_a_cancelled_visit_takes_its_discharge_back_too() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted(), discharged())
    await desk.post()
    await desk.hear(admission_cancelled())
    await desk.post()
    assert len(desk.mailer.letters) == 4


async def test_what_is_announced_names_neither_patient_nor_address() -> None:
    desk = NoticeDesk()
    await desk.hear(admitted())
    await desk.post()
    for event in desk.notebook.announced():
        assert b"Doe" not in event.data
        assert b"@" not in event.data
        assert event.key == key("ann")
        assert event.correlation_id == "the wire"
        assert event.topic == "notifications.v1"
    requested, sent = desk.announced()
    assert requested[1].about == "encounter.admitted"
    assert requested[1].recipient_name == "Ada Quill"
    assert (sent[0], sent[1].state, sent[1].attempts) == ("notification.sent", "sent", 1)
    assert desk.notebook.announced()[1].event_id == (
        f"notification.sent:{sent[1].notification_id}:2"
    )
