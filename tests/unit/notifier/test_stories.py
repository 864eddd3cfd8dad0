"""What a notice tells, from all that is known when it is told."""

import pytest
from tests.support.notifier_fakes import (
    EMERGENCY,
    INPATIENT,
    OBSERVATION,
    NoticeDesk,
    admission_cancelled,
    admitted,
    discharged,
    registered,
    updated,
)

from care_chassis.events import Event


async def first_text(*events: Event) -> str:
    desk = NoticeDesk()
    await desk.hear(*events)
    await desk.post()
    return desk.mailer.letters[0].text


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (registered(stay=EMERGENCY), "was registered in the emergency department of"),
        (registered(stay=OBSERVATION), "was placed under observation at"),
        (admitted(), "was admitted to Good Health Hospital as an inpatient on"),
        (admitted(stay={}), "was admitted to Good Health Hospital as an inpatient on"),
        (discharged(), "was discharged from"),
        (discharged(stay={**INPATIENT, "disposition": "20"}), "has died"),
    ],
)
async def test_the_words_fit_what_happened(event: Event, said: str) -> None:
    assert said in await first_text(event)


async def test_the_treating_practitioner_may_have_been_named_by_another_message() -> None:
    text = await first_text(updated(10, stay=INPATIENT), discharged(stay={}))
    assert "Treating practitioner:  Rosa Ward" in text


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (registered(stay=EMERGENCY), "cancelled this registration"),
        (registered(stay=OBSERVATION), "cancelled this observation stay"),
        (admitted(), "cancelled this admission"),
    ],
)
async def test_a_correction_names_what_it_takes_back(event: Event, said: str) -> None:
    desk = NoticeDesk()
    await desk.hear(event)
    await desk.post()
    await desk.hear(admission_cancelled())
    await desk.post()
    assert said in desk.mailer.letters[1].text
